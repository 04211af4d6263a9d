"""`stylize` through its public door, on the real VGG19 graph with random kernels or a tiny net."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from nst_core import vgg
from nst_core.color import Palette
from nst_core.engine import Engine
from nst_core.errors import Cancelled, Diverged, InvalidSettings
from nst_core.images import Picture
from nst_core.recent import Recent
from nst_core.result import Progress
from nst_core.settings import Init, Settings

Paint = Callable[[int, int], Picture]


def tiny_network(layers: Sequence[str]) -> vgg.Network:
    """Two small convolutions behind the names of the layers that are asked for."""
    keras.utils.set_random_seed(7)
    inputs = x = keras.Input((None, None, 3))
    taps = []
    for name in layers:
        x = keras.layers.Conv2D(6, 3, padding="same", activation="relu", name=name)(x / 100)
        taps.append(x)
    return vgg.Network(keras.Model(inputs, taps), layers)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(tiny_network)


@pytest.fixture(scope="module")
def vgg_engine(random_weights: Path) -> Engine:
    return Engine(lambda layers: vgg.build(random_weights, layers))


@pytest.fixture
def style() -> Picture:
    """Red and yellow stripes."""
    y, _ = np.mgrid[0:40, 0:60]
    stripes = (y // 4 % 2).astype(np.float32)
    return np.stack([np.ones_like(stripes), stripes, np.zeros_like(stripes)], axis=-1)


def test_painting_comes_nearer_to_the_style(
    vgg_engine: Engine, gradient: Paint, style: Picture
) -> None:
    content = gradient(48, 64)
    result = vgg_engine.stylize(
        content, [style], Settings(size=64, steps=20, strength=80, init=Init.CONTENT)
    )
    assert result.picture.shape == (48, 64, 3)
    assert result.losses[-1].total < 0.7 * result.losses[0].total
    assert np.abs(result.picture - content).mean() > 0.02
    assert result.picture.min() >= 0
    assert result.picture.max() <= 1


def test_strength_trades_content_for_style(
    vgg_engine: Engine, gradient: Paint, style: Picture
) -> None:
    def distance(strength: float) -> float:
        settings = Settings(size=64, steps=15, strength=strength)
        picture = vgg_engine.stylize(gradient(48, 64), [style], settings).picture
        return float(np.abs(picture - gradient(48, 64)).mean())

    barely, half, fully = distance(0), distance(50), distance(100)
    assert barely < half < fully


@pytest.mark.parametrize(("height", "width"), [(90, 70), (17, 250), (65, 65)])
def test_aspect_ratio_is_the_photos(
    engine: Engine, gradient: Paint, style: Picture, height: int, width: int
) -> None:
    """The tutorial's fourth defect: both pictures were forced into one shape."""
    result = engine.stylize(gradient(height, width), [style], Settings(size=60, steps=2))
    tall, wide, _ = result.picture.shape
    assert max(tall, wide) == 60
    assert tall == pytest.approx(height * 60 / max(height, width), abs=0.5)
    assert wide == pytest.approx(width * 60 / max(height, width), abs=0.5)


def test_small_photo_is_not_enlarged(engine: Engine, gradient: Paint, style: Picture) -> None:
    result = engine.stylize(gradient(40, 50), [style], Settings(size=512, steps=1))
    assert result.picture.shape == (40, 50, 3)


def test_sources_are_left_alone(engine: Engine, gradient: Paint, style: Picture) -> None:
    content = gradient(40, 50)
    before = content.copy(), style.copy()
    engine.stylize(content, [style], Settings(size=64, steps=3))
    assert np.array_equal(content, before[0])
    assert np.array_equal(style, before[1])


def test_events_tell_every_step(engine: Engine, gradient: Paint, style: Picture) -> None:
    events: list[Progress] = []
    settings = Settings(size=300, steps=9, preview_every=4)
    result = engine.stylize(gradient(200, 300), [style], settings, events.append)
    assert [event.step for event in events] == list(range(1, 10))
    assert {event.total for event in events} == {9}
    assert [event.level for event in events] == sorted(event.level for event in events)
    assert events[-1].level == events[-1].levels == len(result.levels) == 2
    assert [event.losses for event in events] == list(result.losses)
    assert events[-1].eta == 0
    shares = [event.share for event in events]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert shares[4] < 5 / 9, "the coarse level's steps are less work"
    assert events[0].eta is None, "one step, compilation included, foretells nothing"
    assert all(event.eta for event in events[1:-1])
    assert [event.seconds for event in events] == sorted(event.seconds for event in events)
    assert [event.step for event in events if event.picture is not None] == [4, 8]


