"""One call of `stylize`: level by level from coarse to fine, guarded against what can go wrong."""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
import tensorflow as tf

from nst_core import devices, images, masks, memory
from nst_core.color import Palette, recolored
from nst_core.errors import Cancelled, Diverged, OutOfMemory
from nst_core.images import Picture
from nst_core.losses import Moments
from nst_core.objective import Area, Objective, Targets, Weights
from nst_core.order import Order
from nst_core.pace import Pace
from nst_core.pyramid import Level, planned, steps_of
from nst_core.recent import Recent
from nst_core.result import Losses, Note, Progress, Result
from nst_core.settings import Init, Settings
from nst_core.strips import Strips, halo

__all__ = ["StyleCache", "paint"]

Tensor: TypeAlias = Any  # tensorflow ships no types
StyleCache: TypeAlias = Recent[tuple[Any, ...], tuple[Moments, ...]]
"""Moments of style pictures, by what they depend on: picture, size, layers, precision."""

RETRIES: Final = 4
"""Times that a job goes back to its last good picture, with half the step, before it gives up."""

_MEMORY_SHARE: Final = 0.5
_MIB: Final = 2**20
# The strength from which on a palette start has all of the style's colours.
_ALL_COLORS: Final = 50.0
# The deviation of the noise by which an attempt differs from another: enough to lay strokes anew.
_ANOTHER_ATTEMPT: Final = 0.2
_LOG = logging.getLogger(__name__)


def paint(objective: Objective, order: Order, cache: StyleCache) -> Result:
    """Optimise; see `nst_core.stylize` for what it returns and raises.

    Args:
        objective: for what the order compares, and how.
        order: what to paint.
        cache: style pictures that have been measured before; takes those that have not.
    """
    try:
        return _Job(objective, order, cache).run()
    except _TooSmallAlready as error:
        msg = "There is not enough memory to paint this picture, however small."
        raise OutOfMemory(msg) from error


class _TooLarge(Exception):
    """A step did not fit into memory."""


class _TooSmallAlready(Exception):
    """A step did not fit into memory, and its strips can be no narrower."""


@contextmanager
def _fitting() -> Iterator[None]:
    """What runs out of memory in here is too large; in a caller's callback it is none of ours.

    Raises:
        _TooLarge: it ran out of memory.
    """
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        raise _TooLarge from error


@dataclass
class _Canvas:
    """A level under work: its targets, and how its gradient is computed."""

    level: Level
    targets: Targets
    weights: Weights
    area: Area | None
    strips: Strips | None


@dataclass
class _Guard:
    """The step length, halved whenever the loss leaves the finite numbers."""

    rate: float
    left: int = RETRIES
    good: Any = field(default=None)

    def shorten(self, step: int, level: int) -> None:
        if self.good is None or not self.left:
            msg = f"The optimisation diverged at step {step}, level {level}."
            raise Diverged(msg)
        self.left -= 1
        self.rate /= 2


