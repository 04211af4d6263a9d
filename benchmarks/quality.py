"""Every painter on every pair, marked as it goes: the points of the curves."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from benchmarks import machine, memory
from benchmarks.card import VERSION, Card, Examiner, Judge
from benchmarks.engines import Engine, Options, aimed
from benchmarks.pairs import Pair
from benchmarks.runs import Point, Run, Store
from nst_core.images import Picture

__all__ = ["Anchors", "measure"]

Say: TypeAlias = Callable[[str], None]
Anchors: TypeAlias = dict[str, dict[str, Card]]
"""Pair to the cards of its photo and of its painting."""


def measure(
    pairs: Sequence[Pair],
    painters: Sequence[Engine],
    options: Options,
    judges: Sequence[Judge],
    store: Store,
    say: Say,
    *,
    fresh: bool = False,
) -> tuple[list[Run], Anchors]:
    """Paint and mark whatever the store does not have yet.

    Args:
        pairs: of photo and style.
        painters: in this order; one that takes another's seconds comes after it.
        options: of all painters.
        judges: who look at the results.
        store: where results are kept.
        say: called with one line a result.
        fresh: do not believe the store.
    """
    runs: list[Run] = []
    anchors: Anchors = {}
    for pair in pairs:
        content, style = pair.read(options.size)
        examiner = Examiner(judges, content, style)
        anchors[pair.name] = examiner.anchors()
        took: dict[str, float] = {}
        for painter in painters:
            ready = aimed(painter, took)
            key = _key(ready, options, content, style)
            run = None if fresh else store.find(pair.name, painter.name, key)
            said = "kept" if run else "new"
            run = run or _run(pair, ready, examiner, key, store)
            took[painter.name] = run.last.seconds
            runs.append(run)
            say(_line(run, said))
    return runs, anchors


def _run(
    pair: Pair,
    painter: Engine,
    examiner: Examiner,
    key: Mapping[str, Any],
    store: Store,
) -> Run:
    memory.reset()
    checkpoints = list(painter.paint(examiner.content, examiner.style))
    peaks = memory.peak(), memory.gpu_peak()
    points = [
        Point(c.seconds, c.steps, _finite(c.loss), examiner.card(c.picture)) for c in checkpoints
    ]
    run = Run(
        engine=painter.name,
        ours=painter.ours,
        pair=pair.name,
        key=key,
        points=tuple(points),
        memory=peaks[0],
        gpu_memory=peaks[1],
        load=machine.load_average(),
        about=painter.about(),
    )
    store.keep(run, checkpoints[-1].picture)
    return run


def _key(painter: Engine, options: Options, content: Picture, style: Picture) -> dict[str, Any]:
    digests = [hashlib.sha256(p.tobytes()).hexdigest()[:16] for p in (content, style)]
    return {"card": VERSION, "pictures": digests, **options.to_dict(), **painter.about()}


def _line(run: Run, said: str) -> str:
    last = run.last
    marks = f"product {last.card.product:.3f} = content {last.card.content:.3f} "
    marks += f"style {last.card.style:.3f}"
    loss = ", no loss" if last.loss is None else ""
    return f"{run.pair:<22} {run.engine:<20} {last.seconds:8.1f} s  {marks}  ({said}{loss})"


def _finite(loss: float) -> float | None:
    return loss if math.isfinite(loss) else None