def test_losses_are_the_weighted_parts(engine: Engine, gradient: Paint, style: Picture) -> None:
    settings = Settings(size=64, steps=3, init=Init.CONTENT)
    result = engine.stylize(gradient(40, 50), [style], settings)
    for loss in result.losses:
        assert loss.total == pytest.approx(loss.content + loss.style + loss.tv)
    assert result.losses[0].content == pytest.approx(0, abs=1e-9)


def test_stop_is_asked_at_every_step(engine: Engine, gradient: Paint, style: Picture) -> None:
    events: list[Progress] = []
    with pytest.raises(Cancelled):
        engine.stylize(
            gradient(40, 50),
            [style],
            Settings(size=64, steps=100),
            events.append,
            lambda: len(events) == 3,
        )
    assert len(events) == 3


def test_init_decides_the_start(engine: Engine, gradient: Paint, style: Picture) -> None:
    def first(init: Init, picture: Picture | None = None) -> Picture:
        settings = Settings(size=64, steps=1, init=init, learning_rate=1e-5)
        return engine.stylize(gradient(40, 50), [style], settings, init=picture).picture

    given = np.full((80, 100, 3), 0.25, np.float32)
    colors, wanted = Palette.of(first(Init.PALETTE)), Palette.of(style)
    assert colors.mean == pytest.approx(wanted.mean, abs=0.05)
    assert first(Init.CONTENT) == pytest.approx(gradient(40, 50), abs=1e-3)
    assert first(Init.IMAGE, given) == pytest.approx(np.full((40, 50, 3), 0.25), abs=1e-3)
    noise = first(Init.NOISE)
    assert noise.std() > 0.25
    assert abs(np.corrcoef(noise.ravel(), gradient(40, 50).ravel())[0, 1]) < 0.1


def test_given_image_is_painted_on_at_full_size(
    engine: Engine, gradient: Paint, style: Picture
) -> None:
    settings = Settings(size=300, steps=4, init=Init.IMAGE)
    result = engine.stylize(gradient(200, 300), [style], settings, init=gradient(200, 300))
    assert len(result.levels) == 1


def test_seed_repeats_the_picture(engine: Engine, gradient: Paint, style: Picture) -> None:
    def paint(seed: int) -> Picture:
        settings = Settings(size=64, steps=4, init=Init.NOISE, seed=seed)
        return engine.stylize(gradient(40, 50), [style], settings).picture

    assert np.array_equal(paint(1), paint(1))
    assert not np.array_equal(paint(1), paint(2))


def test_several_styles_are_mixed_by_weight(
    engine: Engine, gradient: Paint, style: Picture
) -> None:
    other = np.ascontiguousarray(style[..., ::-1])

    def paint(*weights: float) -> Picture:
        settings = Settings(size=64, steps=5, strength=100, style_weights=weights)
        return engine.stylize(gradient(40, 50), [style, other], settings).picture

    only_first = engine.stylize(
        gradient(40, 50), [style], Settings(size=64, steps=5, strength=100)
    ).picture
    assert paint(1, 0) == pytest.approx(only_first, abs=1e-4)
    assert paint() == pytest.approx(paint(2, 2), abs=1e-4)
    assert np.abs(paint(1, 1) - only_first).max() > 1e-3


