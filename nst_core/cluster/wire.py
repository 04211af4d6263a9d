"""What goes over the wire: msgpack of plain data with a version, never a pickle.

`Parcel` goes to a worker; `Letter`, `Presence` and `Backlog` come back. Any change of their fields,
or of a job's, an event's or the settings', that an older reader would misunderstand makes a new
`names.VERSION`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from nst_core.cluster import scrutiny
from nst_core.cluster.names import VERSION
from nst_core.executor.base import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Job,
    Previewed,
    Progressed,
    Started,
)
from nst_core.settings import Settings

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = [
    "Backlog",
    "Letter",
    "Message",
    "Parcel",
    "Presence",
    "Unreadable",
    "Work",
    "from_plain",
    "pack",
    "to_plain",
    "unpack",
]

_EVENTS: Final[Mapping[str, type[Event]]] = {
    kind.kind: kind for kind in (Started, Progressed, Previewed, Finished, Failed, Cancelled)
}


class Unreadable(Exception):
    """Of another version, or damaged."""


class Work(StrEnum):
    """What a worker is doing."""

    IDLE = "idle"
    PAINTING = "painting"
    LEAVING = "leaving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A job on its way to a worker.

    Attributes:
        ticket: names this hand-over. A job that was handed over again has another.
        bot: whose job it is.
    """

    ticket: str
    bot: str
    job: Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What happened to a job.

    Attributes:
        ticket: of the hand-over that it happened to.
        worker: who tells.
        lane: where the worker gets its jobs from.
    """

    ticket: str
    worker: str
    lane: int
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A worker tells that it is there.

    Attributes:
        worker: its name, of which there is only one.
        release: the version of its software.
        device: what it computes on.
        memory: bytes of the device that were free at the start; None where that is not known.
        largest: long side in pixels that it can paint.
        lane: where it gets its jobs from.
        work: what it is doing.
        bot: whose job it is at; empty while idle, as are the next three.
        job: the job's id.
        ticket: of the job's hand-over.
        run: of the job.
        done: jobs that it has painted.
        pace: pixels times steps a second, by the jobs that it painted last; None before the first.
        seconds: since it began.
        quiet: seconds for which it may be silent now, beyond the usual.
    """

    worker: str
    release: str
    device: str
    memory: int | None
    largest: int
    lane: int
    work: Work = Work.IDLE
    bot: str = ""
    job: str = ""
    ticket: str = ""
    run: str = ""
    done: int = 0
    pace: float | None = None
    seconds: float = 0.0
    quiet: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """A bot tells how much it has to do.

    Attributes:
        bot: its name.
        waiting: jobs that have not begun.
        running: jobs that have.
    """

    bot: str
    waiting: int
    running: int


Message: TypeAlias = Parcel | Letter | Presence | Backlog

_KINDS: Final[Mapping[str, type[Message]]] = {
    kind.__name__.lower(): kind for kind in (Parcel, Letter, Presence, Backlog)
}


@dataclass(frozen=True, slots=True)
class _Envelope:
    version: int
    kind: str
    content: dict[str, Any] = field(repr=False)


def to_plain(message: Message, version: int = VERSION) -> dict[str, Any]:
    """A message as maps, lists, numbers, strings and bytes."""
    content = _converter().unstructure(message)
    return {"version": version, "kind": type(message).__name__.lower(), "content": content}


def from_plain(data: object, version: int = VERSION) -> Message:
    """The message that `to_plain` described.

    Raises:
        Unreadable: of another version, or damaged.
    """
    try:
        envelope = _converter().structure(data, _Envelope)
        _check(envelope, version)
        return _believed(_converter().structure(envelope.content, _KINDS[envelope.kind]))
    except Unreadable:
        raise
    except Exception as error:
        # What a stranger sends can go wrong in any way.
        msg = f"a damaged message: {type(error).__name__}"
        raise Unreadable(msg) from error


def pack(message: Message, version: int = VERSION) -> bytes:
    """A message as bytes."""
    import msgpack

    packed: bytes = msgpack.packb(to_plain(message, version))
    return packed


def unpack(data: bytes, version: int = VERSION) -> Message:
    """The message that `pack` made bytes of.

    Raises:
        Unreadable: of another version, or damaged.
    """
    import msgpack

    try:
        plain = scrutiny.unpack(data)
    except (ValueError, msgpack.UnpackException) as error:
        msg = "what has come is no msgpack"
        raise Unreadable(msg) from error
    return from_plain(plain, version)


def _check(envelope: _Envelope, version: int) -> None:
    if envelope.version != version:
        msg = f"a message of version {envelope.version}, and not {version}"
        raise Unreadable(msg)


def _believed(message: Message) -> Message:
    if not isinstance(message, Letter) or scrutiny.is_sound(message.event):
        return message
    if (instead := scrutiny.of_unsound(message.event)) is None:
        msg = f"a {message.event.kind} that cannot be"
        raise Unreadable(msg)
    return replace(message, event=instead)


@cache
def _converter() -> Converter:
    from cattrs.preconf.msgpack import make_converter

    converter = make_converter()
    # By itself it makes of a value what it can: of a number, as many empty bytes.
    for plain in (bool, bytes, int, str):
        converter.register_structure_hook(plain, scrutiny.exact)
    converter.register_structure_hook(float, scrutiny.number)
    converter.register_structure_hook(Work, lambda value, _: Work(value))
    converter.register_unstructure_hook(Settings, Settings.to_dict)
    converter.register_structure_hook(Settings, lambda data, _: Settings.from_dict(data))

    def open_event(event: Event) -> dict[str, Any]:
        return {"kind": event.kind, "fields": converter.unstructure(event, type(event))}

    def close_event(data: Any, _: type[Event]) -> Event:
        return converter.structure(data["fields"], _EVENTS[data["kind"]])

    # For the base class alone: its own kinds are written field by field.
    converter.register_unstructure_hook_func(lambda kind: kind is Event, open_event)
    converter.register_structure_hook_func(lambda kind: kind is Event, close_event)
    return converter