class _Job:
    def __init__(self, objective: Objective, order: Order, cache: StyleCache) -> None:
        self.cache = cache
        self.objective = objective
        self.order = order
        self.settings = settings = order.settings
        self.photo = order.photo
        height, width = self.photo.shape[:2]
        self.mask = None if order.mask is None else masks.from_picture(order.mask, height, width)
        self.styles = [
            (style, hashlib.sha256(style.tobytes()).digest()) for style in order.style_pictures()
        ]
        self.levels = planned(settings, height, width)
        self.total = steps_of(self.levels)
        self.guard = _Guard(settings.learning_rate)
        self.budget = _budget(settings)
        self.pace = Pace(
            [level.steps for level in self.levels], list(map(self._effort, self.levels))
        )
        self.losses: list[Losses] = []
        self.seconds: list[float] = []
        self.notes: list[Note] = []

    def run(self) -> Result:
        image = tf.constant(self._start(self.levels[0])[np.newaxis])
        for number, level in enumerate(self.levels, start=1):
            begun = time.perf_counter()
            try:
                image = self._paint(image, number, level)
            except _TooSmallAlready:
                if number == 1:
                    raise
                self.notes.append(Note.SMALLER)
                break
            self.seconds.append(time.perf_counter() - begun)
        return self._result(np.clip(image[0].numpy(), 0, 1))

    def _result(self, picture: Picture) -> Result:
        scale, level = self.settings.style_scale, self.levels[len(self.seconds) - 1]
        if any(_too_small(style.shape, level, scale) for style, _ in self.styles):
            self.notes.append(Note.FINER_BRUSH)
        return Result(
            picture=self.order.finished(picture),
            losses=tuple(self.losses),
            levels=self.levels[: len(self.seconds)],
            level_seconds=tuple(self.seconds),
            seconds=self.pace.seconds(),
            settings=self.settings,
            device=devices.describe(),
            notes=tuple(self.notes),
            precision=self.objective.network.dtype,
        )

    def _start(self, level: Level) -> Picture:
        size = (level.height, level.width)
        rng = np.random.default_rng(self.settings.seed)
        if self.settings.init is Init.NOISE:
            return rng.random((*size, 3), dtype=np.float32)
        init = self.photo if self.order.init is None else self.order.init
        start = images.resize(init, *size)
        if self.settings.init is Init.PALETTE:
            color = min(1.0, self.settings.strength / _ALL_COLORS)
            start = recolored(start, self._palette(), color)
        if not self.settings.seed:
            return start
        noise = rng.normal(0, _ANOTHER_ATTEMPT, start.shape).astype(np.float32)
        return np.asarray(np.clip(start + noise, 0, 1), np.float32)

    def _palette(self) -> Palette:
        palettes = [Palette.of(style) for style, _ in self.styles]
        return Palette.mixed(palettes, self.settings.style_weights or [1.0] * len(palettes))

    def _paint(self, image: Tensor, number: int, level: Level) -> Tensor:
        """Paint a level, in ever narrower strips as long as a step does not fit into memory."""
        known = len(self.losses)
        while True:
            try:
                with _fitting():
                    canvas = self._canvas(level)
                return self._optimise(_resized(image, level), number, canvas)
            except _TooLarge as error:
                _LOG.warning("A step at %sx%s ran out of memory.", level.width, level.height)
                del self.losses[known:]
                self.guard.good = None
                if self._rows(level.height, level.width) == halo(self.objective.network.layers)[1]:
                    raise _TooSmallAlready from error
                whole = memory.step_bytes(level.height, level.width, self.objective.network.dtype)
                self.budget = min(self.budget, whole) // 2
                self.pace.again(number - 1, list(map(self._effort, self.levels)))

    def _optimise(self, image: Tensor, number: int, canvas: _Canvas) -> Tensor:
        method, guard, done = self.objective.method, self.guard, 0
        state, guard.good = method.start(image), None
        while done < canvas.level.steps:
            self._check_stop()
            with _fitting():
                after, parts = self._step(state, canvas)
            if not np.isfinite(parts).all():
                guard.shorten(len(self.losses) + 1, number)
                state = method.start(method.picture(guard.good))
                continue
            state, guard.good, done = after, state, done + 1
            self.losses.append(_losses(parts))
            self.pace.tick(number - 1)
            self._report(state, number)
        return method.picture(state)

    def _check_stop(self) -> None:
        if self.order.should_stop():
            raise Cancelled

    def _step(self, state: Any, canvas: _Canvas) -> tuple[Any, np.ndarray]:
        objective, rate = self.objective, tf.constant(self.guard.rate, tf.float32)
        inputs = (state, canvas.targets, canvas.weights, rate)
        if canvas.strips is not None:
            gradient, parts = canvas.strips.gradient(
                state.image, canvas.targets, canvas.weights, canvas.area
            )
            after = objective.update(state, gradient, tf.reduce_sum(parts), rate)
        elif canvas.area is not None:
            after, parts = objective.masked_step(*inputs, canvas.area)
        else:
            after, parts = objective.step(*inputs)
        return after, parts.numpy()

    def _canvas(self, level: Level) -> _Canvas:
        strips = self._strips(level.height, level.width)
        photo = tf.constant(images.resize(self.photo, level.height, level.width)[np.newaxis])
        source = strips or self.objective
        targets = Targets(source.content_targets(photo), self._style(level))
        weights = Weights.of(self.settings, source.style_moments(photo), targets.style)
        return _Canvas(level, targets, weights, self._area(level), strips)

    def _style(self, level: Level) -> Any:
        scale = self.settings.style_scale
        measured = [
            self._style_moments(style, digest, _scaled(style.shape, level, scale))
            for style, digest in self.styles
        ]
        return self.objective.style_targets(_mixed(measured, self.settings.style_weights))

    def _area(self, level: Level) -> Area | None:
        if self.mask is None:
            return None
        mask = images.resize(
            np.repeat(self.mask[..., np.newaxis], 3, -1), level.height, level.width
        )
        return Area.of(tf.constant(mask[np.newaxis, ..., :1]), self.objective.style_layers)

    def _style_moments(
        self, style: Picture, digest: bytes, size: tuple[int, int]
    ) -> tuple[Moments, ...]:
        objective = self.objective
        # Strips round differently, and the same job is to give the same picture.
        rows = self._rows(*size)
        key = (digest, *size, rows, objective.style_layers, objective.network.dtype)

        def measure() -> tuple[Moments, ...]:
            source = self._strips(*size) or objective
            picture = tf.constant(images.resize(style, *size)[np.newaxis])
            measured: tuple[Moments, ...] = source.style_moments(picture)
            return measured

        return self.cache.get(key, measure)

    def _strips(self, height: int, width: int) -> Strips | None:
        rows = self._rows(height, width)
        return None if rows is None else Strips(self.objective, height, rows, self._check_stop)

    def _rows(self, height: int, width: int) -> int | None:
        margin, stride = halo(self.objective.network.layers)
        dtype = self.objective.network.dtype
        return memory.strip_rows(height, width, dtype, self.budget, halo=margin, stride=stride)

    def _effort(self, level: Level) -> float:
        strips = self._strips(level.height, level.width)
        return level.pixels * (strips.toll if strips else 1.0)

    def _report(self, state: Any, number: int) -> None:
        step, every = len(self.losses), self.settings.preview_every
        asked = every and (step % every == 0)
        self.order.on_event(
            Progress(
                step=step,
                total=self.total,
                level=number,
                levels=len(self.levels),
                share=self.pace.share(),
                losses=self.losses[-1],
                seconds=self.pace.seconds(),
                eta=self.pace.eta(),
                picture=self._preview(state) if asked else None,
            )
        )

    def _preview(self, state: Any) -> Picture:
        picture = self.objective.method.picture(state)[0].numpy()
        return self.order.finished(np.clip(picture, 0, 1))


