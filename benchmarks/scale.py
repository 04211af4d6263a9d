"""`study`: what a cluster of any size does with any number of jobs, and what is full first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from benchmarks.simulation import Day, Seconds, Visit, simulate
from benchmarks.tables import table
from benchmarks.traffic import Inputs, Load

__all__ = ["Cell", "document", "markdown", "study"]

_FULL: Final = 0.9
_HOUR: Final = 3600.0
# Above this share of it, whoever waits for the bot's CPU is simulated as at this share.
_MOST: Final = 0.95


@dataclass(frozen=True, slots=True)
class Cell:
    """One cluster.

    Attributes:
        workers: how many.
        jobs: that people send in an hour.
        load: of those that were taken.
        day: what was simulated.
    """

    workers: int
    jobs: int
    load: Load
    day: Day

    @property
    def shares(self) -> dict[str, float]:
        """How much of each part is used by what was taken, but for edits; 1 is all of it."""
        load = self.load
        return {
            "workers": load.painting / self.workers,
            "Telegram": load.must / load.telegram,
            "bot": load.bot_must,
            "broker": load.broker,
        }

    @property
    def first(self) -> tuple[str, float]:
        """The part that is nearest to being full, and its share."""
        return max(self.shares.items(), key=lambda share: share[1])

    @property
    def refused(self) -> float:
        """Share of the jobs that found too many under way."""
        return self.day.refused / self.day.come

    def wait(self, share: float) -> float:
        """Seconds in lines that this share of the jobs did not exceed."""
        return _quantile(self.day.waits, share)


def study(
    workers: Sequence[int],
    jobs: Sequence[int],
    inputs: Inputs | None = None,
    *,
    bots: int = 1,
    count: int = 20_000,
    seed: int = 0,
) -> Iterator[Cell]:
    """Simulate every cluster.

    Args:
        workers: numbers of them.
        jobs: numbers of those that come in an hour.
        inputs: of a job.
        bots: that share the cluster, and the jobs.
        count: jobs that are simulated for each.
        seed: of chance.
    """
    known = inputs or Inputs()
    for number in workers:
        for amount in jobs:
            yield _cell(known, number, amount, bots, count, seed)


def _cell(inputs: Inputs, workers: int, jobs: int, bots: int, count: int, seed: int) -> Cell:
    rate = jobs / _HOUR
    taken = min(rate, workers / inputs.paint, bots * inputs.most())
    # What is beside the jobs themselves is not simulated piece by piece.
    fluid = Load(
        inputs=inputs,
        workers=workers,
        bots=bots,
        rate=taken,
        painting=taken * inputs.paint,
        waiting=0.0,
    )
    day = simulate(
        list(_route(inputs, fluid)),
        {"bot": bots, "broker": 1, "workers": workers, "Telegram": bots},
        rate,
        count,
        seed=seed,
        limit=inputs.limit(workers),
    )
    load = Load(
        inputs=inputs,
        workers=workers,
        bots=bots,
        rate=day.done / day.seconds,
        painting=day.stations["workers"].busy / day.seconds,
        waiting=(day.stations["workers"].spent - day.stations["workers"].busy) / day.seconds,
    )
    return Cell(workers, jobs, load, day)


def _route(inputs: Inputs, load: Load) -> Iterator[Visit]:
    """A job's way. What else the bot and the broker do slows them down for jobs."""
    pace = 1 - min(_MOST, load.bot_must - load.rate * inputs.bot_job / load.bots)
    handed = inputs.broker_message + inputs.parcel * inputs.broker_byte
    told = inputs.broker_message + inputs.painting * inputs.broker_byte
    message = _fixed(1 / inputs.telegram)
    yield Visit("Telegram", message, beside=True)
    yield Visit("bot", _fixed(inputs.bot_job / 2 / pace))
    yield Visit("broker", _fixed(handed))
    yield Visit("workers", inputs.painting_seconds)
    yield Visit("broker", _fixed(told))
    yield Visit("bot", _fixed(inputs.bot_job / 2 / pace))
    yield Visit("Telegram", message)
    yield Visit("Telegram", message)
    yield Visit("Telegram", message, beside=True)


def _fixed(seconds: float) -> Seconds:
    def take(_: Random) -> float:
        return seconds

    return take


def _quantile(values: Sequence[float], share: float) -> float:
    line = sorted(values)
    return line[min(len(line) - 1, math.floor(share * len(line)))] if line else math.nan


def markdown(cells: Sequence[Cell]) -> str:
    """The table."""
    return table(_HEAD, [_row(each) for each in cells])


_HEAD: Final = (
    "workers", "jobs/h", "busy", "broker msg/s", "MB/s", "broker", "bot", "Telegram msg/s",
    "edits made", "wait 50 %", "95 %", "turned away", "full first",
)  # fmt: skip


def _row(each: Cell) -> list[str]:
    load, (name, share) = each.load, each.first
    made = load.edits / load.edits_wanted if load.edits_wanted else 1.0
    return [
        f"{each.workers:,}",
        f"{each.jobs:,}",
        _percent(load.painting / each.workers),
        f"{load.messages:,.1f}",
        f"{load.traffic / 1e6:,.2f}",
        _percent(load.broker),
        _percent(load.bot),
        f"{load.must + load.edits:.1f}",
        _percent(made),
        _seconds(each.wait(0.5)),
        _seconds(each.wait(0.95)),
        _percent(each.refused),
        f"**{name}**" if share >= _FULL else f"({name} {_percent(share)})",
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 or share == 0 else "< 1 %"


def _seconds(value: float) -> str:
    if value < 1:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 120 else f"{value / 60:.0f} min"


def document(cells: Sequence[Cell], inputs: Inputs) -> dict[str, Any]:
    """Everything, as JSON-ready data."""
    return {
        "schema": 1,
        "inputs": {name: getattr(inputs, name) for name in inputs.__slots__},
        "cells": [
            {
                "workers": each.workers,
                "jobs_an_hour": each.jobs,
                "shares": each.shares,
                "messages": each.load.messages,
                "bytes": each.load.traffic,
                "telegram": each.load.must + each.load.edits,
                "edits_wanted": each.load.edits_wanted,
                "wait": [each.wait(0.5), each.wait(0.95)],
                "refused": each.refused,
            }
            for each in cells
        ],
    }
