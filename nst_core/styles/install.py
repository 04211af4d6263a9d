"""Famous paintings into a folder of styles: one by one, politely, and never half of one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Final

from nst_core import files
from nst_core.errors import FetchError, ImageRejected, InvalidSettings, RejectReason, StylizeError
from nst_core.fetch import OnBytes, fetch
from nst_core.images import Picture, decode, encode_jpeg
from nst_core.styles import notes
from nst_core.styles.famous import COMMONS, WIDTH, Work
from nst_core.styles.gallery import pictures_in, slug

__all__ = ["Host", "Installed", "Outcome", "install", "prepared"]

_LIMIT: Final = 20 * 1024 * 1024
"""Bytes: far more than a picture of that width has."""

# A painting of fewer pixels on its longer side has no brushwork to borrow.
_LEAST: Final = 512
_QUALITY: Final = 90
# So many in a row, and the fault is with the line.
_HOPELESS: Final = 3


class Outcome(StrEnum):
    """What became of one painting."""

    INSTALLED = "installed"
    KEPT = "already here"
    TAKEN = "left alone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Installed:
    """What became of one painting, and why."""

    work: Work
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Whom to ask for the pictures, and how to behave there.

    Attributes:
        address: what stands for `COMMONS` in the addresses of files.
        contact: where Wikimedia finds who asks, if need be: an address of any kind, or none.
        pause: seconds between two requests.
        tries: requests for one picture before it is given up.
        patience: most seconds to wait when the host asks to.
        on_bytes: is told how far a picture has come.
    """

    address: str = COMMONS
    contact: str = ""
    pause: float = 1.0
    tries: int = 3
    patience: float = 120.0
    on_bytes: OnBytes = field(default=lambda *_: None)

    @property
    def agent(self) -> str:
        """Who asks, in the form that Wikimedia's policy wants."""
        own, library = _version("stylegram"), _version("aiohttp")
        who = self.contact or "a bot that paints; fetched once, by hand"
        return f"Stylegram/{own} ({who}) python-aiohttp/{library}"


class _Closed(Exception):
    """There is no point in asking the host for anything more just now."""


def prepared(folder: Path) -> Path:
    """The folder, made where it is not there, once it is seen that it can be written to.

    Raises:
        InvalidSettings: it cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.try_to_write_in(folder)
    except OSError as error:
        msg = f"The folder {folder} cannot be written to: {error.strerror}."
        raise InvalidSettings(msg) from error
    return folder


async def install(
    works: Iterable[Work], folder: Path, host: Host, *, again: bool = False
) -> AsyncIterator[Installed]:
    """Fetch paintings, each when the next result is asked for; what fails stops no other.

    A painting that is there and whole is not fetched, and a picture that is not ours is left alone.

    Args:
        works: which ones.
        folder: where to; it exists.
        host: whom to ask.
        again: fetch those that are there, too.

    Raises:
        OSError: the folder cannot be written to (any more).
    """
    turn = _Turn(host)
    for work in works:
        path = folder / f"{work.name}.jpg"
        if stranger := _stranger(work, path):
            yield Installed(work, Outcome.TAKEN, f"{stranger.name} is yours")
        elif not again and _is_whole(path):
            yield Installed(work, Outcome.KEPT)
        else:
            yield await _install(work, path, turn)


async def _install(work: Work, path: Path, turn: _Turn) -> Installed:
    try:
        picture = await turn.picture(work)
    except (StylizeError, _Closed) as error:
        return Installed(work, Outcome.FAILED, str(error))
    # Whoever looks in between finds a note without a picture, never a picture without its painter.
    notes.write(path, work.note)
    files.replace(path, encode_jpeg(picture, _QUALITY, notes.credit(work.note)))
    return Installed(work, Outcome.INSTALLED)


class _Turn:
    """Asks the host, not before it is time to."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._free = time.monotonic()
        self._unreached = 0
        self._closed = ""

    async def picture(self, work: Work) -> Picture:
        """The painting as it comes from the host.

        Raises:
            FetchError: it cannot be had.
            ImageRejected: what came is no picture that can be used.
            _Closed: the host is not to be asked any more.
        """
        for left in reversed(range(self._host.tries)):
            await self._come()
            try:
                return _checked(await self._fetch(work))
            except (FetchError, ImageRejected) as error:
                if not (left and _may_pass(error)):
                    self._count(error)
                    raise
        raise AssertionError

    async def _come(self) -> None:
        if self._closed:
            raise _Closed(self._closed)
        await asyncio.sleep(max(0.0, self._free - time.monotonic()))

    async def _fetch(self, work: Work) -> bytes:
        host, wait = self._host, 0.0
        try:
            data = await fetch(
                work.address(host.address), limit=_LIMIT, agent=host.agent, on_bytes=host.on_bytes
            )
        except FetchError as error:
            wait = error.wait or 0.0
            if wait > host.patience:
                self._closed = f"The host asks to come back in {wait:.0f} seconds."
                raise _Closed(self._closed) from error
            raise
        finally:
            self._free = time.monotonic() + max(wait, host.pause)
        self._unreached = 0
        return data

    def _count(self, error: StylizeError) -> None:
        is_unreached = isinstance(error, FetchError) and error.status is None
        self._unreached = self._unreached + 1 if is_unreached else 0
        if self._unreached == _HOPELESS:
            self._closed = "The host could not be reached again and again."


def _may_pass(error: FetchError | ImageRejected) -> bool:
    """Whether the same request may well succeed a moment later."""
    if isinstance(error, ImageRejected):
        return error.reason is RejectReason.TRUNCATED
    return error.status is None or error.status == 429 or error.status >= 500


def _checked(data: bytes) -> Picture:
    picture = decode(data, max_side=WIDTH)
    if max(picture.shape) < _LEAST:
        height, width = picture.shape[:2]
        msg = f"The picture is too small: {width} by {height} pixels."
        raise ImageRejected(RejectReason.TOO_SMALL, msg)
    return picture


def _stranger(work: Work, path: Path) -> Path | None:
    """A picture of the operator's that goes by the name of the work, if there is one."""
    namesakes = [own for own in pictures_in(path.parent) if slug(own.stem) == work.name]
    others = [own for own in namesakes if own != path or not _is_ours(path)]
    return others[0] if others else None


def _is_ours(path: Path) -> bool:
    """Whether its note says that it comes from where ours come from."""
    try:
        return notes.beside(path).get("source", "").startswith(f"{COMMONS}/File:")
    except InvalidSettings:
        return False


def _is_whole(path: Path) -> bool:
    try:
        decode(path.read_bytes(), max_side=WIDTH)
    except (OSError, ImageRejected):
        return False
    return True


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "0"
