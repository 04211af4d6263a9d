"""Where jobs run: one door (`base`), one compute thread behind it (`local`)."""

from nst_core.executor.base import (
    Cancelled,
    Event,
    Executor,
    Failed,
    Finished,
    Job,
    JobHandle,
    Previewed,
    Progressed,
    Queued,
    Started,
)
from nst_core.executor.local import LocalExecutor

__all__ = [
    "Cancelled",
    "Event",
    "Executor",
    "Failed",
    "Finished",
    "Job",
    "JobHandle",
    "LocalExecutor",
    "Previewed",
    "Progressed",
    "Queued",
    "Started",
]
