"""Where the command line's pictures come from and go to."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

from nst_core.errors import ImageRejected, InvalidSettings, UnknownStyle
from nst_core.fetch import fetch, is_link
from nst_core.images import Picture, decode
from nst_core.styles import Gallery

__all__ = ["STYLES_VARIABLE", "check_output", "gallery", "picture", "style"]

STYLES_VARIABLE: Final = "STYLEGRAM_STYLES"


def gallery() -> Gallery:
    """The presets and the pictures of the folder that ``STYLEGRAM_STYLES`` names."""
    folder = os.environ.get(STYLES_VARIABLE)
    return Gallery.load(Path(folder) if folder else None)


def picture(source: str, max_side: int) -> Picture:
    """The picture at a path or link, at most `max_side` pixels on its long side.

    Raises:
        ImageRejected: no picture, or one that cannot be painted.
        InvalidSettings: the file cannot be read.
        FetchError: the link cannot be fetched.
    """
    data = asyncio.run(fetch(source)) if is_link(source) else _read(Path(source))
    return _decode(data, source, max_side)


def style(source: str, max_side: int) -> Picture:
    """The style picture at a path, at a link or of a preset's name; a file wins over a name.

    Raises:
        UnknownStyle: neither a file nor a preset.
        ImageRejected: no picture, or one that cannot be painted.
    """
    if is_link(source) or Path(source).exists():
        return picture(source, max_side)
    try:
        preset = gallery().find(source)
    except UnknownStyle as error:
        msg = f"There is no file {source}. {error}"
        raise UnknownStyle(msg) from error
    return _decode(preset.read(), source, max_side)


def check_output(path: Path, formats: tuple[str, ...]) -> None:
    """Make sure that a picture can be written, before hours of work go into it.

    Raises:
        InvalidSettings: the folder is missing, nothing may be written, or the ending is unknown.
    """
    if path.suffix.lower() not in formats:
        msg = f"The name {path} must end in {' or '.join(formats)}."
    elif path.is_dir():
        msg = f"{path} is a folder."
    elif not path.absolute().parent.is_dir():
        msg = f"There is no folder {path.parent}."
    elif not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        msg = f"{path} cannot be written."
    else:
        return
    raise InvalidSettings(msg)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise InvalidSettings(msg) from error


def _decode(data: bytes, source: str, max_side: int) -> Picture:
    try:
        return decode(data, max_side=max_side)
    except ImageRejected as error:
        msg = f"{source}: {error}"
        raise ImageRejected(error.reason, msg) from error
