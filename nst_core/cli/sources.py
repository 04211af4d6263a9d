"""Where the command line's pictures come from and go to."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from nst_core import files
from nst_core.errors import ImageRejected, InvalidSettings, UnknownStyle
from nst_core.fetch import fetch, is_link
from nst_core.images import Picture, decode
from nst_core.paths import DATA, STYLES, expanded
from nst_core.styles import Gallery

__all__ = [
    "Source",
    "Weighted",
    "check_outputs",
    "gallery",
    "picture",
    "style",
    "styles_folder",
    "weighted",
    "write",
]

_STYLES_VARIABLE: Final = "STYLEGRAM_STYLES"
_DATA_VARIABLE: Final = "STYLEGRAM_DATA"
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that was read.

    Attributes:
        data: the encoded file.
        picture: what it shows.
    """

    data: bytes = field(repr=False)
    picture: Picture = field(repr=False)


class Weighted(NamedTuple):
    """A style as the command line names it.

    Attributes:
        source: a preset's name, a path or a link.
        weight: its part in the mixture; None where none was named.
    """

    source: str
    weight: float | None = None


def gallery() -> Gallery:
    """The presets and the pictures of the operator's own folder.

    Raises:
        InvalidSettings: ``STYLEGRAM_STYLES`` names no folder, or its notes cannot be read.
    """
    folder = styles_folder()
    is_meant = bool(os.environ.get(_STYLES_VARIABLE)) or folder.is_dir()
    return Gallery.load(folder if is_meant else None)


def styles_folder() -> Path:
    """Where the operator's own style pictures are, or would be.

    ``STYLEGRAM_STYLES`` names the folder; otherwise it is in the bot's data folder.
    """
    if named := os.environ.get(_STYLES_VARIABLE):
        return expanded(named)
    return expanded(os.environ.get(_DATA_VARIABLE) or DATA) / STYLES


def weighted(text: str) -> Weighted:
    """A style and its weight, the number after the last colon: ``waves:0.3``.

    A colon before a link's port is part of the link, and a file of that very name is that file.
    """
    source, colon, number = text.rpartition(":")
    if not (colon and source and _NUMBER.fullmatch(number)) or _is_file(text):
        return Weighted(text)
    if is_link(text) and "/" not in source.partition("://")[2]:
        return Weighted(text)
    return Weighted(source, float(number))


def picture(source: str, max_side: int) -> Source:
    """The picture at a path or link, at most `max_side` pixels on its long side.

    Raises:
        ImageRejected: no picture, or one that cannot be painted.
        InvalidSettings: the file cannot be read.
        FetchError: the link cannot be fetched.
    """
    data = asyncio.run(fetch(source)) if is_link(source) else _read(Path(source))
    return _decode(data, source, max_side)


def style(source: str, max_side: int) -> Source:
    """The style picture at a path, at a link or of a preset's name; a file wins over a name.

    Raises:
        UnknownStyle: neither a file nor a preset.
        ImageRejected: no picture, or one that cannot be painted.
    """
    if is_link(source) or _is_file(source):
        return picture(source, max_side)
    try:
        preset = gallery().find(source)
    except UnknownStyle as error:
        msg = f"There is no file {source}. {error}"
        raise UnknownStyle(msg) from error
    return _decode(preset.read(), source, max_side)


def check_outputs(outputs: Mapping[Path, tuple[str, ...]], inputs: Iterable[str]) -> None:
    """Make sure that every file can be written, before hours of work go into it.

    Args:
        outputs: each file with the endings that its name may have.
        inputs: sources, none of which may be overwritten.

    Raises:
        InvalidSettings: a wrong ending, no folder, no permission, or a file named twice.
    """
    taken = {_resolved(Path(source)) for source in inputs if not is_link(source)}
    for path, endings in outputs.items():
        if path.suffix.lower() not in endings:
            refuse(f"The name {path} must end in {' or '.join(endings)}.")
        if _resolved(path) in taken:
            refuse(f"{path} is named twice.")
        taken.add(_resolved(path))
        _try_to_write(path)


def write(path: Path, data: bytes) -> None:
    """Replace a file in one go: who looks sees the old one or the new one, never a half."""
    files.replace(_resolved(path), data)


def _try_to_write(path: Path) -> None:
    target = _resolved(path)
    if target.exists() and not target.is_file():
        refuse(f"{path} is not a file.")
    if not target.parent.is_dir():
        refuse(f"There is no folder {path.parent}.")
    try:
        files.try_to_write_in(target.parent)
    except OSError as error:
        refuse(f"{path} cannot be written: {error.strerror}.")


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError:  # up to Python 3.12
        refuse(f"{path} is a link that leads back to itself.")


def refuse(message: str) -> NoReturn:
    raise InvalidSettings(message)


def _is_file(source: str) -> bool:
    try:
        return Path(source).is_file()
    except OSError:  # longer than any name may be
        return False


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise InvalidSettings(msg) from error


def _decode(data: bytes, source: str, max_side: int) -> Source:
    try:
        return Source(data, decode(data, max_side=max_side))
    except ImageRejected as error:
        msg = f"{source}: {error}"
        raise ImageRejected(error.reason, msg) from error