def _mixed(measured: Sequence[tuple[Moments, ...]], parts: Sequence[float]) -> tuple[Moments, ...]:
    """The weighted mean of the styles' moments: those of all their places together."""
    parts = parts or [1.0] * len(measured)
    shares = [part / sum(parts) for part in parts]
    return tuple(
        Moments(
            tf.add_n([share * style.mean for share, style in zip(shares, layer, strict=True)]),
            tf.add_n([share * style.second for share, style in zip(shares, layer, strict=True)]),
        )
        for layer in zip(*measured, strict=True)
    )


def _scaled(shape: Sequence[int], level: Level, scale: float) -> tuple[int, int]:
    """Height and width of a style picture for a level.

    It is scaled to the canvas' area times `scale`, so that its brush strokes keep their proportion
    to the canvas, and never enlarged, which would teach blurred strokes.
    """
    height, width = shape[:2]
    factor = min(1.0, scale * math.sqrt(level.height * level.width / (height * width)))
    return max(1, round(height * factor)), max(1, round(width * factor))


def _too_small(shape: Sequence[int], level: Level, scale: float) -> bool:
    """Whether a style picture has fewer pixels than a bold brush asks for at a level."""
    return scale > 1 and shape[0] * shape[1] < scale**2 * level.height * level.width


def _budget(settings: Settings) -> int:
    if settings.memory is not None:
        return settings.memory * _MIB
    return int(_MEMORY_SHARE * devices.free_memory())


def _losses(parts: np.ndarray) -> Losses:
    content, style, tv = (float(part) for part in parts)
    return Losses(math.fsum((content, style, tv)), content, style, tv)


def _resized(image: Tensor, level: Level) -> Tensor:
    """The picture at a level's size, (1, height, width, 3), in its valid box.

    Optimisers start afresh from it: the losses are means, so a pixel's gradient shrinks with the
    number of pixels, and a coarser level's second moment would throttle every finer step.
    """
    size = (level.height, level.width)
    if tuple(image.shape[1:3]) == size:
        return image
    return tf.clip_by_value(tf.image.resize(image, size, "bicubic", antialias=True), 0.0, 1.0)