@pytest.mark.parametrize(
    ("styles", "settings", "message"),
    [
        (0, Settings(), "at least one style"),
        (2, Settings(style_weights=(1.0,)), "as many style weights"),
        (1, Settings(init=Init.IMAGE), "init=image"),
    ],
)
def test_impossible_jobs_are_refused(
    engine: Engine, gradient: Paint, styles: int, settings: Settings, message: str
) -> None:
    with pytest.raises(InvalidSettings, match=message):
        engine.stylize(gradient(40, 50), [gradient(40, 50)] * styles, settings)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((40, 50, 3)),
        np.zeros((40, 50), np.float32),
        np.zeros((40, 50, 4), np.float32),
        np.full((40, 50, 3), 255, np.float32),
        np.zeros((40, 50, 3), np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(engine: Engine, gradient: Paint, wrong: Picture) -> None:
    for content, style in ((wrong, gradient(40, 50)), (gradient(40, 50), wrong)):
        with pytest.raises(InvalidSettings, match="picture"):
            engine.stylize(content, [style], Settings(size=64, steps=1))


def test_diverged_work_says_so(gradient: Paint, style: Picture) -> None:
    def exploding(layers: Sequence[str]) -> vgg.Network:
        network = tiny_network(layers)
        network.model.set_weights([1e30 * weight for weight in network.model.get_weights()])
        return network

    with pytest.raises(Diverged, match="step 1"):
        Engine(exploding).stylize(gradient(40, 50), [style], Settings(size=64, steps=3))


def test_what_is_no_number_is_no_picture(engine: Engine, gradient: Paint, style: Picture) -> None:
    broken = np.full((40, 50, 3), np.nan, np.float32)
    for content, painting in ((broken, style), (gradient(40, 50), broken)):
        with pytest.raises(InvalidSettings, match="between 0 and 1"):
            engine.stylize(content, [painting], Settings(size=64, steps=3))


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_one_colour_pictures_are_painted(
    engine: Engine, gradient: Paint, style: Picture, value: float
) -> None:
    flat = np.full((40, 50, 3), value, np.float32)
    for content, painting in ((flat, style), (gradient(40, 50), flat), (flat, flat)):
        result = engine.stylize(content, [painting], Settings(size=64, steps=3))
        assert np.isfinite(result.picture).all()


def test_jobs_of_one_size_share_one_trace(engine: Engine, gradient: Paint, style: Picture) -> None:
    def paint(strength: float) -> None:
        settings = Settings(size=64, steps=2, strength=strength, learning_rate=0.01)
        engine.stylize(gradient(40, 50), [style], settings)

    paint(10)
    objective = engine.objective(Settings())
    before = objective.step.experimental_get_tracing_count()
    paint(90)
    engine.stylize(gradient(33, 47), [style], Settings(size=64, steps=2))
    assert objective.step.experimental_get_tracing_count() == before == 1


def test_known_style_is_not_computed_again(gradient: Paint, style: Picture) -> None:
    engine = Engine(tiny_network)
    for _ in range(3):
        engine.stylize(gradient(40, 50), [style], Settings(size=64, steps=1))
    assert len(engine.styles) == 1
    engine.stylize(gradient(40, 50), [style * 0.9], Settings(size=64, steps=1))
    assert len(engine.styles) == 2


def test_recent_values_are_made_once_and_the_oldest_go() -> None:
    made: list[str] = []
    recent: Recent[str, str] = Recent(2)

    def get(key: str) -> str:
        def make() -> str:
            made.append(key)
            return key.upper()

        return recent.get(key, make)

    assert [get(key) for key in "aabacab"] == list("AABACAB")
    assert made == ["a", "b", "c", "b"]
    assert len(recent) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="reads the resident size from /proc")
def test_memory_does_not_grow_over_jobs(vgg_engine: Engine, gradient: Paint) -> None:
    def paint(job: int) -> None:
        settings = Settings(size=64, steps=2, strength=job)
        vgg_engine.stylize(gradient(48 + job % 7, 64), [gradient(40, 60 + job % 5)], settings)

    def resident() -> float:
        gc.collect()
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024

    for job in range(10):
        paint(job)
    before = resident()
    for job in range(20):
        paint(job)
    assert resident() - before < 40, "MiB"


def test_report_is_json_and_repeats_the_job(
    engine: Engine, gradient: Paint, style: Picture
) -> None:
    result = engine.stylize(gradient(40, 50), [style], Settings(size=64, steps=3))
    report = json.loads(json.dumps(result.report()))
    assert report["steps"] == 3
    assert report["size"] == [50, 40]
    assert Settings.from_dict(report["settings"]) == result.settings
    assert len(report["losses"]["total"]) == 3
    assert report["versions"]["tensorflow"] == tf.__version__
    assert report["device"]
    assert report["seconds"] >= sum(level["seconds"] for level in report["levels"]) * 0.99
