"""`simulate`: jobs on their way through stations, event by event; the same seed, the same day."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from random import Random
from typing import Final, TypeAlias

__all__ = ["Day", "Seconds", "Station", "Visit", "simulate"]

Seconds: TypeAlias = Callable[[Random], float]
"""Draws how long something takes."""

_WARM: Final = 0.2
"""Share of the jobs whose waiting is not counted: the first ones find everybody idle."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A stop on a job's way.

    Attributes:
        station: by name.
        seconds: how long it takes there, once it is its turn.
        beside: the job goes on at once, while something of it stops there.
    """

    station: str
    seconds: Seconds
    beside: bool = False


@dataclass(slots=True)
class Station:
    """Servers with one line before them: first come, first served.

    Attributes:
        servers: how many.
        busy: seconds that they have worked, in all.
        visits: how many have been served.
        spent: seconds that those have been there, in line and served.
    """

    servers: int
    busy: float = 0.0
    visits: int = 0
    spent: float = 0.0


@dataclass(frozen=True, slots=True)
class Day:
    """What came of it, from nobody there to nobody left.

    Attributes:
        open: seconds from the first arrival to the last one.
        seconds: from the first arrival to the last end.
        come: jobs that came.
        refused: those of them that found too many under way.
        done: those that came to their end.
        waits: seconds in all lines together of each job that came after the warm-up.
        sojourns: seconds from coming to the end, of every job.
        area: the number of jobs under way, integrated over the time.
        stations: by name.
    """

    open: float
    seconds: float
    come: int
    refused: int
    done: int
    waits: Sequence[float]
    sojourns: Sequence[float]
    area: float
    stations: Mapping[str, Station]


def simulate(
    route: Sequence[Visit],
    servers: Mapping[str, int],
    rate: float,
    jobs: int,
    *,
    seed: int = 0,
    limit: int | None = None,
) -> Day:
    """Let so many jobs come, at random and each for itself, and work them all off.

    Args:
        route: where each of them stops.
        servers: how many there are at each station.
        rate: jobs a second.
        jobs: how many come.
        seed: of chance.
        limit: so many may be under way; who comes then is refused.
    """
    run = _Run(route, servers, limit, Random(seed))
    return run.day(rate, jobs)


@dataclass(slots=True)
class _Job:
    number: int
    came: float
    waited: float = 0.0


@dataclass(slots=True)
class _Line:
    """Who waits at a station: the job, since when, how long it will take, and what then."""

    free: int
    waiting: deque[tuple[_Job, float, float, Callable[[], None] | None]] = field(
        default_factory=deque
    )


class _Run:
    def __init__(
        self,
        route: Sequence[Visit],
        servers: Mapping[str, int],
        limit: int | None,
        chance: Random,
    ) -> None:
        self._route = route
        self._limit = limit
        self._chance = chance
        self._stations = {name: Station(number) for name, number in servers.items()}
        self._lines = {name: _Line(number) for name, number in servers.items()}
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._now = 0.0
        self._under_way = 0
        self._area = 0.0
        self._come = self._refused = 0
        self._ended: list[_Job] = []
        self._sojourns: list[float] = []

    def day(self, rate: float, jobs: int) -> Day:
        last = 0.0

        def arrive() -> None:
            nonlocal last
            last = self._now
            self._arrive()
            if self._come < jobs:
                self._in(self._chance.expovariate(rate), arrive)

        self._in(0.0, arrive)
        while self._agenda:
            moment, _, happen = heapq.heappop(self._agenda)
            self._area += self._under_way * (moment - self._now)
            self._now = moment
            happen()
        return Day(
            open=last,
            seconds=self._now,
            come=self._come,
            refused=self._refused,
            done=len(self._ended),
            waits=[job.waited for job in self._ended if job.number > _WARM * jobs],
            sojourns=self._sojourns,
            area=self._area,
            stations=self._stations,
        )

    def _in(self, seconds: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (self._now + seconds, next(self._order), happen))

    def _arrive(self) -> None:
        self._come += 1
        if self._limit is not None and self._under_way >= self._limit:
            self._refused += 1
            return
        self._under_way += 1
        self._go(_Job(self._come, self._now), 0)

    def _go(self, job: _Job, stop: int) -> None:
        for number in range(stop, len(self._route)):
            visit = self._route[number]
            seconds = visit.seconds(self._chance)
            if not visit.beside:
                self._enter(visit.station, job, seconds, partial(self._go, job, number + 1))
                return
            self._enter(visit.station, job, seconds, None)
        self._under_way -= 1
        self._ended.append(job)
        self._sojourns.append(self._now - job.came)

    def _enter(self, name: str, job: _Job, seconds: float, then: Callable[[], None] | None) -> None:
        self._lines[name].waiting.append((job, self._now, seconds, then))
        self._serve(name)

    def _serve(self, name: str) -> None:
        line, station = self._lines[name], self._stations[name]
        if not (line.free and line.waiting):
            return
        job, since, seconds, then = line.waiting.popleft()
        line.free -= 1
        if then:
            job.waited += self._now - since

        def leave() -> None:
            line.free += 1
            station.busy += seconds
            station.visits += 1
            station.spent += self._now - since
            self._serve(name)
            if then:
                then()

        self._in(seconds, leave)
