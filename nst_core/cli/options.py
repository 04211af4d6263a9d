"""What `nst stylize` may be told: its options, and the settings that follow from them."""

from __future__ import annotations

import argparse
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from nst_core.cli import sources
from nst_core.errors import InvalidSettings
from nst_core.settings import (
    RANGES,
    Colors,
    Init,
    Optimizer,
    Precision,
    Quality,
    Settings,
    Statistic,
)

__all__ = ["PICTURES", "add", "check", "settings"]

PICTURES: Final = (".png", ".jpg", ".jpeg")

_DEFAULT: Final = Settings()
# Beside the painting: option, the ending of its file, and what is in it.
_EXTRAS: Final = {
    "timelapse": (".mp4", "write a film of the work, as .mp4"),
    "grid": (".png", "write photo, style, stages and result side by side, as .png"),
    "plot": (".png", "write the loss curves, as .png"),
    "report": (".json", "write how it went, as .json"),
}


def add(parser: argparse.ArgumentParser) -> None:
    """Add everything to the command's parser, in groups."""
    _add_pictures(parser.add_argument_group("pictures"))
    _add_look(parser.add_argument_group("what it looks like"))
    _add_effort(parser.add_argument_group("how it is painted"))
    extras = parser.add_argument_group("files about the work")
    for name, (_, words) in _EXTRAS.items():
        extras.add_argument(f"--{name}", type=Path, metavar="OUT", help=words)


def check(arguments: argparse.Namespace) -> None:
    """Make sure, before the work, that everything can be written that was asked for.

    Raises:
        InvalidSettings: a wrong ending, no permission, a file named twice, or no such thing.
    """
    if arguments.plot and arguments.quality == Quality.SKETCH:
        sources.refuse("A sketch is made in one go, so it has no loss curves to --plot.")
    outputs: dict[Path, tuple[str, ...]] = {arguments.output: PICTURES}
    for name, (ending, _) in _EXTRAS.items():
        path = getattr(arguments, name)
        if path in outputs:
            sources.refuse(f"{path} is named twice.")
        if path is not None:
            outputs[path] = (ending,)
    styles = (style.source for style in arguments.style)
    mask = () if arguments.mask is None else (arguments.mask,)
    sources.check_outputs(outputs, [arguments.content, *styles, arguments.init, *mask])


def settings(arguments: argparse.Namespace) -> Settings:
    """The settings that were asked for.

    Raises:
        InvalidSettings: a value outside its range.
    """
    try:
        return _settings(arguments)
    except InvalidSettings as error:
        # People know it by the name of its option.
        raise InvalidSettings(str(error).replace("style_scale", "brush")) from error


def _settings(arguments: argparse.Namespace) -> Settings:
    named = {init.value for init in Init if init is not Init.IMAGE}
    return Settings(
        size=arguments.size,
        quality=Quality(arguments.quality),
        strength=arguments.strength,
        steps=arguments.steps,
        init=Init(arguments.init) if arguments.init in named else Init.IMAGE,
        seed=arguments.seed,
        style_weights=_weights(arguments.style),
        style_scale=arguments.brush,
        content_weight=arguments.content_weight,
        colors=Colors.PHOTO if arguments.keep_colors else Colors.STYLE,
        statistic=Statistic(arguments.statistic),
        optimizer=Optimizer(arguments.optimizer),
        precision=Precision(arguments.precision),
        memory=arguments.memory,
    )


def _weights(styles: list[sources.Weighted]) -> tuple[float, ...]:
    if all(style.weight is None for style in styles):
        return ()
    return tuple(1.0 if style.weight is None else style.weight for style in styles)


def _add_pictures(group: Any) -> None:
    group.add_argument("content", metavar="CONTENT", help="the photo: a path or a link")
    group.add_argument(
        "-s",
        "--style",
        type=sources.weighted,
        action="append",
        required=True,
        metavar="STYLE[:WEIGHT]",
        help="a path, a link or a preset's name (`nst styles`); several are mixed, each with its "
        "weight, such as waves:0.3 (default 1)",
    )
    group.add_argument(
        "-o", "--output", type=Path, required=True, metavar="OUT", help="a .png or .jpg to write"
    )
    group.add_argument(
        "--mask",
        metavar="PATH",
        help="a path or a link to a picture that lies over the photo: "
        "white is painted, black stays the photo",
    )
    group.add_argument(
        "--init",
        default=_DEFAULT.init.value,
        metavar="palette|content|noise|PATH",
        help="what to start from (default %(default)s); ./noise is a file of that name",
    )


def _add_look(group: Any) -> None:
    _number(group, "--strength", "strength", "{low:g} barely, {high:g} almost only style")
    _number(group, "--brush", "style_scale", "size of the brush: {low:g} finest, {high:g} coarsest")
    group.add_argument("--keep-colors", action="store_true", help="keep the photo's own colours")
    _number(group, "--content-weight", "content_weight", "how much the photo's forms count")
    _choice(group, "statistic", Statistic, "what is called the style")


def _add_effort(group: Any) -> None:
    low, high = RANGES["size"]
    group.add_argument(
        "--size",
        type=int,
        default=_DEFAULT.size,
        metavar="PIXELS",
        help=f"long side, {low:g} to {high:g}; a smaller photo is not enlarged "
        "(default %(default)s)",
    )
    _choice(group, "quality", Quality, "how long to paint; a sketch takes a second")
    group.add_argument(
        "--steps", type=int, metavar="N", help="optimisation steps, in place of the quality's"
    )
    _choice(group, "optimizer", Optimizer, "what moves the pixels")
    _choice(group, "precision", Precision, "what the network computes in")
    group.add_argument(
        "--memory",
        type=int,
        metavar="MIB",
        help="what a step may take (default half of what is free); less is slower, and the "
        "picture is the same",
    )
    group.add_argument(
        "--seed",
        type=int,
        default=_DEFAULT.seed,
        metavar="N",
        help="of the noise; another number is another attempt (default %(default)s)",
    )


def _number(group: Any, flag: str, name: str, words: str) -> None:
    low, high = RANGES[name]
    group.add_argument(
        flag,
        type=float,
        default=getattr(_DEFAULT, name),
        metavar="NUMBER",
        help=f"{words.format(low=low, high=high)} (default %(default)g)",
    )


def _choice(group: Any, name: str, kind: type[StrEnum], words: str) -> None:
    group.add_argument(
        f"--{name}",
        choices=[choice.value for choice in kind],
        default=getattr(_DEFAULT, name).value,
        help=f"{words} (default %(default)s)",
    )
