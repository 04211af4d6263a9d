"""What the engine does when numbers leave their range or memory runs out, by causing both."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
import tensorflow as tf

from nst_core import images, vgg
from nst_core.engine import Engine
from nst_core.errors import Cancelled, Diverged, InvalidSettings, OutOfMemory
from nst_core.images import Picture
from nst_core.job import RETRIES
from nst_core.pyramid import Level
from nst_core.result import Note, OnEvent, Progress, Result
from nst_core.settings import Colors, Init, Optimizer, Precision, Settings, Statistic
from nst_core.strips import halo
from tests.test_engine import tiny_network

Paint = Callable[[int, int], Picture]
Fault = Callable[[int], float]
Tensor: TypeAlias = Any

NAN = float("nan")
# These layers see a few pixels far: strips can be small. Traced in a moment.
PLAIN: dict[str, Any] = {
    "content_layers": {"block2_conv2": 1.0},
    "style_layers": {"block1_conv1": 1.0},
    "statistic": Statistic.GRAM,
    "precision": Precision.FLOAT32,
}
# Adam takes a whole step by the sign of the least slope, and a rounding error may turn it.
SMOOTH = PLAIN | {"optimizer": Optimizer.LBFGS}
# As deep as strips of a VGG19 need to be several on a small canvas.
DEEPER = PLAIN | {"content_layers": {"block3_conv2": 1.0}, "style_layers": {"block3_conv1": 1.0}}

# Rows that the narrowest strip in the middle of a canvas sees.
MARGIN, STRIDE = halo(("block2_conv2", "block1_conv1"))
NARROWEST = STRIDE + 2 * MARGIN


@dataclass
class Trouble:
    """A test's say in each evaluation of the network.

    Attributes:
        fault: is told the number of pixels, may raise, and returns what features are multiplied by.
        leak: returns what the gradient is multiplied by.
    """

    fault: Fault = lambda _: 1.0
    leak: Callable[[], float] = lambda: 1.0


TROUBLE = Trouble()


class Fragile(vgg.Network):
    """The tiny network, with the trouble of the moment."""

    def __init__(self, network: vgg.Network) -> None:
        super().__init__(network.model, network.layers)

    def features(self, rgb: Tensor) -> dict[str, Tensor]:
        factor = _asked("fault", tf.shape(rgb)[1] * tf.shape(rgb)[2])
        maps = super().features(self._leaking(rgb))
        return {name: tf.cast(factor, map_.dtype) * map_ for name, map_ in maps.items()}

    def _leaking(self, rgb: Tensor) -> Tensor:
        @tf.custom_gradient  # type: ignore[untyped-decorator]
        def same(value: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
            return tf.identity(value), lambda upstream: upstream * _asked("leak")

        return same(rgb)


def _asked(trouble: str, *values: Tensor) -> Tensor:
    def ask(*known: Tensor) -> np.float32:
        return np.float32(getattr(TROUBLE, trouble)(*map(int, known)))

    return tf.ensure_shape(tf.py_function(ask, values, tf.float32), ())


@cache
def engine() -> Engine:
    """One for all tests: most of a small painting is to compile its steps."""
    return Engine(lambda layers, dtype: Fragile(tiny_network(layers, dtype)))


def fragile(fault: Fault = lambda _: 1.0, leak: Callable[[], float] = lambda: 1.0) -> Engine:
    """The engine, in trouble."""
    TROUBLE.fault, TROUBLE.leak = fault, leak
    return engine()


class Once:
    """A fault that strikes at the first evaluation after each of the steps named."""

    def __init__(self, *steps: int) -> None:
        self.steps = set(steps)
        self.armed = 0 in self.steps
        self.events: list[Progress] = []

    def watch(self, event: Progress) -> None:
        self.events.append(event)
        self.armed = event.step in self.steps

    def __call__(self, *_: int) -> float:
        armed, self.armed = self.armed, False
        return NAN if armed else 1.0


@pytest.fixture
def style() -> Picture:
    """Small, so that it fits where a canvas does not."""
    y, x = np.mgrid[0:16, 0:20]
    return np.stack([y % 4 < 2, x % 5 < 2, x * 0], axis=-1).astype(np.float32)


def changed(picture: Picture | None, other: Picture | None) -> float:
    assert picture is not None
    assert other is not None
    return float(np.abs(picture - other).max())


def consistent(events: Sequence[Progress], result: Result) -> bool:
    """Whether the events tell of the steps of the result, each attempt from where it began."""
    last = {event.step: event.losses for event in events}
    return (
        all(0 < event.share <= 1 for event in events)
        and all(event.eta is None or event.eta >= 0 for event in events)
        and all(1 <= event.level <= event.levels for event in events)
        and list(last) == list(range(1, len(result.losses) + 1))
        and list(last.values()) == list(result.losses)
    )


@pytest.mark.parametrize("optimizer", list(Optimizer))
def test_a_bad_evaluation_does_not_end_the_work(
    gradient: Paint, style: Picture, optimizer: Optimizer
) -> None:
    fault = Once(3)
    settings = Settings(size=64, steps=8, optimizer=optimizer, **PLAIN)
    result = fragile(fault).stylize(gradient(40, 50), [style], settings, fault.watch)
    assert [event.step for event in fault.events] == list(range(1, 9))
    assert consistent(fault.events, result)
    assert np.isfinite(result.picture).all()
    assert result.losses[-1].total < result.losses[0].total


def test_after_a_bad_evaluation_the_step_is_half_as_long(gradient: Paint, style: Picture) -> None:
    """Adam's first step is as long as its rate at almost every pixel."""
    fault = Once(3)
    settings = Settings(size=64, steps=5, preview_every=1, learning_rate=0.02, **PLAIN)
    photo = np.clip(gradient(40, 50), 0.2, 0.8)
    fragile(fault).stylize(photo, [style], settings, fault.watch)
    good, again = fault.events[1].picture, fault.events[3].picture
    assert changed(again, good) == pytest.approx(0.01, rel=0.01)


