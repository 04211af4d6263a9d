"""The gallery: built-in presets first, then the pictures of an operator's own folder."""

from __future__ import annotations

import difflib
import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nst_core.errors import ImageRejected, InvalidSettings, UnknownStyle
from nst_core.images import decode
from nst_core.styles import notes
from nst_core.styles.catalogue import EXAMPLES, PRESETS, read_catalogue

__all__ = ["Gallery", "Style", "pictures_in", "slug"]

_LOG = logging.getLogger(__name__)
_ENDINGS = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"}
)
_LONGEST = 32
# A style is also a Telegram command: these mean something else to the bot.
_RESERVED = frozenset(
    (
        "start",
        "help",
        "styles",
        "style",
        "cancel",
        "settings",
        "me",
        "mix",
        "again",
        "queue",
        "privacy",
        "forget",
        "share",
        "stats",
        "drain",
        "broadcast",
        "block",
        "unblock",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One picture whose style can be borrowed.

    Attributes:
        name: lower-case ASCII, ``[a-z][a-z0-9_]{1,31}``: usable as a Telegram command.
        title: the name for people.
        description: one sentence for people; may be empty for an operator's picture.
        author: who made the picture; may be empty for an operator's picture.
        licence: SPDX identifier or words; may be empty for an operator's picture.
        path: the picture's file.
        example: the file of a sample photo painted in the style, where there is one.
        year: when it was made, in words; may be empty.
        museum: where the original is; may be empty.
        source: the address of where the file comes from; may be empty.
        credit: whom it is owed to, in one line; empty where nobody is to be named.
    """

    name: str
    title: str
    description: str
    author: str
    licence: str
    path: Path
    example: Path | None = None
    year: str = ""
    museum: str = ""
    source: str = ""
    credit: str = ""

    def read(self) -> bytes:
        """Return the encoded file of the picture.

        Raises:
            OSError: it cannot be read (any more).
        """
        return self.path.read_bytes()


class Gallery:
    """An ordered collection of styles, each found by its name.

    ``gallery["waves"]`` is `Gallery.find`, ``in`` asks for the exact name, and a loop goes through
    the styles in their order.

    Args:
        styles: in the order of the gallery; of two with one name the later replaces the earlier.
    """

    def __init__(self, styles: Iterable[Style]) -> None:
        self._styles = {style.name: style for style in styles}

    @classmethod
    def load(cls, folder: Path | None = None) -> Gallery:
        """Load the built-in presets, then an operator's folder over and after them.

        A picture named like a preset replaces it. ``styles.toml`` in the folder may give a
        ``[name]`` its title, description, author, year, museum, licence and source; so may a file
        beside the picture (see `nst_core.styles.notes`). Files that are no pictures are skipped
        with a warning.

        Args:
            folder: a folder of pictures, or None for the presets alone.

        Raises:
            InvalidSettings: the folder is missing or its notes cannot be read.
        """
        own = () if folder is None else _own(folder)
        return cls([*_presets(), *own])

    def __getitem__(self, name: str) -> Style:
        return self.find(name)

    def __contains__(self, name: object) -> bool:
        return name in self._styles

    def __iter__(self) -> Iterator[Style]:
        return iter(self._styles.values())

    def __len__(self) -> int:
        return len(self._styles)

    def names(self) -> tuple[str, ...]:
        """Return the names in the order of the gallery."""
        return tuple(self._styles)

    def find(self, name: str) -> Style:
        """Return a style by its name or title, however it is written.

        Case, a leading slash, and spaces or hyphens for underscores do not matter.

        Raises:
            UnknownStyle: no such style; the message names the closest ones.
        """
        wanted = _fold(name)
        if wanted in self._styles:
            return self._styles[wanted]
        for style in self:
            if wanted and wanted == _fold(style.title):
                return style
        raise UnknownStyle(self._apology(name, wanted))

    def _apology(self, name: str, wanted: str) -> str:
        known = {_fold(style.title): style.name for style in self}
        known.update({style.name: style.name for style in self})
        close = difflib.get_close_matches(wanted, known, n=6, cutoff=0.5)
        names = list(dict.fromkeys(known[match] for match in close))[:3]
        shown = name.strip()[:_LONGEST]
        if names:
            return f"There is no style “{shown}”. Did you mean {_either(names)}?"
        return f"There is no style “{shown}”. There are: {', '.join(self.names())}."


def slug(text: str) -> str:
    """Return a name for a file: ``My Painting 2`` becomes ``my_painting_2``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    if not name[:1].isalpha() or len(name) < 2 or name in _RESERVED:
        name = f"style_{name}".rstrip("_") if name else "picture"
    return name[:_LONGEST].rstrip("_")


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().strip().removeprefix("/")
    return re.sub(r"[\W_]+", "_", plain).strip("_")


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _presets() -> Iterator[Style]:
    for entry in read_catalogue():
        yield Style(
            name=entry.name,
            title=entry.title,
            description=entry.description,
            author=entry.author,
            licence=entry.licence,
            path=PRESETS / f"{entry.name}.jpg",
            example=_example(entry.name),
        )


def _example(name: str) -> Path | None:
    """The example of a preset; one that has just been thought of has none yet."""
    path = EXAMPLES / f"{name}.jpg"
    return path if path.exists() else None


def _own(folder: Path) -> Iterator[Style]:
    if not folder.is_dir():
        msg = f"The folder of styles does not exist: {folder}."
        raise InvalidSettings(msg)
    written = {slug(name): note for name, note in notes.of_folder(folder).items()}
    taken: set[str] = set()
    for path in pictures_in(folder):
        if not _is_picture(path):
            continue
        name = _unused(slug(path.stem), taken)
        taken.add(name)
        note = {"title": _title(path.stem), **notes.beside(path), **written.get(name, {})}
        yield _style(name, path, note)


def pictures_in(folder: Path) -> Iterator[Path]:
    """What means to be a picture, by its name."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in _ENDINGS and path.is_file():
            yield path


def _style(name: str, path: Path, note: Mapping[str, str]) -> Style:
    return Style(
        name=name,
        title=note["title"],
        description=note.get("description", ""),
        author=note.get("author", ""),
        licence=note.get("licence", ""),
        path=path,
        year=note.get("year", ""),
        museum=note.get("museum", ""),
        source=note.get("source", ""),
        credit=notes.credit(note),
    )


def _title(stem: str) -> str:
    words = re.sub(r"[\s_\-]+", " ", stem).strip()
    return words[:1].upper() + words[1:] or "Picture"


def _unused(name: str, taken: set[str]) -> str:
    count, free = 1, name
    while free in taken:
        count += 1
        ending = f"_{count}"
        free = name[: _LONGEST - len(ending)] + ending
    return free


def _is_picture(path: Path) -> bool:
    try:
        decode(path.read_bytes(), max_side=64)
    except (ImageRejected, OSError) as error:
        _LOG.warning("Skipped the style picture %s: %s", path.name, error)
        return False
    return True
