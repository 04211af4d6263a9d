"""What came out: one JSON file, and a table that a person can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from typing import Any, Final

from benchmarks.card import VERSION, Card
from benchmarks.quality import Anchors
from benchmarks.runs import Run
from benchmarks.tables import table

__all__ = ["SCHEMA", "document", "grouped", "markdown"]

SCHEMA: Final = 1

_COLUMNS: Final[Mapping[str, Callable[[Card], float]]] = {
    "product": lambda card: card.product,
    "content": lambda card: card.content,
    "style": lambda card: card.style,
    "self-sim": lambda card: card.selfsimilarity,
    "colour": lambda card: card.color,
    "SSIM": lambda card: card.ssim,
    "edges": lambda card: card.gradients,
    "grain": lambda card: card.grain,
    "grain2": lambda card: card.grain2,
    "border": lambda card: card.border,
    "clipped %": lambda card: 100 * card.clipped,
    "NaN": lambda card: card.nan,
}
_LOWER_WINS: Final = ("product", "content", "style", "colour")


def document(
    runs: Sequence[Run], anchors: Anchors, machine: Mapping[str, Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything, as JSON-ready data."""
    return {
        "schema": SCHEMA,
        "card": VERSION,
        "machine": dict(machine),
        "options": dict(options),
        "anchors": {
            pair: {name: card.to_dict() for name, card in cards.items()}
            for pair, cards in anchors.items()
        },
        "runs": [run.to_dict() for run in runs],
    }


def grouped(runs: Iterable[Run]) -> dict[str, list[Run]]:
    """Runs by engine, in the order of their first appearance."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(run.engine, []).append(run)
    return groups


def markdown(runs: Sequence[Run], anchors: Anchors) -> str:
    """Medians over the pairs, who beats whom, and every single result."""
    parts = ["## Medians over the pairs", _medians(runs, anchors)]
    if duels := _duels(runs):
        parts += ["## Ours against each", _DUELS, duels]
    parts += ["## Every pair", _singles(runs, anchors)]
    return "\n\n".join(parts) + "\n"


_DUELS: Final = (
    "Pairs on which ours has the lower (better) mark; seconds: theirs over ours, median. "
    "A lower mark is no win where it was bought: see the columns above."
)


def _medians(runs: Sequence[Run], anchors: Anchors) -> str:
    rows = []
    for name in ("photo", "painting"):
        cards = [pair[name] for pair in anchors.values()]
        rows.append([f"*{name} itself*", str(len(cards)), "", "", "", *_marks(cards)])
    for engine, group in grouped(runs).items():
        seconds = median(run.last.seconds for run in group)
        steps = median(run.last.steps for run in group)
        peak = median(run.gpu_memory or run.memory for run in group)
        numbers = [f"{seconds:.1f}", f"{steps:.0f}", f"{peak:.0f}"]
        rows.append([engine, str(len(group)), *numbers, *_marks([r.last.card for r in group])])
    return table(["engine", "pairs", "seconds", "steps", "MiB", *_COLUMNS], rows)


def _marks(cards: Sequence[Card]) -> list[str]:
    return [_short(median(read(card) for card in cards)) for read in _COLUMNS.values()]


def _duels(runs: Sequence[Run]) -> str:
    groups = grouped(runs)
    ours = [name for name, group in groups.items() if group[0].ours]
    theirs = [name for name in groups if name not in ours]
    rows = [_duel(groups[a], groups[b]) for a in ours for b in theirs]
    return table(["ours", "against", "seconds ×", *_LOWER_WINS], rows) if rows else ""


def _duel(ours: Sequence[Run], theirs: Sequence[Run]) -> list[str]:
    by_pair = {run.pair: run for run in theirs}
    pairs = [(run, by_pair[run.pair]) for run in ours if run.pair in by_pair]
    ratio = median(other.last.seconds / run.last.seconds for run, other in pairs)
    wins = []
    for column in _LOWER_WINS:
        read = _COLUMNS[column]
        won = sum(read(run.last.card) < read(other.last.card) for run, other in pairs)
        wins.append(f"{won}/{len(pairs)}")
    return [ours[0].engine, theirs[0].engine, _short(ratio), *wins]


def _singles(runs: Sequence[Run], anchors: Anchors) -> str:
    rows = []
    for pair, cards in anchors.items():
        rows += [[pair, f"*{name} itself*", "", *_marks([card])] for name, card in cards.items()]
        rows += [
            [pair, run.engine, f"{run.last.seconds:.1f}", *_marks([run.last.card])]
            for run in runs
            if run.pair == pair
        ]
    return table(["pair", "engine", "seconds", *_COLUMNS], rows)


def _short(value: float) -> str:
    if value == round(value) and abs(value) < 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"
