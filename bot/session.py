"""What a person has said so far and what comes next: a pure state machine, no I/O.

    step(session, event) -> (session, action)

A session holds at most one of two things: a photo that waits for a style, or a style that waits
for a photo. Once both are known there is a job to start, and the session is empty again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Protocol, TypeAlias

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
    "Mix",
    "Part",
    "Picture",
    "PictureSent",
    "Preset",
    "Reset",
    "Role",
    "Session",
    "Sessions",
    "ShowGallery",
    "StartJobs",
    "Style",
    "StyleAsked",
    "StyleChosen",
    "StyleShown",
    "blended",
    "parts_of",
    "step",
]

# Chat and person: in a group everybody has a dialogue of their own.
Key: TypeAlias = tuple[int, int]
Clock: TypeAlias = Callable[[], float]

_WHOLE: Final = 100


class Role(StrEnum):
    """What somebody says that a picture is."""

    CONTENT = "content"
    STYLE = "style"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that lies at Telegram or somewhere on the web.

    Attributes:
        file_id: what to download it by; for a link its address.
        message: the message that brought it, for answers to point at; 0 where there is none.
        as_file: it came uncompressed, so the answer goes out uncompressed too.
        unique: what Telegram calls it for ever, unlike `file_id`; empty where it is not known.
        is_link: it lies on the web.
    """

    file_id: str
    message: int
    as_file: bool = False
    unique: str = ""
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class Preset:
    """A style of the gallery, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """One style of a mix and its share in percent."""

    style: Preset | Picture
    share: int


@dataclass(frozen=True, slots=True)
class Mix:
    """Several styles at once; the shares add up to 100."""

    parts: tuple[Part, ...]


Style: TypeAlias = Preset | Picture | Mix


def loose(picture: Picture) -> Picture:
    """The picture without its message: elsewhere that number means another one."""
    return replace(picture, message=0)


def blended(styles: Sequence[tuple[Preset | Picture, float]]) -> Style:
    """Styles with their weights as one; a style that comes twice counts twice.

    Raises:
        ValueError: the weights are not all above zero, or there are none.
    """
    weights: dict[Preset | Picture, float] = {}
    for style, weight in styles:
        weights[style] = weights.get(style, 0.0) + weight
    total = sum(weights.values())
    if not weights or min(weights.values()) <= 0:
        msg = "a mix needs styles, and weights above zero"
        raise ValueError(msg)
    if len(weights) == 1:
        return next(iter(weights))
    shares = _whole_shares([_WHOLE * weight / total for weight in weights.values()])
    return Mix(tuple(map(Part, weights, shares)))


def _whole_shares(shares: list[float]) -> list[int]:
    """Whole percents, none of them 0, that add up to 100."""
    whole = [max(1, int(share)) for share in shares]
    while (missing := _WHOLE - sum(whole)) != 0:
        # To whom it is owed most, or from whom there is most to take.
        owed = [share - got for share, got in zip(shares, whole, strict=True)]
        at = owed.index(max(owed)) if missing > 0 else whole.index(max(whole))
        whole[at] += 1 if missing > 0 else -1
    return whole


def _mixed(first: Style | None, second: Style) -> Style:
    """Half of each; the second alone where there is no first."""
    if first is None:
        return second
    halves = [(part, 0.5 * share) for style in (first, second) for part, share in parts_of(style)]
    return blended(halves)


def parts_of(style: Style) -> list[tuple[Preset | Picture, int]]:
    """The styles that it is made of, with their shares in percent."""
    if isinstance(style, Mix):
        return [(part.style, part.share) for part in style.parts]
    return [(style, _WHOLE)]


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
        return EMPTY, StartJobs((session.content,), _mixed(session.mixing, picture))
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
        return session, StartJobs((target,), _mixed(chosen.mixing, chosen.style))
    if session.content:
        # A question says by itself whether it is about a mix; words go with what was asked last.
        style = _mixed(chosen.mixing if target else session.mixing, chosen.style)
        return EMPTY, StartJobs((session.content,), style)
    return _wait_for_photo(chosen.style)


class Keeper(Protocol):
    """What remembers sessions beyond the process."""

    def session(self, key: Key) -> Session | None:
        """What is remembered."""

    def keep_session(self, key: Key, session: Session | None) -> bool:
        """Remember it, None forgets it; whether that succeeded."""


class Sessions:
    """Sessions in memory: neither empty nor old ones are kept, and the overflow by the keeper only.

    Args:
        clock: seconds, from any beginning.
        keeper: what remembers them for the next process.
        ttl: seconds that a session is kept.
        limit: how many are kept in memory.
    """

    def __init__(
        self, clock: Clock, keeper: Keeper, *, ttl: float = 3600, limit: int = 10_000
    ) -> None:
        self._clock = clock
        self._keeper = keeper
        self._ttl = ttl
        self._limit = limit
        self._kept: OrderedDict[Key, tuple[float, Session]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Session:
        """The session of `key`, an empty one if there is none or it has grown old."""
        if key not in self._kept:
            return self._keeper.session(key) or EMPTY
        born, session = self._kept[key]
        return session if self._clock() - born < self._ttl else EMPTY

    def put(self, key: Key, session: Session) -> None:
        """Keep the session of `key`."""
        if self.get(key) == session == EMPTY:
            return
        self._kept.pop(key, None)
        self._keeper.keep_session(key, session if session != EMPTY else None)
        if session != EMPTY:
            self._kept[key] = (self._clock(), session)
        while self._kept and self._oldest_is_stale():
            stale, _ = self._kept.popitem(last=False)
            self._keeper.keep_session(stale, None)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)

    def forget(self, user: int) -> None:
        """Keep nothing that the person has said, wherever it was."""
        for key in [key for key in self._kept if key[1] == user]:
            del self._kept[key]

    def move(self, old: int, new: int) -> None:
        """A chat has got another id: its dialogues go on there. The keeper moves its own."""
        for key in [key for key in self._kept if key[0] == old]:
            born, session = self._kept.pop(key)
            self._kept[new, new if key[1] == old else key[1]] = born, session.moved()

    def advance(self, key: Key, event: Event) -> Action:
        """Let the event happen to the session of `key`."""
        session, action = step(self.get(key), event)
        self.put(key, session)
        return action

    def _oldest_is_stale(self) -> bool:
        born, _ = next(iter(self._kept.values()))
        return self._clock() - born >= self._ttl
