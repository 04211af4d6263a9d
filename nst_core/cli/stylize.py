"""`nst stylize`: one painting, with a progress bar and, when asked, a report of how it went."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from nst_core import charts, imprint, stylize
from nst_core.cli import options, sources
from nst_core.cli.sources import Source
from nst_core.cli.stages import Stages, steps
from nst_core.loading import load_tensorflow
from nst_core.quiet import native_stderr_hidden
from nst_core.result import Note, Progress, Result
from nst_core.settings import Init, Quality, Settings
from nst_core.timelapse import TimeLapse

__all__ = ["register"]


def register(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("stylize", help="paint a photo", description=__doc__)
    parser.set_defaults(run=run)
    options.add(parser)


@dataclass(frozen=True, slots=True)
class _Pictures:
    """What was read."""

    content: Source
    styles: list[Source]
    init: Source | None
    mask: Source | None

    @property
    def sources(self) -> imprint.Sources:
        return imprint.Sources(
            content=self.content.data,
            styles=[style.data for style in self.styles],
            init=self.init.data if self.init else None,
            mask=self.mask.data if self.mask else None,
        )


def run(arguments: argparse.Namespace) -> int:
    """Paint and write what was asked for.

    Raises:
        StylizeError: bad input, or the work failed.
    """
    options.check(arguments)
    settings = options.settings(arguments)
    pictures = _read(arguments, settings)
    film = _film(pictures.content) if arguments.timelapse else None
    total = steps(settings, pictures.content.picture)
    stages = Stages(total, grid=bool(arguments.grid), film=film)
    result = _paint(pictures, replace(settings, preview_every=stages.every), stages)
    _write(arguments, result, pictures.sources)
    if film:
        sources.write(arguments.timelapse, film.film(result.picture))
    if arguments.grid:
        sources.write(arguments.grid, charts.grid(_tiles(pictures, stages, result)))
    _tell(arguments, result)
    return 0


def _read(arguments: argparse.Namespace, settings: Settings) -> _Pictures:
    size = settings.size
    return _Pictures(
        content=sources.picture(arguments.content, size),
        styles=[sources.style(style.source, settings.style_side) for style in arguments.style],
        init=sources.picture(arguments.init, size) if settings.init is Init.IMAGE else None,
        mask=None if arguments.mask is None else sources.picture(arguments.mask, size),
    )


def _film(photo: Source) -> TimeLapse:
    film = TimeLapse()
    film.add(photo.picture)
    return film


def _paint(pictures: _Pictures, settings: Settings, stages: Stages) -> Result:
    if settings.quality is not Quality.SKETCH:
        with native_stderr_hidden():
            load_tensorflow()  # slow, and all that can be wrong was seen

    with _progress_bar() as show:

        def on_event(event: Progress) -> None:
            show(event)
            stages.take(event)

        return stylize(
            pictures.content.picture,
            [style.picture for style in pictures.styles],
            settings,
            on_event,
            init=pictures.init.picture if pictures.init else None,
            mask=pictures.mask.picture if pictures.mask else None,
        )


@contextmanager
def _progress_bar() -> Iterator[Any]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("{task.fields[losses]}", style="dim"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[eta]}"),
    )
    console = Console(stderr=True)
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("loading", total=None, losses="", eta="")

        def show(event: Progress) -> None:
            losses = event.losses
            bar.update(
                task,
                description=f"level {event.level}/{event.levels}",
                completed=event.step,
                total=event.total,
                losses=f"content {losses.content:.4f} style {losses.style:.4f} tv {losses.tv:.4f}",
                eta="" if event.eta is None else f"{event.eta:.0f} s left",
            )

        yield show


def _write(arguments: argparse.Namespace, result: Result, origin: imprint.Sources) -> None:
    encode = imprint.png if arguments.output.suffix.lower() == ".png" else imprint.jpeg
    sources.write(arguments.output, encode(result, origin))
    if arguments.report:
        sources.write(arguments.report, (json.dumps(result.report(), indent=1) + "\n").encode())
    if arguments.plot and result.losses:
        sources.write(arguments.plot, charts.plot_losses(result))


def _tiles(pictures: _Pictures, stages: Stages, result: Result) -> list[tuple[str, Any]]:
    how = "a sketch" if result.sketched else f"{len(result.losses)} steps"
    return [
        ("content", pictures.content.picture),
        *(("style", style.picture) for style in pictures.styles),
        *stages.tiles,
        (f"result, {how}", result.picture),
    ]


def _tell(arguments: argparse.Namespace, result: Result) -> None:
    """Say in one line what is not as it was asked for; to who looks on, also that it is done."""
    height, width = result.picture.shape[:2]
    words = {
        Note.SMALLER: f"Memory ran out, so this is painted at {width}x{height}.",
        Note.FINER_BRUSH: "A style picture is too small for so bold a brush: "
        "it was used at its full size.",
        Note.NO_WEIGHTS: "VGG19's weights could not be had, so this is a sketch; "
        "`nst weights --fetch` gets them or says what is wrong.",
    }
    lines = [words[note] for note in result.notes]
    if arguments.plot and not result.losses:
        lines.append(f"A sketch has no loss curves, so {arguments.plot} is not written.")
    if lines:
        sys.stderr.write(f"nst: {' '.join(lines)}\n")
    if sys.stderr.isatty():
        # The bar that showed the work has gone, and would leave nothing at all.
        done = f"{arguments.output}: {width} × {height} px in {result.seconds:.0f} s"
        sys.stderr.write(f"{done}\n")
