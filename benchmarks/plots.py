"""Curves as PNG files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from statistics import median
from typing import Any, Final, TypeAlias

from benchmarks.report import grouped
from benchmarks.runs import Run

__all__ = ["against_jobs", "against_pixels", "curves"]

Axes: TypeAlias = Any
Curve: TypeAlias = list[tuple[float, ...]]

_MEASURES: Final = ("product", "content", "style")
_OURS: Final = ("#c1121f", "#e85d04", "#6a040f", "#faa307")
_THEIRS: Final = ("#1d3557", "#457b9d", "#2a9d8f", "#8338ec", "#6c757d", "#3a86ff", "#606c38")


def curves(runs: Sequence[Run]) -> bytes:
    """Marks against seconds: a row a pair and one of medians, a column a measure."""
    pairs = list(dict.fromkeys(run.pair for run in runs))
    colors = _colors(runs)
    figure, grid = _figure(len(pairs) + 1, len(_MEASURES))
    for row, pair in zip(grid, pairs, strict=False):
        for run in (run for run in runs if run.pair == pair):
            _draw(row, _curve(run), run, colors[run.engine])
        _label(row, pair)
    for group in grouped(runs).values():
        _draw(grid[-1], _median_curve(group), group[0], colors[group[0].engine])
    _label(grid[-1], "median of all pairs")
    handles, labels = grid[-1][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=5, frameon=False)
    return _png(figure)


def against_pixels(points: Sequence[dict[str, Any]]) -> bytes:
    """Seconds a step and peak memory against the pixels of the painting."""
    figure, ((left, right),) = _figure(1, 2)
    pixels = [point["width"] * point["height"] for point in points]
    left.plot(pixels, [point["step_seconds"] for point in points], "o-", color=_OURS[0])
    left.set(ylabel="seconds a step", xscale="log", yscale="log")
    main = [point["memory"] for point in points]
    right.plot(pixels, main, "o-", color=_OURS[0], label="main memory")
    gpu = [point["gpu_memory"] or 0.0 for point in points]
    if any(gpu):
        right.plot(pixels, gpu, "o-", color=_THEIRS[0], label="GPU")
    right.set(ylabel="peak memory, MiB", xscale="log", ylim=(0, 1.1 * max(main + gpu)))
    right.legend(frameon=False)
    names = [f"{point['width']}x{point['height']}" for point in points]
    for axes in (left, right):
        axes.set(xlabel="pixels")
        axes.set_xticks(pixels, names, fontsize=8)
        axes.tick_params(axis="x", which="minor", length=0, labelbottom=False)
        axes.grid(visible=True, alpha=0.25)
    return _png(figure)


def against_jobs(resident: Sequence[float]) -> bytes:
    """Resident memory after each of many jobs in a row."""
    figure, ((axes,),) = _figure(1, 1)
    axes.plot(range(1, len(resident) + 1), resident, "o-", color=_OURS[0])
    axes.set(xlabel="jobs done", ylabel="resident memory, MiB", ylim=(0, 1.1 * max(resident)))
    return _png(figure)


def _figure(rows: int, columns: int) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # slow to load
    from matplotlib.figure import Figure

    size = (4.2 * columns, 2.7 * rows + 0.6)
    figure = Figure(figsize=size, dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, squeeze=False)


def _png(figure: Any) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _colors(runs: Sequence[Run]) -> dict[str, str]:
    groups = grouped(runs)
    ours = [name for name, group in groups.items() if group[0].ours]
    theirs = [name for name in groups if name not in ours]
    return {
        name: palette[index % len(palette)]
        for names, palette in ((ours, _OURS), (theirs, _THEIRS))
        for index, name in enumerate(names)
    }


def _curve(run: Run) -> Curve:
    return [(p.seconds, *(getattr(p.card, m) for m in _MEASURES)) for p in run.points]


def _median_curve(group: Sequence[Run]) -> Curve:
    """Medians of the k-th points; runs that were cut have fewer, so counted from the end."""
    every = [_curve(run) for run in group]
    shortest = min(map(len, every))
    return [
        tuple(map(median, zip(*(curve[k] for curve in every), strict=True)))
        for k in range(-shortest, 0)
    ]


def _draw(row: Sequence[Axes], curve: Curve, run: Run, color: str) -> None:
    seconds = [point[0] for point in curve]
    style = {"linewidth": 2.4, "zorder": 3} if run.ours else {"linewidth": 1.2}
    for column, axes in enumerate(row, start=1):
        values = [point[column] for point in curve]
        axes.plot(seconds, values, color=color, label=run.engine, **style)
        axes.plot(seconds[-1:], values[-1:], "o", color=color, markersize=5, zorder=4)


def _label(row: Sequence[Axes], title: str) -> None:
    for measure, axes in zip(_MEASURES, row, strict=True):
        axes.set(xscale="log", xlabel="seconds", ylabel=measure)
        axes.set_title(title, fontsize=9)
        axes.grid(visible=True, alpha=0.25)
