"""The executor's door: a job goes in as plain data, events come out as plain data.

A thread, a process or another machine can stand behind it, so nothing here knows of TensorFlow,
and every field is a number, a string, bytes or a frozen record of those.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

from nst_core.memory import DeviceMemory
from nst_core.settings import Settings

__all__ = [
    "Cancelled",
    "Event",
    "Executor",
    "Failed",
    "Finished",
    "FleetState",
    "Job",
    "JobHandle",
    "Previewed",
    "Progressed",
    "Queued",
    "Started",
    "TellsFleet",
    "TellsMemory",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One picture to paint.

    Attributes:
        id: chosen by the caller and unique: the key against doubles.
        user: whose turn it uses up; the queue goes round the users.
        content: the encoded photo.
        styles: the encoded style pictures, at least one.
        settings: how to paint.
        init: an encoded picture to start from, when ``settings.init`` is ``image``.
        mask: an encoded picture that lies over the photo: white is painted, black is not.
    """

    id: str
    user: int
    content: bytes = field(repr=False)
    styles: tuple[bytes, ...] = field(repr=False)
    settings: Settings = field(default_factory=Settings)
    init: bytes | None = field(default=None, repr=False)
    mask: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a job.

    Attributes:
        kind: what it is called in plain data, such as ``progress``.
        job: the job's id.
        run: names one start of the job; empty while it waits. After a lost worker a job may
            start again under another run.
        terminal: nothing follows.
    """

    kind: ClassVar[str]
    terminal: ClassVar[bool] = False
    job: str
    run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued(Event):
    """The job waits. Sent again when the place changes, or the expected start by much.

    Attributes:
        position: 1 is the next to start.
        eta: expected seconds until it starts; None as long as there is no pace to tell it by.
        unattended: nobody who could paint it has been there for a while; it waits for somebody.
    """

    kind: ClassVar[str] = "queued"
    position: int
    eta: float | None = None
    unattended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """The compute thread took the job."""

    kind: ClassVar[str] = "started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed(Event):
    """One optimisation step is done. A slow listener sees only the newest.

    Attributes:
        step: steps done, 1 to `total`.
        total: steps of the whole job.
        level: the pyramid level, 1 to `levels`.
        levels: number of pyramid levels.
        share: of the work done, 0 to 1; unlike `step` it grows evenly with time.
        seconds: since the start.
        eta: expected seconds to the end; None before the second step.
        losses: the weighted parts and their sum, by the names in `Losses`.
    """

    kind: ClassVar[str] = "progress"
    step: int
    total: int
    level: int
    levels: int
    share: float
    seconds: float
    eta: float | None
    losses: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed(Event):
    """An intermediate picture. A slow listener sees only the newest.

    Attributes:
        step: steps done, 1 to `total`.
        total: steps of the whole job.
        image: a JPEG file, at the size of the level that is painted.
    """

    kind: ClassVar[str] = "preview"
    step: int
    total: int
    image: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished(Event):
    """The painting, as PNG, and the report of how it was made.

    Attributes:
        image: the PNG file, with its `nst_core.imprint`.
        width: in pixels.
        height: in pixels.
        seconds: from the start to the end of the work.
        report: see `nst_core.result.Result.report`.
        notes: what turned out otherwise than asked for: values of `nst_core.result.Note`.
        sketched: one pass of a small network painted it, whether asked for or for want of weights.
    """

    kind: ClassVar[str] = "finished"
    terminal: ClassVar[bool] = True
    image: bytes = field(repr=False)
    width: int
    height: int
    seconds: float
    report: dict[str, Any] = field(repr=False)
    notes: tuple[str, ...] = ()
    sketched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Event):
    """The job ended without a picture.

    Attributes:
        error: the exception's class name in `nst_core.errors`, or "InternalError".
        reason: the finer kind, such as an `errors.RejectReason`; empty if there is none.
        message: one sentence for a person.
    """

    kind: ClassVar[str] = "failed"
    terminal: ClassVar[bool] = True
    error: str
    reason: str = ""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(Event):
    """The job was cancelled, waiting or running."""

    kind: ClassVar[str] = "cancelled"
    terminal: ClassVar[bool] = True


class JobHandle(Protocol):
    """One submitted job, as its owner sees it."""

    @property
    def id(self) -> str:
        """The job's id."""

    def events(self) -> AsyncIterator[Event]:
        """What is known so far, then what happens, ending after exactly one terminal event.

        Of `Queued`, `Progressed` and `Previewed` a slow listener is spared all but the newest. Any
        number may listen at once, each to all of it.
        """

    async def cancel(self) -> None:
        """Ask for the end: at once when waiting, within a step when running. Idempotent."""

    async def position(self) -> int | None:
        """Place in the queue, 1 for the next to start; None when the job does not wait."""


class Executor(Protocol):
    """Runs jobs one at a time for each device behind it, fairly between users."""

    async def start(self) -> None:
        """Make ready: load the network, connect. Jobs submitted before wait for it.

        Where the network's weights cannot be had, jobs come back as sketches. Where nothing at all
        can be painted, it fails, and so do they; the next job, or another call, tries again.

        Raises:
            WeightsError: neither the network's weights nor a sketch can be had.
        """

    async def submit(self, job: Job) -> JobHandle:
        """Take a job.

        Raises:
            DuplicateJob: a job of this id is under way, or ended a short while ago.
            ExecutorClosed: `close` was called.
        """

    async def attach(self, job_id: str, user: int = 0) -> JobHandle:
        """A handle to a job submitted earlier.

        Where it turns out later that an earlier process's job was lost, it ends as `Failed` with
        the error ``UnknownJob``, and may be submitted again under the same id.

        Args:
            job_id: which one.
            user: whose it is from now on, where an earlier process submitted it; for `forget`.

        Raises:
            UnknownJob: nobody knows the id.
        """

    async def forget(self, user: int) -> None:
        """Let go of a user's paintings: of what ended now, of what has not as soon as it does."""

    async def close(self) -> None:
        """End what runs and what waits for everybody here, and free the device. Idempotent.

        Where others do the work, what they are at goes on, and can be attached to later.
        """


@runtime_checkable
class TellsMemory(Protocol):
    """An executor that knows what it holds of its device."""

    def memory(self) -> DeviceMemory | None:
        """What it holds of its GPU; None where there is no GPU, or nothing on it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetState:
    """Who works for an executor.

    Attributes:
        connected: whether the way to them is open.
        workers: that take jobs.
    """

    connected: bool
    workers: int


@runtime_checkable
class TellsFleet(Protocol):
    """An executor that has others do the work."""

    def fleet(self) -> FleetState:
        """Who there is just now."""