def test_a_level_may_recover_more_than_once(gradient: Paint, style: Picture) -> None:
    fault = Once(*range(1, 1 + RETRIES))
    settings = Settings(size=64, steps=RETRIES + 2, **PLAIN)
    result = fragile(fault).stylize(gradient(40, 50), [style], settings, fault.watch)
    assert consistent(fault.events, result)
    assert len(result.losses) == RETRIES + 2


def test_but_not_for_ever(gradient: Paint, style: Picture) -> None:
    fault = Once(*range(1, 100))
    settings = Settings(size=64, steps=100, **PLAIN)
    with pytest.raises(Diverged, match=f"step {RETRIES + 2}, level 1"):
        fragile(fault).stylize(gradient(40, 50), [style], settings, fault.watch)


def test_what_is_bad_from_the_start_has_diverged(gradient: Paint, style: Picture) -> None:
    with pytest.raises(Diverged, match="step 1, level 1"):
        fragile(lambda _: NAN).stylize(gradient(40, 50), [style], Settings(size=64, **PLAIN))


def test_exploding_features_have_diverged(gradient: Paint, style: Picture) -> None:
    def exploding(layers: Sequence[str], dtype: str) -> vgg.Network:
        network = tiny_network(layers, dtype)
        network.model.set_weights([1e30 * weight for weight in network.model.get_weights()])
        return network

    with pytest.raises(Diverged, match="step 1"):
        Engine(exploding).stylize(gradient(40, 50), [style], Settings(size=64, steps=3, **PLAIN))


@pytest.mark.parametrize("optimizer", list(Optimizer))
@pytest.mark.parametrize("step", [3, 4])
def test_a_bad_gradient_reaches_no_picture(
    gradient: Paint, style: Picture, optimizer: Optimizer, step: int
) -> None:
    """Also at the last step, whose picture nothing evaluates any more."""
    leak = Once(step)
    settings = Settings(size=64, steps=5, optimizer=optimizer, **PLAIN)
    result = fragile(leak=leak).stylize(gradient(40, 50), [style], settings, leak.watch)
    assert np.isfinite(result.picture).all()
    assert len(result.losses) == 5


class Room:
    """Memory for so many pixels at a time, from the step named on."""

    def __init__(self, pixels: int, *, after: int = 0) -> None:
        self.pixels = pixels
        self.after = after
        self.refused: list[int] = []
        self.events: list[Progress] = []

    def watch(self, event: Progress) -> None:
        self.events.append(event)

    def __call__(self, pixels: int) -> float:
        if pixels > self.pixels and len(self.events) >= self.after:
            self.refused.append(pixels)
            # TensorFlow turns this into its own ResourceExhaustedError.
            raise MemoryError
        return 1.0


