"""`nst stylize`: one painting, with a progress bar and, when asked, a report of how it went."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from nst_core import charts, images
from nst_core.cli import sources
from nst_core.cli.quiet import native_stderr_hidden
from nst_core.errors import InvalidSettings
from nst_core.images import Picture
from nst_core.pyramid import STEPS
from nst_core.result import Progress, Result
from nst_core.settings import RANGES, Init, Quality, Settings

__all__ = ["PICTURES", "register"]

PICTURES: Final = (".png", ".jpg", ".jpeg")

_DEFAULT = Settings()
_GRID_STAGES = 3


def register(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("stylize", help="paint a photo", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("content", metavar="CONTENT", help="the photo: a path or a link")
    parser.add_argument(
        "-s",
        "--style",
        action="append",
        required=True,
        metavar="STYLE",
        help="a path, a link or a preset's name (`nst styles`); several are mixed in equal parts",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT", help="a .png or .jpg to write"
    )
    _add_settings(parser)
    _add_extras(parser)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    low, high = RANGES["size"]
    parser.add_argument(
        "--size",
        type=int,
        default=_DEFAULT.size,
        help=f"long side in pixels, {low:g} to {high:g}; a smaller photo is not enlarged "
        "(default %(default)s)",
    )
    parser.add_argument(
        "--quality",
        choices=[quality.value for quality in Quality],
        default=_DEFAULT.quality.value,
        help="how long to paint (default %(default)s)",
    )
    parser.add_argument(
        "--strength",
        type=float,
        default=_DEFAULT.strength,
        help="0 barely, 100 almost only style (default %(default)g)",
    )
    parser.add_argument("--steps", type=int, help="optimisation steps, in place of the quality's")
    parser.add_argument(
        "--init",
        default=_DEFAULT.init.value,
        metavar="palette|content|noise|PATH",
        help="what to start from (default %(default)s); ./noise is a file of that name",
    )
    parser.add_argument(
        "--seed", type=int, default=_DEFAULT.seed, help="of the noise (default %(default)s)"
    )


def _add_extras(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--report", type=Path, help="write how it went, as .json")
    parser.add_argument("--plot", type=Path, help="write the loss curves, as .png")
    parser.add_argument("--grid", type=Path, help="write photo, style, stages and result, as .png")


def run(arguments: argparse.Namespace) -> int:
    """Paint and write what was asked for.

    Raises:
        StylizeError: bad input, or the work failed.
    """
    _check_outputs(arguments)
    settings = _settings(arguments)
    content = sources.picture(arguments.content, settings.size)
    styles = [sources.style(source, settings.style_side) for source in arguments.style]
    init = sources.picture(arguments.init, settings.size) if settings.init is Init.IMAGE else None
    with native_stderr_hidden():
        from nst_core.engine import stylize  # slow: everything that can be wrong was seen before

    tiles = [("content", content), *(("style", style) for style in styles)]
    with _progress_bar() as show:

        def on_event(event: Progress) -> None:
            show(event)
            if event.picture is not None and event.step < event.total:
                tiles.append((f"step {event.step}", event.picture))

        result = stylize(content, styles, settings, on_event, init=init)
    tiles.append((f"result, {len(result.losses)} steps", result.picture))
    _write(arguments, result, tiles)
    return 0


def _check_outputs(arguments: argparse.Namespace) -> None:
    outputs: dict[Path, tuple[str, ...]] = {arguments.output: PICTURES}
    for path, ending in (
        (arguments.report, ".json"),
        (arguments.plot, ".png"),
        (arguments.grid, ".png"),
    ):
        if path in outputs:
            msg = f"{path} is named twice."
            raise InvalidSettings(msg)
        if path is not None:
            outputs[path] = (ending,)
    sources.check_outputs(outputs, [arguments.content, *arguments.style, arguments.init])


def _settings(arguments: argparse.Namespace) -> Settings:
    named = {init.value for init in Init if init is not Init.IMAGE}
    quality = Quality(arguments.quality)
    steps = arguments.steps or STEPS[quality]
    return Settings(
        size=arguments.size,
        quality=quality,
        strength=arguments.strength,
        steps=arguments.steps,
        init=Init(arguments.init) if arguments.init in named else Init.IMAGE,
        seed=arguments.seed,
        preview_every=math.ceil(steps / (_GRID_STAGES + 1)) if arguments.grid else 0,
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


def _write(arguments: argparse.Namespace, result: Result, tiles: list[tuple[str, Picture]]) -> None:
    png = arguments.output.suffix.lower() == ".png"
    encode = images.encode_png if png else images.encode_jpeg
    sources.write(arguments.output, encode(result.picture))
    if arguments.report:
        sources.write(arguments.report, (json.dumps(result.report(), indent=1) + "\n").encode())
    if arguments.plot:
        sources.write(arguments.plot, charts.plot_losses(result))
    if arguments.grid:
        sources.write(arguments.grid, charts.grid(tiles))
