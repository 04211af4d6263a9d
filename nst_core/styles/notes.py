"""What is written about the pictures of a folder: what they are called, and whom to credit.

Two places may say it: a file beside the picture, ``barn.toml`` for ``barn.jpg``, and
``styles.toml``, where each picture has a table of its own. The latter has the last word.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from nst_core import files
from nst_core.errors import InvalidSettings

__all__ = ["FREE", "beside", "credit", "file_beside", "of_folder", "write"]

FREE: Final = "Public domain"
"""The licence of what belongs to everybody."""

_ALL: Final = "styles.toml"
_WORDS: Final = ("title", "description", "author", "year", "museum", "licence", "source")
# Nobody asks to be named for these.
_UNASKING: Final = frozenset({"", FREE.casefold(), "cc0", "cc0-1.0"})


def of_folder(folder: Path) -> dict[str, dict[str, str]]:
    """What ``styles.toml`` says: ``{name as it is written: {field: words}}``.

    Raises:
        InvalidSettings: it cannot be read, or says what it may not.
    """
    path = folder / _ALL
    return {name: _words(path, entry, f"[{name}]") for name, entry in _read(path).items()}


def beside(picture: Path) -> dict[str, str]:
    """What the file beside a picture says: ``{field: words}``, empty where there is none.

    Raises:
        InvalidSettings: it cannot be read, or says what it may not.
    """
    path = file_beside(picture)
    return {} if path.name == _ALL else _words(path, _read(path), "it")


def file_beside(picture: Path) -> Path:
    """Where a picture's own notes are."""
    return picture.with_suffix(".toml")


def write(picture: Path, note: Mapping[str, str]) -> None:
    """Write the file beside a picture, in one go.

    Raises:
        OSError: it cannot be written.
    """
    # What JSON calls a string is one in TOML, too.
    lines = [f"{field} = {json.dumps(words, ensure_ascii=False)}" for field, words in note.items()]
    files.replace(file_beside(picture), "\n".join((*lines, "")).encode())


def credit(note: Mapping[str, str]) -> str:
    """Whom a picture is owed to, when it was made and where it is, in one line; may be empty.

    A licence that asks for it is named with its author.
    """
    author, licence = note.get("author", ""), note.get("licence", "")
    asks = author and licence.casefold() not in _UNASKING
    parts = (author, note.get("year", ""), note.get("museum", ""), licence if asks else "")
    return ", ".join(" ".join(part.split()) for part in parts if part.strip())


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"The file {path.name} in the folder of styles cannot be read: {error}."
        raise InvalidSettings(msg) from error


def _words(path: Path, entry: object, what: str) -> dict[str, str]:
    fields = entry if isinstance(entry, dict) else {"": entry}
    words = {key: word for key, word in fields.items() if key in _WORDS and isinstance(word, str)}
    if len(words) < len(fields):
        msg = f"In {path.name}, {what} may only have the texts {', '.join(_WORDS)}."
        raise InvalidSettings(msg)
    return words