def paint(fault: Fault, photo: Picture, style: Picture, on_event: OnEvent, **more: Any) -> Result:
    settings = Settings(size=256, steps=10, **SMOOTH)
    return fragile(fault).stylize(photo, [style], settings, on_event, **more)


@pytest.mark.parametrize("after", [0, 9])
def test_what_does_not_fit_is_painted_in_strips(
    gradient: Paint, style: Picture, after: int
) -> None:
    """The picture is the same, also where memory runs out in the middle of a level."""
    photo, room = gradient(256, 40), Room(2700, after=after)
    result = paint(room, photo, style, room.watch)
    whole = paint(lambda _: 1.0, photo, style, lambda _: None)
    assert room.refused[0] == 256 * 40
    assert result.notes == ()
    assert result.levels == whole.levels
    assert len(result.levels) == 2
    assert result.picture == pytest.approx(whole.picture, abs=1e-3)
    assert consistent(room.events, result)
    assert len(result.losses) == 10
    assert (room.events[-1].share, room.events[-1].eta) == (1, 0)
    repeated = [event.step for event in room.events]
    assert (len(repeated) > 10) == (after > 0)


def test_strips_keep_to_the_mask(gradient: Paint, style: Picture) -> None:
    photo = gradient(256, 40)
    mask = np.zeros((256, 40, 3), np.float32)
    mask[:150] = 1
    room = Room(2700)
    result = paint(room, photo, style, room.watch, mask=mask)
    whole = paint(lambda _: 1.0, photo, style, lambda _: None, mask=mask)
    assert room.refused
    assert np.array_equal(result.picture[150:], photo[150:])
    assert result.picture == pytest.approx(whole.picture, abs=1e-3)


def test_a_style_too_large_for_memory_is_measured_in_strips(gradient: Paint) -> None:
    photo, style, room = gradient(64, 40), gradient(128, 80)[::-1].copy(), Room(2600)
    settings = Settings(size=64, steps=4, style_scale=2.0, **SMOOTH)
    result = fragile(room).stylize(photo, [style], settings, room.watch)
    whole = fragile().stylize(photo, [style], settings)
    assert room.refused
    assert result.notes == ()
    assert result.picture == pytest.approx(whole.picture, abs=1e-3)
    assert consistent(room.events, result)


def test_cancelling_does_not_wait_for_the_end_of_a_step_in_strips(
    gradient: Paint, style: Picture
) -> None:
    """On a large canvas a step takes a minute."""
    questions, events = itertools.count(), list[Progress]()
    settings = Settings(size=256, steps=4, memory=64, precision=Precision.FLOAT32)
    with pytest.raises(Cancelled):
        fragile().stylize(
            gradient(192, 256), [style], settings, events.append, lambda: next(questions) == 3
        )
    assert events == []


def test_what_fits_in_no_strip_comes_smaller(gradient: Paint, style: Picture) -> None:
    """The narrowest strip has 40 pixels a row on the fine level, 20 on the coarse one."""
    photo, room = gradient(256, 40), Room(NARROWEST * 40 - 1)
    result = paint(room, photo, style, room.watch)
    assert result.notes == (Note.SMALLER,)
    assert result.report()["notes"] == ["smaller"]
    assert result.picture.shape == (128, 20, 3)
    assert [(level.height, level.width) for level in result.levels] == [(128, 20)]
    assert len(result.level_seconds) == 1
    assert len(result.losses) == result.levels[0].steps < 10
    assert consistent(room.events, result)
    assert {event.total for event in room.events} == {10}
    assert room.events[-1].share < 1


def test_a_smaller_picture_has_its_mask_and_its_colours(gradient: Paint, style: Picture) -> None:
    photo, room = gradient(256, 40), Room(NARROWEST * 40 - 1)
    mask = np.ones((256, 40, 3), np.float32)
    mask[:128] = 0
    settings = Settings(size=256, steps=10, colors=Colors.PHOTO, **PLAIN)
    result = fragile(room).stylize(photo, [style], settings, mask=mask)
    small = images.resize(photo, 128, 20)
    assert result.notes == (Note.SMALLER,)
    assert np.array_equal(result.picture[:63], small[:63])
    assert changed(result.picture[70:], small[70:]) > 0.01


