"""`stylize`: the one way into the engine. A photo and a style go in, a painting comes out.

Gatys, Ecker and Bethge 2016 (CVPR): the picture itself is optimised until its VGG19 features match
the photo's content and the painting's style.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np
import tensorflow as tf

from nst_core import devices, images, vgg, weights
from nst_core.color import Palette, recolored
from nst_core.errors import Cancelled, Diverged, InvalidSettings
from nst_core.images import Picture
from nst_core.objective import Objective, Targets, Weights
from nst_core.optimizers import AdamState, adam_start, average, resized
from nst_core.pace import Pace
from nst_core.pyramid import STEPS, Level, plan
from nst_core.recent import Recent
from nst_core.result import Losses, Progress, Result
from nst_core.settings import Init, Settings

__all__ = ["Engine", "OnEvent", "ShouldStop", "default_engine", "stylize"]

Tensor: TypeAlias = Any  # tensorflow ships no types
OnEvent: TypeAlias = Callable[[Progress], None]
ShouldStop: TypeAlias = Callable[[], bool]

STYLE_CACHE: Final = 64
OBJECTIVE_CACHE: Final = 4
# The strength from which on a palette start has all of the style's colours.
_ALL_COLORS: Final = 50.0


class Engine:
    """A loaded network with its compiled steps, kept warm between jobs.

    Not for several threads at once: one engine, one compute thread.

    Args:
        network: gives the network for a set of layer names; VGG19 unless a test injects another.

    Attributes:
        styles: Gram matrices of the style pictures used last.
    """

    def __init__(self, network: Callable[[Sequence[str]], vgg.Network] | None = None) -> None:
        devices.prepare()
        self._network = network or _imagenet_vgg19
        self._objectives: Recent[tuple[tuple[str, ...], tuple[str, ...]], Objective]
        self._objectives = Recent(OBJECTIVE_CACHE)
        self.styles: Recent[tuple[Any, ...], tuple[Tensor, ...]] = Recent(STYLE_CACHE)

    def warm_up(self) -> None:
        """Load the network for the default settings, so that the first job does not wait.

        Raises:
            WeightsError: the weights cannot be had.
        """
        self.objective(Settings())

    def objective(self, settings: Settings) -> Objective:
        """The compiled objective for the settings' layers."""
        content, style = tuple(settings.content_layers), tuple(settings.style_layers)
        return self._objectives.get(
            (content, style),
            lambda: Objective(self._network((*content, *style)), content, style),
        )

    def stylize(
        self,
        content: Picture,
        styles: Sequence[Picture],
        settings: Settings | None = None,
        on_event: OnEvent | None = None,
        should_stop: ShouldStop | None = None,
        *,
        init: Picture | None = None,
    ) -> Result:
        """See `stylize`."""
        settings = settings or Settings()
        _check(styles, settings, init)
        for picture in (content, *styles, *([] if init is None else [init])):
            _check_picture(picture)
        job = _Job(self, content, styles, settings, on_event, should_stop, init)
        return job.run()

    def style_targets(
        self, objective: Objective, style: Picture, digest: bytes, level: Level
    ) -> tuple[Tensor, ...]:
        """Gram matrices of a style picture for a level, from the cache where they are known.

        The picture is scaled to the canvas' area, so that its brush strokes keep their proportion
        to the canvas, and never enlarged, which would teach blurred strokes.
        """
        height, width = style.shape[:2]
        scale = min(1.0, math.sqrt(level.height * level.width / (height * width)))
        size = max(1, round(height * scale)), max(1, round(width * scale))
        key = (digest, *size, objective.style_layers)
        return self.styles.get(
            key, lambda: objective.style_targets(_tensor(images.resize(style, *size)))
        )


