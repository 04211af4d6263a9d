"""The operator's settings in a TOML file, each under its variable's name in small letters.

`STYLEGRAM_SIZE` is ``size``, `BOT_TOKEN` is ``bot_token``. A list stands for values with commas.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from bot.texts import shorten

__all__ = ["Written", "key_of", "read"]

_PREFIX: Final = "STYLEGRAM_"


@dataclass(frozen=True, slots=True)
class Written:
    """What a file says.

    Attributes:
        values: as they would stand in the environment, by the variable's name.
        problems: what is wrong with the file, one sentence each.
        is_read: whether it could be read at all; otherwise nobody knows what it says.
    """

    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[str, ...] = ()
    is_read: bool = True


def key_of(variable: str) -> str:
    """What a variable is called in the file."""
    return variable.removeprefix(_PREFIX).lower()


def read(place: Path, variables: Collection[str]) -> Written:
    """The settings in a file.

    Args:
        place: of the file.
        variables: what may be set in it.
    """
    try:
        table = tomllib.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        return Written(problems=(f"{place} cannot be read: {error.strerror}",), is_read=False)
    except ValueError as error:
        # It says where, and not what is there: that may be the token.
        return Written(problems=(f"{place} is not TOML: {error}",), is_read=False)
    known = {key_of(variable): variable for variable in variables}
    values, problems = {}, []
    for key, value in table.items():
        if key not in known:
            problems.append(_stranger(key, place, known))
        elif (text := _text(value)) is None:
            problems.append(f"{key} in {place} must be a text, a number or a list of those")
        else:
            values[known[key]] = text
    return Written(values, tuple(problems))


def _stranger(key: str, place: Path, known: Collection[str]) -> str:
    near = difflib.get_close_matches(key_of(key.upper()), known, n=1, cutoff=0.0)
    return f"{shorten(key)} in {place} is no setting; did you mean {near[0]}?"


def _text(value: Any) -> str | None:
    """As it would stand in the environment; None for what could not."""
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case list():
            parts = [_text(part) for part in value if not isinstance(part, list)]
            texts = [part for part in parts if part is not None]
            return ",".join(texts) if len(texts) == len(value) else None
    return None