def test_what_fits_nowhere_is_out_of_memory(gradient: Paint, style: Picture) -> None:
    room = Room(100)
    with pytest.raises(OutOfMemory, match="not enough memory"):
        paint(room, gradient(256, 40), style, room.watch)
    assert room.events == []
    assert max(room.refused) <= 128 * 20, "no finer level is tried"


def test_memory_that_runs_out_at_the_last_step(gradient: Paint, style: Picture) -> None:
    """What was painted of the fine level is lost, its losses with it."""
    room = Room(NARROWEST * 40 - 1, after=9)
    result = paint(room, gradient(256, 40), style, room.watch)
    assert result.notes == (Note.SMALLER,)
    steps = result.levels[0].steps
    assert [event.step for event in room.events] == list(range(1, 10))
    assert list(result.losses) == [event.losses for event in room.events[:steps]]


def test_a_memory_limit_gives_the_same_picture(random_weights: Path, gradient: Paint) -> None:
    engine = Engine(lambda layers, dtype: vgg.build(random_weights, layers, dtype))
    settings = DEEPER | {"size": 200, "steps": 3, "optimizer": Optimizer.LBFGS}
    photo, style = gradient(200, 80), gradient(60, 50)[::-1].copy()
    whole = engine.stylize(photo, [style], Settings(**settings))
    strips = engine.stylize(photo, [style], Settings(**settings, memory=64))
    assert whole.levels == strips.levels == (Level(200, 80, 3),)
    assert strips.picture == pytest.approx(whole.picture, abs=1e-3)
    for one, other in zip(strips.losses, whole.losses, strict=True):
        assert one.total == pytest.approx(other.total, rel=1e-4)
        assert one.style == pytest.approx(other.style, rel=1e-4)
    with pytest.raises(InvalidSettings, match="memory"):
        Settings(memory=1)


def test_a_photo_of_one_colour_is_painted_in_strips(random_weights: Path, style: Picture) -> None:
    engine = Engine(lambda layers, dtype: vgg.build(random_weights, layers, dtype))
    photo = np.full((200, 80, 3), 0.5, np.float32)
    exact = DEEPER | {"statistic": Statistic.WASSERSTEIN}
    settings = Settings(size=200, steps=3, init=Init.CONTENT, memory=64, **exact)
    result = engine.stylize(photo, [style], settings)
    assert result.notes == ()
    assert np.isfinite([step.total for step in result.losses]).all()


def test_a_job_in_strips_leaves_nothing_to_a_job_without(
    random_weights: Path, gradient: Paint
) -> None:
    """Strips round differently, and a process that is warm must paint what a fresh one paints."""

    def engine() -> Engine:
        return Engine(lambda layers, dtype: vgg.build(random_weights, layers, dtype))

    photo, style = gradient(200, 80), gradient(200, 80)[::-1].copy()
    whole = Settings(size=200, steps=1, memory=4000, **DEEPER)
    fresh = engine().stylize(photo, [style], whole).picture
    warm = engine()
    warm.stylize(photo, [style], replace(whole, memory=64))
    assert np.array_equal(warm.stylize(photo, [style], whole).picture, fresh)


def test_memory_that_runs_out_early_makes_later_levels_dearer(
    gradient: Paint, style: Picture
) -> None:
    """All finer levels are in strips then, and the share must know."""
    room = Room(2000)
    result = paint(room, gradient(256, 40), style, room.watch)
    assert max(room.refused) == 128 * 20, "the fine level is in strips from the start"
    shares = [event.share for event in room.events]
    coarse, fine = shares[1] - shares[0], shares[-1] - shares[-2]
    assert len(result.levels) == 2
    assert fine / coarse > 3.9, "four times the pixels, in strips here and there"


def test_a_listener_without_memory_is_the_callers_affair(gradient: Paint, style: Picture) -> None:
    events: list[Progress] = []

    def fail(event: Progress) -> None:
        events.append(event)
        raise MemoryError

    with pytest.raises(MemoryError):
        fragile().stylize(gradient(40, 50), [style], Settings(size=64, steps=3, **PLAIN), fail)
    assert len(events) == 1