class _Job:
    """One call of `stylize`: its pictures, its schedule and its pace."""

    def __init__(
        self,
        engine: Engine,
        content: Picture,
        styles: Sequence[Picture],
        settings: Settings,
        on_event: OnEvent | None,
        should_stop: ShouldStop | None,
        init: Picture | None,
    ) -> None:
        self.engine = engine
        self.objective = engine.objective(settings)
        self.settings = settings
        self.on_event = on_event or (lambda _: None)
        self.should_stop = should_stop or (lambda: False)
        self.init = init
        width, height = images.fit((content.shape[1], content.shape[0]), settings.size)
        self.content = images.resize(content, height, width)
        self.styles = [(style, hashlib.sha256(style.tobytes()).digest()) for style in styles]
        steps = settings.steps or STEPS[settings.quality]
        # A given picture is painted on at the final size: coarse levels would wipe out its detail.
        self.levels = plan(height, width, steps, coarse=settings.init is not Init.IMAGE)
        self.total = sum(level.steps for level in self.levels)
        self.pace = Pace(sum(level.work for level in self.levels))
        self.weights = Weights.of(settings)
        self.learning_rate = tf.constant(settings.learning_rate, tf.float32)
        self.losses: list[Losses] = []

    def run(self) -> Result:
        state = adam_start(_tensor(self._start(self.levels[0])))
        seconds = []
        for number, level in enumerate(self.levels, start=1):
            begun = time.perf_counter()
            state = self._paint(resized(state, level.height, level.width), number, level)
            seconds.append(time.perf_counter() - begun)
        return Result(
            picture=_picture(average(state)),
            losses=tuple(self.losses),
            levels=self.levels,
            level_seconds=tuple(seconds),
            seconds=self.pace.seconds(),
            settings=self.settings,
            device=devices.describe(),
        )

    def _start(self, level: Level) -> Picture:
        size = (level.height, level.width)
        if self.settings.init is Init.NOISE:
            rng = np.random.default_rng(self.settings.seed)
            return rng.random((*size, 3), dtype=np.float32)
        start = images.resize(self.content if self.init is None else self.init, *size)
        if self.settings.init is not Init.PALETTE:
            return start
        return recolored(start, self._palette(), min(1.0, self.settings.strength / _ALL_COLORS))

    def _palette(self) -> Palette:
        palettes = [Palette.of(style) for style, _ in self.styles]
        return Palette.mixed(palettes, self.settings.style_weights or [1.0] * len(palettes))

    def _paint(self, state: AdamState, number: int, level: Level) -> AdamState:
        self._check_stop()
        targets = self._targets(level)
        for index in range(level.steps):
            self._check_stop()
            state, parts = self.objective.step(state, targets, self.weights, self.learning_rate)
            self._record(parts.numpy(), number)
            self.pace.tick(level, first=index == 0)
            self._report(state, number)
        return state

    def _check_stop(self) -> None:
        if self.should_stop():
            raise Cancelled

    def _targets(self, level: Level) -> Targets:
        content = images.resize(self.content, level.height, level.width)
        grams = [
            self.engine.style_targets(self.objective, style, digest, level)
            for style, digest in self.styles
        ]
        return Targets(
            self.objective.content_targets(_tensor(content)),
            _mix(grams, self.settings.style_weights),
        )

    def _record(self, parts: np.ndarray, number: int) -> None:
        content, style, tv = (float(part) for part in parts)
        total = content + style + tv
        if not math.isfinite(total):
            msg = f"The optimisation diverged at step {len(self.losses) + 1}, level {number}."
            raise Diverged(msg)
        self.losses.append(Losses(total, content, style, tv))

    def _report(self, state: AdamState, number: int) -> None:
        step, every = len(self.losses), self.settings.preview_every
        self.on_event(
            Progress(
                step=step,
                total=self.total,
                level=number,
                levels=len(self.levels),
                share=self.pace.share(),
                losses=self.losses[-1],
                seconds=self.pace.seconds(),
                eta=self.pace.eta(),
                picture=_picture(average(state)) if every and step % every == 0 else None,
            )
        )


def _imagenet_vgg19(layers: Sequence[str]) -> vgg.Network:
    return vgg.build(weights.fetch(), layers)


def _check(styles: Sequence[Picture], settings: Settings, init: Picture | None) -> None:
    if not styles:
        msg = "at least one style picture is needed"
    elif settings.style_weights and len(settings.style_weights) != len(styles):
        msg = f"{len(styles)} style pictures need as many style weights"
    elif (settings.init is Init.IMAGE) != (init is not None):
        msg = "a picture to start from and the setting init=image need each other"
    else:
        return
    raise InvalidSettings(msg)


def _check_picture(picture: Picture) -> None:
    if picture.dtype != np.float32 or picture.ndim != 3 or picture.shape[2] != 3:
        msg = "a picture must be float32 of shape (height, width, 3)"
    elif not (picture.min() >= 0 and picture.max() <= 1):
        msg = "a picture's values must be between 0 and 1"
    else:
        return
    raise InvalidSettings(msg)


def _mix(grams: Sequence[tuple[Tensor, ...]], parts: Sequence[float]) -> tuple[Tensor, ...]:
    """One target a layer: the weighted mean of the styles' Gram matrices."""
    parts = parts or [1.0] * len(grams)
    shares = [part / sum(parts) for part in parts]
    return tuple(
        tf.add_n([share * gram for share, gram in zip(shares, layer, strict=True)])
        for layer in zip(*grams, strict=True)
    )


def _tensor(picture: Picture) -> Tensor:
    return tf.constant(picture[np.newaxis], tf.float32)


def _picture(image: Tensor) -> Picture:
    picture: Picture = image[0].numpy()
    return np.clip(picture, 0, 1)


@cache
def default_engine() -> Engine:
    """The process' own engine, made when it is first needed."""
    return Engine()


def stylize(
    content: Picture,
    styles: Sequence[Picture],
    settings: Settings | None = None,
    on_event: OnEvent | None = None,
    should_stop: ShouldStop | None = None,
    *,
    init: Picture | None = None,
) -> Result:
    """Paint a photo in the style of one or more pictures.

    Args:
        content: the photo, float32 RGB in [0, 1], (height, width, 3), any size.
        styles: the style pictures, likewise; they need not have the photo's size or shape.
        settings: how to paint; the defaults of `Settings` where None.
        on_event: called in this thread after every step.
        should_stop: asked before every step; True ends the work.
        init: the picture to start from, where ``settings.init`` is ``image``.

    Returns:
        The painting in the photo's aspect ratio, with its losses, timings and settings.

    Raises:
        WeightsError: VGG19's weights cannot be had.
        InvalidSettings: no style, or styles and weights differ in number, or `init` is missing,
            or an array is no picture.
        Cancelled: `should_stop` said so.
        Diverged: the loss left the finite numbers.
    """
    return default_engine().stylize(content, styles, settings, on_event, should_stop, init=init)
