"""Everything that can go wrong in the engine, as one exception tree.

    StylizeError
    ├── ImageRejected        a picture that cannot be painted, and why
    ├── InvalidSettings      a setting outside its range
    ├── UnknownStyle         no preset of that name
    ├── WeightsError         VGG19 weights missing, truncated or foreign
    ├── SketchUnavailable    the optional packages of a sketch missing or foreign
    ├── FetchError           a link that gave no picture
    ├── Cancelled            ``should_stop`` said so
    ├── Diverged             the optimisation left the finite numbers
    ├── OutOfMemory          not even the smallest size fits
    └── ExecutorError
        ├── ExecutorClosed   submitted after ``close``
        ├── DuplicateJob     a job id submitted twice
        ├── UnknownJob       attached to a job that nobody knows
        ├── WorkersLost      a job that ended every worker that took it
        ├── ExtraMissing     `stylegram[cluster]` is not installed
        └── BrokerError      no way to the broker
            ├── BrokerUnreachable  nobody answers there; it may come back
            ├── TooLargeForBroker  a job or a painting of more bytes than it takes
            └── BrokerRefused      it does not let us in; somebody has to mend that

Every message is one sentence meant for a person; it never holds a traceback or a path of the
machine that the person did not name.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "BrokerError",
    "BrokerRefused",
    "BrokerUnreachable",
    "Cancelled",
    "Diverged",
    "DuplicateJob",
    "ExecutorClosed",
    "ExecutorError",
    "ExtraMissing",
    "FetchError",
    "ImageRejected",
    "InvalidSettings",
    "OutOfMemory",
    "RejectReason",
    "SketchUnavailable",
    "StylizeError",
    "TooLargeForBroker",
    "UnknownJob",
    "UnknownStyle",
    "WeightsError",
    "WorkersLost",
]


class StylizeError(Exception):
    """Base of every error that ``nst_core`` raises on purpose."""


class RejectReason(StrEnum):
    """Why a picture was refused; a client can word each in its own language."""

    NOT_A_PICTURE = "not_a_picture"
    """Nothing that can be read as one of `FORMATS`."""

    TRUNCATED = "truncated"
    """A picture file that is damaged or cut short."""

    TOO_SMALL = "too_small"
    """A side below `MIN_SIDE`, or too few pixels for what it is to be used for."""

    TOO_LARGE = "too_large"
    """More pixels than `MAX_PIXELS`."""

    TOO_NARROW = "too_narrow"
    """A long side of more than `MAX_ASPECT` times the short one."""


class ImageRejected(StylizeError):
    """A picture that cannot be painted.

    Attributes:
        reason: the kind of refusal, for clients that word it themselves.
    """

    def __init__(self, reason: RejectReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type[ImageRejected], tuple[RejectReason, str]]:
        return type(self), (self.reason, str(self))


class InvalidSettings(StylizeError, ValueError):
    """A setting outside its range."""


class UnknownStyle(StylizeError, LookupError):
    """No preset style of that name."""


class WeightsError(StylizeError):
    """The VGG19 weights are missing, truncated or not VGG19's."""


class SketchUnavailable(StylizeError):
    """The optional packages of a sketch are missing or not the expected ones."""


class FetchError(StylizeError):
    """A link that could not be fetched.

    Attributes:
        status: what the server answered; None where it has not answered, or not to the end.
        wait: seconds that the server asks to wait; None where it asks for nothing.
    """

    def __init__(
        self, message: str, *, status: int | None = None, wait: float | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.wait = wait


class Cancelled(StylizeError):
    """The caller's ``should_stop`` ended the work."""


class Diverged(StylizeError):
    """The optimisation produced numbers that are not finite, at once or again and again."""


class OutOfMemory(StylizeError):
    """Not even the coarsest level of the picture fits into memory."""


class ExecutorError(StylizeError):
    """Base of the errors at the executor's door."""


class ExecutorClosed(ExecutorError):
    """The executor takes no more jobs."""


class DuplicateJob(ExecutorError):
    """A job with this id was submitted before."""


class UnknownJob(ExecutorError, LookupError):
    """No job with this id is known."""


class WorkersLost(ExecutorError):
    """Every worker that took the job was lost over it."""


class ExtraMissing(ExecutorError):
    """What a cluster needs is not installed."""


class BrokerError(ExecutorError):
    """There is no way to the broker."""


class BrokerUnreachable(BrokerError):
    """Nobody answers where the broker should be; trying again may help."""


class BrokerRefused(BrokerError):
    """The broker does not let us in, and will not until somebody has mended that."""


class TooLargeForBroker(BrokerError):
    """A job, or its painting, has more bytes than the broker takes in one message."""
