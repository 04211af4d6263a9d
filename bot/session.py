"""What a person has said so far and what comes next: a pure state machine, no I/O.

    step(session, event) -> (session, action)

A session holds at most one of two things: a photo that waits for a style, or a style that waits
for a photo. Once both are known there is a job to start, and the session is empty again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

__all__ = [
    "Action",
    "AlbumSent",
    "AskPhoto",
    "AskStyle",
    "Begin",
    "Complain",
    "Event",
    "Grievance",
    "Key",
    "Picture",
    "PictureSent",
    "Preset",
    "Reset",
    "Session",
    "ShowGallery",
    "StartJob",
    "Store",
    "Style",
    "StyleAsked",
    "StyleChosen",
    "step",
]

ALBUM_SIZE: Final = 2

# Chat and person: in a group everybody has a dialogue of their own.
Key: TypeAlias = tuple[int, int]
Clock: TypeAlias = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that lies at Telegram.

    Attributes:
        file_id: what to download it by.
        message: the message that brought it, for answers to point at.
        as_file: it came uncompressed, so the answer goes out uncompressed too.
    """

    file_id: str
    message: int
    as_file: bool = False


@dataclass(frozen=True, slots=True)
class Preset:
    """A style of the gallery, by its name."""

    name: str


Style: TypeAlias = Preset | Picture


@dataclass(frozen=True, slots=True)
class Session:
    """What is known so far."""

    content: Picture | None = None
    style: Preset | None = None


EMPTY: Final = Session()


@dataclass(frozen=True, slots=True)
class PictureSent:
    """A single picture; `style` when its caption names one."""

    picture: Picture
    style: Preset | None = None


@dataclass(frozen=True, slots=True)
class AlbumSent:
    """Pictures sent together, in the order in which they are shown; `style` from the caption."""

    pictures: tuple[Picture, ...]
    style: Preset | None = None


@dataclass(frozen=True, slots=True)
class StyleChosen:
    """A style by button or command; `target` is the photo that the button or reply points at."""

    style: Preset
    target: Picture | None = None


@dataclass(frozen=True, slots=True)
class StyleAsked:
    """The person wants to see the styles; `target` when that is said in reply to a photo."""

    target: Picture | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """The person wants to begin anew."""


Event: TypeAlias = PictureSent | AlbumSent | StyleChosen | StyleAsked | Reset


@dataclass(frozen=True, slots=True)
class StartJob:
    """Paint `content` in `style`."""

    content: Picture
    style: Style


@dataclass(frozen=True, slots=True)
class AskStyle:
    """Ask for the style of `content`."""

    content: Picture


@dataclass(frozen=True, slots=True)
class AskPhoto:
    """Ask for a photo to paint in `style`."""

    style: Preset


@dataclass(frozen=True, slots=True)
class ShowGallery:
    """Show every preset."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Nothing is waited for any more."""


class Grievance(StrEnum):
    """Why an album cannot be used."""

    SIZE = "album_size"
    CAPTION = "album_caption"


@dataclass(frozen=True, slots=True)
class Complain:
    """Say what is wrong with what was sent."""

    about: Grievance


Action: TypeAlias = StartJob | AskStyle | AskPhoto | ShowGallery | Begin | Complain


def step(session: Session, event: Event) -> tuple[Session, Action]:
    """What the event makes of the session, and the one thing to do about it."""
    match event:
        case PictureSent(picture, style):
            return _picture(session, picture, style)
        case AlbumSent(pictures, style):
            return _album(session, pictures, style)
        case StyleChosen(style, target):
            return _chosen(session, style, target)
        case StyleAsked(target):
            content = target or session.content
            return (Session(content), AskStyle(content)) if content else (session, ShowGallery())
        case Reset():
            return EMPTY, Begin()


def _picture(session: Session, picture: Picture, named: Preset | None) -> tuple[Session, Action]:
    if style := named or session.style:
        return EMPTY, StartJob(picture, style)
    if session.content:
        return EMPTY, StartJob(session.content, picture)
    return Session(picture), AskStyle(picture)


def _album(
    session: Session, pictures: tuple[Picture, ...], named: Preset | None
) -> tuple[Session, Action]:
    if len(pictures) == 1:
        return _picture(session, pictures[0], named)
    if len(pictures) != ALBUM_SIZE:
        return session, Complain(Grievance.SIZE)
    if named:
        return session, Complain(Grievance.CAPTION)
    content, style = pictures
    return EMPTY, StartJob(content, style)


def _chosen(session: Session, style: Preset, target: Picture | None) -> tuple[Session, Action]:
    # By the message: Telegram may name one and the same file differently another time.
    waiting = session.content.message if session.content else None
    if target and target.message != waiting:
        # A button under an older photo: the photo that waits now keeps waiting.
        return session, StartJob(target, style)
    if session.content:
        return EMPTY, StartJob(session.content, style)
    return Session(style=style), AskPhoto(style)


class Store:
    """Sessions in memory: empty ones are not kept, old ones fall out, and so does the overflow."""

    def __init__(self, clock: Clock, *, ttl: float = 3600, limit: int = 10_000) -> None:
        self._clock = clock
        self._ttl = ttl
        self._limit = limit
        self._kept: OrderedDict[Key, tuple[float, Session]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Session:
        """The session of `key`, an empty one if there is none or it has grown old."""
        born, session = self._kept.get(key, (0.0, EMPTY))
        return session if session == EMPTY or self._clock() - born < self._ttl else EMPTY

    def put(self, key: Key, session: Session) -> None:
        """Keep the session of `key`."""
        self._kept.pop(key, None)
        if session != EMPTY:
            self._kept[key] = (self._clock(), session)
        while self._kept and (len(self._kept) > self._limit or self._oldest_is_stale()):
            self._kept.popitem(last=False)

    def advance(self, key: Key, event: Event) -> Action:
        """Let the event happen to the session of `key`."""
        session, action = step(self.get(key), event)
        self.put(key, session)
        return action

    def _oldest_is_stale(self) -> bool:
        born, _ = next(iter(self._kept.values()))
        return self._clock() - born >= self._ttl
