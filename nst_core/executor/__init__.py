"""Where jobs run: one door, `Executor`, and one compute thread behind it, `LocalExecutor`.

An executor is for an asyncio program and belongs to its event loop. Who has a hundred jobs waiting
delays nobody else by more than one: the queue goes round the users.
"""

from nst_core.executor.base import (
    Cancelled,
    Event,
    Executor,
    Failed,
    Finished,
    FleetState,
    Job,
    JobHandle,
    Previewed,
    Progressed,
    Queued,
    Started,
    TellsFleet,
    TellsMemory,
)
from nst_core.executor.local import LocalExecutor
from nst_core.memory import DeviceMemory

__all__ = [
    "Cancelled",
    "DeviceMemory",
    "Event",
    "Executor",
    "Failed",
    "Finished",
    "FleetState",
    "Job",
    "JobHandle",
    "LocalExecutor",
    "Previewed",
    "Progressed",
    "Queued",
    "Started",
    "TellsFleet",
    "TellsMemory",
]
