"""What a person has said so far and what comes next: a pure state machine, no I/O.

    step(session, event) -> (session, action)

A session holds at most one of two things: a photo that waits for a style, or a style that waits
for a photo. Once both are known there is a job to start, and the session is empty again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

from bot.style import Picture, Style, loose, mixed

__all__ = [
    "EMPTY",
    "Action",
    "AlbumSent",
    "AskPhoto",
    "AskStyle",
    "Begin",
    "Complain",
    "Event",
    "Grievance",
    "Key",
    "PictureSent",
    "Reset",
    "Role",
    "Session",
    "ShowGallery",
    "StartJobs",
    "StyleAsked",
    "StyleChosen",
    "StyleShown",
    "step",
]

# Chat and person: in a group everybody has a dialogue of their own.
Key: TypeAlias = tuple[int, int]


class Role(StrEnum):
    """What somebody says that a picture is."""

    CONTENT = "content"
    STYLE = "style"


@dataclass(frozen=True, slots=True)
class Session:
    """What is known so far.

    Attributes:
        content: the photo that waits for a style.
        style: the style that waits for a photo.
        mixing: what the style that `content` waits for is to be mixed with.
    """

    content: Picture | None = None
    style: Style | None = None
    mixing: Style | None = None

    def moved(self) -> Session:
        """The same in another chat."""
        return replace(self, content=loose(self.content)) if self.content else self


EMPTY: Final = Session()
"""Nothing is known, and nothing waited for."""


@dataclass(frozen=True, slots=True)
class PictureSent:
    """A single picture; `style` when its caption names one, `role` when it says what it is."""

    picture: Picture
    style: Style | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class AlbumSent:
    """Pictures sent together, in the order in which they are shown; `style` from the caption."""

    pictures: tuple[PictureSent, ...]
    style: Style | None = None


@dataclass(frozen=True, slots=True)
class StyleChosen:
    """A style by button or command.

    Attributes:
        target: the photo that the button or reply points at.
        mixing: what the button wants it mixed with.
    """

    style: Style
    target: Picture | None = None
    mixing: Style | None = None


@dataclass(frozen=True, slots=True)
class StyleAsked:
    """The person wants to see the styles.

    Attributes:
        target: the photo that they are for.
        mixing: what the style to be chosen is to be mixed with.
    """

    target: Picture | None = None
    mixing: Style | None = None


@dataclass(frozen=True, slots=True)
class StyleShown:
    """The picture that was sent is no photo to be painted, it is the style."""

    picture: Picture


@dataclass(frozen=True, slots=True)
class Reset:
    """The person wants to begin anew."""


Event: TypeAlias = PictureSent | AlbumSent | StyleChosen | StyleAsked | StyleShown | Reset


@dataclass(frozen=True, slots=True)
class StartJobs:
    """Paint each of `contents` in `style`, one after the other."""

    contents: tuple[Picture, ...]
    style: Style


@dataclass(frozen=True, slots=True)
class AskStyle:
    """Ask for the style of `content`, or for one to mix with `mixing`."""

    content: Picture
    mixing: Style | None = None


@dataclass(frozen=True, slots=True)
class AskPhoto:
    """Ask for a photo to paint in `style`."""

    style: Style


@dataclass(frozen=True, slots=True)
class ShowGallery:
    """Show every preset."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Nothing is waited for any more."""


class Grievance(StrEnum):
    """Why an album cannot be used."""

    EMPTY = "album_empty"
    STYLES = "album_styles"


@dataclass(frozen=True, slots=True)
class Complain:
    """Say what is wrong with what was sent."""

    about: Grievance


Action: TypeAlias = StartJobs | AskStyle | AskPhoto | ShowGallery | Begin | Complain


def step(session: Session, event: Event) -> tuple[Session, Action]:
    """What the event makes of the session, and the one thing to do about it."""
    match event:
        case PictureSent():
            return _picture(session, event)
        case AlbumSent():
            return _album(session, event)
        case StyleChosen():
            return _chosen(session, event)
        case StyleAsked(target, mixing):
            content = target or session.content
            return _wait_for_style(content, mixing) if content else (session, ShowGallery())
        case StyleShown(picture):
            return _wait_for_photo(picture)
        case Reset():
            return EMPTY, Begin()


def _picture(session: Session, sent: PictureSent) -> tuple[Session, Action]:
    picture, content = sent.picture, session.content
    # By the message: heard again, after an end of the process before it could ask, it is no style.
    waits = content is not None and content.message != picture.message
    if sent.role is Role.STYLE or (waits and not sent.style and sent.role is None):
        return _style_picture(session, picture)
    if style := sent.style or session.style:
        return EMPTY, StartJobs((picture,), style)
    return _wait_for_style(picture)


def _style_picture(session: Session, picture: Picture) -> tuple[Session, Action]:
    if session.content:
        return EMPTY, StartJobs((session.content,), mixed(session.mixing, picture))
    return _wait_for_photo(picture)


def _wait_for_style(content: Picture, mixing: Style | None = None) -> tuple[Session, Action]:
    return Session(content, mixing=mixing), AskStyle(content, mixing)


def _wait_for_photo(style: Style) -> tuple[Session, Action]:
    return Session(style=style), AskPhoto(style)


def _album(session: Session, album: AlbumSent) -> tuple[Session, Action]:
    match album.pictures:
        case ():
            return session, Complain(Grievance.EMPTY)
        case (PictureSent(picture, _, role),):
            return _picture(session, PictureSent(picture, album.style, role))
    marked = [sent for sent in album.pictures if sent.role is Role.STYLE]
    if len(marked) > 1 or (marked and album.style):
        return session, Complain(Grievance.STYLES)
    style = album.style or session.style
    if marked or not style:
        shown = marked[0] if marked else _unmarked(album.pictures)
        style = shown.picture
        contents = [sent.picture for sent in album.pictures if sent is not shown]
    else:
        contents = [sent.picture for sent in album.pictures]
    return EMPTY, StartJobs(tuple(contents), style)


def _unmarked(pictures: tuple[PictureSent, ...]) -> PictureSent:
    """The style of an album in which no picture is said to be one: the last that may be."""
    unsaid = [sent for sent in pictures if sent.role is None]
    return (unsaid or pictures)[-1]


def _chosen(session: Session, chosen: StyleChosen) -> tuple[Session, Action]:
    # By the message: Telegram may name one and the same file differently another time.
    waiting = session.content.message if session.content else None
    target = chosen.target
    if target and target.message != waiting:
        # A button under an older photo: the photo that waits now keeps waiting.
        return session, StartJobs((target,), mixed(chosen.mixing, chosen.style))
    if session.content:
        # A question says by itself whether it is about a mix; words go with what was asked last.
        style = mixed(chosen.mixing if target else session.mixing, chosen.style)
        return EMPTY, StartJobs((session.content,), style)
    return _wait_for_photo(chosen.style)
