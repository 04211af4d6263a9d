"""The benchmark judges fairly, its baselines run, and it goes on where it stopped."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from benchmarks import cost, measures, runs, sheets
from benchmarks.__main__ import main
from benchmarks.baselines import BASELINES
from benchmarks.baselines.crowson import StyleTarget, newton_schulz, wasserstein
from benchmarks.baselines.lbfgs import Lbfgs
from benchmarks.baselines.loop import Baseline, Budget, Stage, full_seconds, paint
from benchmarks.card import Card, Examiner, Judge, judges
from benchmarks.controls import EXHIBITS
from benchmarks.errors import BadInput
from benchmarks.measures import Cloud
from benchmarks.network import Kernels, Network, Pool, load
from benchmarks.pairs import DEFAULT, shelf
from benchmarks.sheets import Tile
from nst_core import encode_png, images
from nst_core.images import Picture
from nst_core.vgg import preprocess
from tests.test_cli import engine_over
from tests.test_engine import tiny_network

HEIGHT, WIDTH = 48, 64


@pytest.fixture(scope="module")
def kernels(random_weights: Path) -> Kernels:
    return load(random_weights)


@pytest.fixture(scope="module")
def looks(kernels: Kernels) -> tuple[Judge, ...]:
    return judges(kernels)


@pytest.fixture(scope="module")
def rivals(kernels: Kernels) -> dict[str, Baseline[Any]]:
    return {name: make(kernels, "float32") for name, make in BASELINES.items()}


@pytest.fixture(scope="module")
def photo() -> Picture:
    """Soft, in the middle of the range."""
    y, x = np.mgrid[0 : 1 : HEIGHT * 1j, 0 : 1 : WIDTH * 1j]
    red = 0.5 + 0.2 * np.sin(7 * x + 3 * y)
    return np.stack([red, 0.3 + 0.4 * y, 0.7 - 0.4 * x * y], axis=-1).astype(np.float32)


@pytest.fixture(scope="module")
def painting() -> Picture:
    """Stripes and spots of full contrast, twice as large."""
    y, x = np.mgrid[0 : 2 * HEIGHT, 0 : 2 * WIDTH]
    stripes = 0.5 + 0.45 * np.sin(0.9 * x + 0.4 * y)
    spots = 0.5 + 0.45 * np.sin(0.5 * x) * np.cos(0.7 * y)
    return np.stack([stripes, spots, 1 - stripes], axis=-1).astype(np.float32)


@pytest.fixture(scope="module")
def examiner(looks: tuple[Judge, ...], photo: Picture, painting: Picture) -> Examiner:
    return Examiner(looks, photo, painting)


def noise(amount: float = 1.0) -> Picture:
    return (np.random.default_rng(1).random((HEIGHT, WIDTH, 3)) * amount).astype(np.float32)


# --- the card


def test_anchors_are_what_the_marks_are_in_proportion_to(examiner: Examiner) -> None:
    photo, painting = examiner.anchors().values()
    assert (photo.content, photo.style) == pytest.approx((0, 1), abs=1e-6)
    assert (photo.ssim, photo.gradients, photo.selfsimilarity) == pytest.approx((1, 1, 0))
    assert painting.content == pytest.approx(1, abs=1e-6)
    assert painting.style < 0.15
    assert painting.color < 0.03
    assert (photo.product, painting.product) == pytest.approx((2, 2), abs=0.3)
    assert photo.nan == painting.nan == 0


def test_noise_is_far_from_both(examiner: Examiner) -> None:
    anchors, grainy = examiner.anchors(), examiner.card(noise())
    assert grainy.content > 0.8
    assert grainy.style > 2 * anchors["painting"].style
    assert grainy.product > max(card.product for card in anchors.values())
    assert grainy.ssim < 0.2
    assert grainy.grain > 2


def test_style_falls_and_content_rises_from_photo_to_painting(examiner: Examiner) -> None:
    end = images.resize(examiner.style, HEIGHT, WIDTH)
    blends = [(1 - part) * examiner.content + part * end for part in (0, 0.25, 0.5, 0.75, 1)]
    cards = [examiner.card(blend.astype(np.float32)) for blend in blends]
    styles, contents = [card.style for card in cards], [card.content for card in cards]
    assert styles == sorted(styles, reverse=True)
    assert contents == sorted(contents)
    assert [c.color for c in cards] == sorted((c.color for c in cards), reverse=True)


def test_held_out_layers_and_scales_are_in_the_marks(examiner: Examiner) -> None:
    card = examiner.card(noise())
    assert len(card.style_layers) == 4
    assert len(card.content_layers) == 2
    assert Card.from_dict(json.loads(json.dumps(card.to_dict()))) == card


def test_clipped_values_and_burnt_borders_are_seen(examiner: Examiner) -> None:
    plain = examiner.card(examiner.content)
    burnt = examiner.content.copy()
    burnt[:2] = burnt[-2:] = np.arange(WIDTH)[:, np.newaxis] % 2
    card = examiner.card(burnt)
    assert plain.clipped == 0
    assert card.clipped == pytest.approx(4 / HEIGHT)
    assert card.border > 10 * plain.border


def test_speckle_is_seen_in_the_finest_band(examiner: Examiner) -> None:
    end = images.resize(examiner.style, HEIGHT, WIDTH)
    speckled = np.clip(end + 0.8 * (noise() - 0.5), 0, 1)
    assert examiner.card(speckled).grain > 1.5 * examiner.card(end).grain


def test_numbers_that_are_not_finite_are_counted(examiner: Examiner) -> None:
    broken = examiner.content.copy()
    broken[3, 4] = np.nan
    broken[5, 6, 0] = np.inf
    card = examiner.card(broken)
    assert card.nan == 4
    assert math.isfinite(card.product)


# --- measures


def test_wasserstein_distance_of_diagonal_gaussians() -> None:
    one = Cloud(np.array([1.0, 2.0]), np.diag([4.0, 9.0]))
    other = Cloud(np.array([0.0, 4.0]), np.diag([1.0, 16.0]))
    assert one.distance(other) == pytest.approx(1 + 4 + (2 - 1) ** 2 + (3 - 4) ** 2)
    assert one.distance(one) == pytest.approx(0, abs=1e-9)


def test_a_cloud_is_the_mean_and_the_covariance_of_positions() -> None:
    features = np.random.default_rng(0).random((5, 7, 3))
    cloud = Cloud.of(features)
    rows = features.reshape(-1, 3)
    np.testing.assert_allclose(cloud.mean, rows.mean(0))
    np.testing.assert_allclose(cloud.covariance, np.cov(rows.T, bias=True))


def test_few_positions_have_a_cheaper_way_to_the_same_distance() -> None:
    rng = np.random.default_rng(0)
    few, many = Cloud.of(rng.random((2, 3, 9))), Cloud.of(rng.random((6, 5, 9)))
    assert few.factor is not None
    assert many.factor is None
    plain = Cloud(few.mean, few.covariance)
    assert few.distance(many) == pytest.approx(plain.distance(many), rel=1e-6)
    assert many.distance(few) == pytest.approx(few.distance(many), rel=1e-6)


def test_palette_distance_of_a_shift_is_the_shift() -> None:
    grey = np.full((8, 8, 3), 0.5, np.float32)
    lighter = grey + np.float32(0.1)
    # The mean absolute cosine of a direction of the sphere is a half, and a grey step is √3 long.
    assert measures.palette(grey, lighter) == pytest.approx(0.1 * 3**0.5 / 2, rel=0.15)
    assert measures.palette(grey, grey) == 0


def test_flat_pictures_have_no_edges_to_correlate(photo: Picture) -> None:
    assert measures.gradients(np.zeros_like(photo), photo) == 0
    assert measures.ssim(photo, photo) == pytest.approx(1)


# --- the network and the baselines


def test_the_unmodified_network_is_keras_own(random_weights: Path, kernels: Kernels) -> None:
    import keras

    model = keras.applications.VGG19(include_top=False, weights=str(random_weights))
    layer = "block3_conv3"
    whole = keras.Model(model.input, model.get_layer(layer).output)
    bgr = preprocess(tf.constant(noise()[np.newaxis]))
    ours = Network(kernels).features(bgr, [layer])[layer].numpy()
    np.testing.assert_allclose(ours, whole(bgr).numpy(), rtol=1e-3, atol=1e-2)


def test_mixed_precision_reaches_every_network(kernels: Kernels) -> None:
    bgr = preprocess(tf.constant(noise()[np.newaxis]))
    layer = "block2_conv1"
    for pool in Pool:
        exact, mixed = (
            Network(kernels, pool=pool, precision=precision).features(bgr, [layer])[layer]
            for precision in ("float32", "mixed")
        )
        assert mixed.dtype == tf.float32
        difference = float(tf.norm(exact - mixed) / tf.norm(exact))
        assert 1e-5 < difference < 0.05


@pytest.mark.parametrize("name", BASELINES)
def test_baselines_lower_their_own_loss(
    name: str, rivals: dict[str, Baseline[Any]], photo: Picture, painting: Picture
) -> None:
    baseline = rivals[name]
    (stage,) = baseline.stages(HEIGHT, WIDTH)
    state = baseline.begin(photo, painting, stage)
    if hasattr(state, "x") and hasattr(state, "moments"):
        # From the photo some raise their loss first, as their authors have seen: not from noise.
        scale = 255 if name == "article" else 1
        state = state._replace(x=tf.constant(scale * noise()[np.newaxis]))
    losses = []
    for _ in range(3):
        state, loss = baseline.step(state)
        losses.append(float(loss))
    assert losses[-1] < losses[0]


def test_a_run_shows_pictures_on_its_way(
    rivals: dict[str, Baseline[Any]], photo: Picture, painting: Picture
) -> None:
    points = list(paint(rivals["gatys"], photo, painting, Budget(scale=4 / 500)))
    assert [point.steps for point in points] == [1, 2, 3, 4]
    assert points[-1].loss < points[0].loss
    assert all(point.picture.shape == photo.shape for point in points)
    assert np.abs(points[-1].picture - photo).max() > 0.001
    assert [p.seconds for p in points] == sorted(p.seconds for p in points)


def test_a_baseline_is_cut_after_its_seconds(
    rivals: dict[str, Baseline[Any]], photo: Picture, painting: Picture
) -> None:
    baseline = rivals["tutorial"]
    (point,) = paint(baseline, photo, painting, Budget(seconds=1e-9))
    assert point.steps == 1
    assert full_seconds(baseline, photo, painting) > 10 * point.seconds / 1000


def test_crowsons_stages_are_those_published(rivals: dict[str, Baseline[Any]]) -> None:
    stages = rivals["crowsonkb"].stages(192, 256)
    assert stages == (Stage(96, 128, 1000), Stage(136, 181, 500), Stage(192, 256, 500))
    assert [stage.width for stage in rivals["crowsonkb"].stages(512, 512)] == [
        *(128, 181, 256, 362, 512)
    ]


def test_crowsons_moments_and_average_go_on_at_the_next_scale(
    rivals: dict[str, Baseline[Any]], photo: Picture, painting: Picture
) -> None:
    baseline = rivals["crowsonkb"]
    state, _ = baseline.step(baseline.begin(photo, painting, Stage(HEIGHT, WIDTH, 1)))
    larger = baseline.enlarge(photo, painting, Stage(HEIGHT + 9, WIDTH + 12, 1), state)
    assert larger.x.shape == (1, HEIGHT + 9, WIDTH + 12, 3)
    assert float(larger.moments.count) == 1
    assert float(tf.norm(larger.moments.second)) > 0
    np.testing.assert_allclose(larger.average(), larger.x, rtol=1e-5)


def test_newton_schulz_is_the_root_and_wasserstein_has_its_gradient() -> None:
    rng = np.random.default_rng(0)
    matrices = []
    for _ in range(2):
        factor = rng.normal(size=(4, 4)).astype(np.float32)
        matrices.append(tf.constant(factor @ factor.T + np.eye(4, dtype=np.float32)))
    covariance, other = matrices
    root, inverse = newton_schulz(other)
    np.testing.assert_allclose(root @ root, other, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(root @ inverse, np.eye(4), atol=1e-3)
    target = StyleTarget(tf.zeros(4), other, root)
    mean = tf.ones(4)
    expected = Cloud(np.ones(4), covariance.numpy()).distance(Cloud(np.zeros(4), other.numpy()))
    with tf.GradientTape() as tape:
        tape.watch(covariance)
        loss = wasserstein(mean, covariance, target)
    assert float(loss) == pytest.approx(expected / 4, rel=1e-3)
    step = 1e-2 * np.eye(4, dtype=np.float32)[1]
    push = tf.constant(np.outer(step, np.ones(4, np.float32)) + np.outer(np.ones(4), step))
    push = tf.cast(push, tf.float32)
    slope = float(tf.reduce_sum(tape.gradient(loss, covariance) * push))
    moved = wasserstein(mean, covariance + push, target) - wasserstein(
        mean, covariance - push, target
    )
    assert float(moved) / 2 == pytest.approx(slope, rel=0.02)


def test_lbfgs_finds_the_bottom_of_a_narrow_valley() -> None:
    scales = tf.constant(np.logspace(0, 2, 12), tf.float32)

    def evaluate(x: Any) -> tuple[Any, Any]:
        return 0.5 * tf.reduce_sum(scales * (x - 1) ** 2), scales * (x - 1)

    search = Lbfgs(evaluate, tf.zeros(12), memory=5)
    for _ in range(80):
        search.step()
    assert search.loss < 1e-5
    np.testing.assert_allclose(search.x, np.ones(12), atol=1e-2)


def test_lbfgs_refuses_steps_that_go_wrong() -> None:
    def evaluate(x: Any) -> tuple[Any, Any]:
        wall = tf.where(x > 0.5, np.inf, 0.0)
        return tf.reduce_sum((x - 1) ** 2 + wall), 20 * (x - 1)

    search = Lbfgs(evaluate, tf.zeros(3), memory=5)
    losses = []
    for _ in range(30):
        search.step()
        losses.append(search.loss)
    assert losses == sorted(losses, reverse=True)
    assert float(tf.reduce_max(search.x)) <= 0.5


# --- pairs, files and sheets


def test_default_pairs_are_six_and_differ() -> None:
    pairs = shelf().pairs()
    assert [pair.name for pair in pairs] == list(DEFAULT)
    assert len({pair.style for pair in pairs}) >= 6
    shapes = [pair.read(64)[0].shape for pair in pairs]
    assert {shape[0] > shape[1] for shape in shapes} == {True, False}


def test_a_folder_gives_all_combinations_or_those_it_lists(tmp_path: Path) -> None:
    for part, names in (("content", "ab"), ("style", "xy")):
        (tmp_path / part).mkdir()
        for name in names:
            (tmp_path / part / f"{name}.png").write_bytes(encode_png(noise()))
    assert [p.name for p in shelf(tmp_path).pairs()] == ["a:x", "a:y", "b:x", "b:y"]
    (tmp_path / "pairs.toml").write_text('pairs = ["b:x"]')
    assert [pair.name for pair in shelf(tmp_path).pairs()] == ["b:x"]
    (tmp_path / "pairs.toml").write_text("pairs = 3")
    with pytest.raises(BadInput, match=r"pairs\.toml must say"):
        shelf(tmp_path)


def test_json_is_whole_and_has_no_infinities(tmp_path: Path) -> None:
    runs.write_json(tmp_path / "a.json", {"x": [math.nan, 1.5, math.inf], 3: (1, 2)})
    assert json.loads((tmp_path / "a.json").read_text()) == {"x": [None, 1.5, None], "3": [1, 2]}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_sheets_hold_every_tile_and_leave_holes(tmp_path: Path, photo: Picture) -> None:
    tile = Tile("a very long caption that would not fit below it", photo)
    (tmp_path / "sheet.png").write_bytes(sheets.sheet([[None, tile, tile], [tile]]))
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.size == (3 * (180 + 10) + 10, 2 * (180 + 32) + 10)
        pixels = np.asarray(image)
    assert (pixels[:190, :190] == pixels[0, 0]).all()
    assert (pixels[:190, 190:380] != pixels[0, 0]).any()


def test_a_strip_shows_what_a_control_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Eight paintings of a hundred steps: the network does not matter to how they are laid out.
    with engine_over(tiny_network):
        words = ("controls", "--size", "64", "--out", str(tmp_path))
        assert main([*words, "--only", "mask,mix,seed"]) == 0
    assert "still_life: inside an oval mask" in capsys.readouterr().out
    with Image.open(tmp_path / "mask.jpg") as image:
        assert image.size == (3 * 64 + 2 * 6, 48 + 24)
        all_over, inside = (np.asarray(image, np.float32)[:48, x : x + 64] for x in (70, 140))
    assert np.abs(all_over - inside)[20:28, 28:36].mean() < np.abs(all_over - inside)[:4].mean()
    with Image.open(tmp_path / "mix.jpg") as image:
        assert image.size == (4 * 64 + 3 * 6, 43 + 24)


def test_every_strip_of_the_guide_is_made_here() -> None:
    pages = Path(__file__).parent.parent / "docs" / "images" / "engine"
    measured = {"contest"}
    assert {path.stem for path in pages.glob("*.jpg")} - measured == set(EXHIBITS)


# --- cost


def test_flops_of_a_step_are_those_of_the_published_shapes() -> None:
    # conv1_1 of VGG at 224 px: 86.7 million multiplications; with conv1_2 1936 million.
    first = cost.step_flops(224, 224, ["block1_conv1"])
    assert first == pytest.approx(4 * 86_704_128)
    both = cost.step_flops(224, 224, ["block1_conv1", "block1_conv2"])
    assert both == pytest.approx(4 * (86_704_128 + 1_849_688_064))
    assert cost.step_flops(448, 448, ["block4_conv2"]) == pytest.approx(
        4 * cost.step_flops(224, 224, ["block4_conv2"])
    )


# --- the command


@pytest.fixture
def benchmark(random_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.setenv("NST_WEIGHTS", str(random_weights))
    return lambda *words: main([str(word) for word in words])


QUICK = ("--size", 48, "--pairs", "lake:waves", "--engines", "article,gatys@0.01")


def test_quality_writes_everything_and_goes_on_where_it_stopped(
    benchmark: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("quality", *QUICK, "--out", tmp_path, "--steps-scale", 0.2)
    assert benchmark(*words) == 0
    assert capsys.readouterr().out.count("(new") == 2
    document = json.loads((tmp_path / "quality.json").read_text())
    assert set(document) == {
        *("schema", "card", "machine", "options", "anchors", "runs"),
    }
    assert set(document["machine"]) >= {"device", "cpus", "load_average", "versions", "tf32"}
    assert set(document["anchors"]["lake:waves"]) == {"photo", "painting"}
    assert document["options"]["size"] == 48
    article, gatys = document["runs"]
    assert (article["engine"], gatys["engine"]) == ("article", "gatys@0.01")
    assert [point["steps"] for point in article["points"]] == [1, 2]
    assert set(article["points"][0]) == {"seconds", "steps", "loss", "card"}
    assert set(article) >= {"memory", "gpu_memory", "load", "key", "about"}
    table = (tmp_path / "quality.md").read_text()
    assert "*photo itself*" in table
    assert "gatys@0.01" in table
    for name in ("quality.png", "quality-sheet.png"):
        with Image.open(tmp_path / name) as image:
            assert min(image.size) > 50

    next(tmp_path.glob("quality-48-*/*/article.json")).write_text("{cut sho")
    assert benchmark(*words) == 0
    said = capsys.readouterr().out
    assert (said.count("(new"), said.count("(kept)")) == (1, 1)
    again = json.loads((tmp_path / "quality.json").read_text())["runs"]
    assert again[1] == document["runs"][1]


def test_results_of_other_options_or_without_a_picture_are_made_anew(
    tmp_path: Path, examiner: Examiner
) -> None:
    card = examiner.card(examiner.content)
    run = runs.Run(
        engine="a@b",
        ours=False,
        pair="x:y",
        key={"size": 64, "parts": (1, 2)},
        points=(runs.Point(1.5, 3, None, card),),
        memory=1.0,
        gpu_memory=None,
        load=[0.0],
    )
    store = runs.Store(tmp_path)
    store.keep(run, examiner.content)
    kept = store.find("x:y", "a@b", run.key)
    assert kept is not None
    assert kept.last == run.last
    np.testing.assert_array_equal(store.picture("x:y", "a@b"), examiner.content)
    assert store.find("x:y", "a@b", {**run.key, "size": 65}) is None
    assert store.find("x:y", "a", run.key) is None
    next(tmp_path.glob("*/*.png")).unlink()
    assert store.find("x:y", "a@b", run.key) is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--engines", "magic"], "there is no engine 'magic'"),
        (["--engines", "standard@3"], "there is no engine 'standard@3'"),
        (["--engines", "crowsonkb@standard,standard"], "neither seconds nor an engine"),
        (["--pairs", "lake"], "written photo:style"),
        (["--pairs", "lake:nothing"], "there is no picture 'nothing'"),
        (["--pairs", "lake:waves,lake:waves"], "named twice"),
        (["--pictures", "/nowhere"], "there is no folder /nowhere/content"),
        (["--size", "12"], "not a number between 32 and 4096"),
        (["--size", "64.5"], "not a whole number"),
        (["--precision", "half"], "invalid choice"),
        (["--seconds", "-1"], "not a number between"),
        (["--weights", "/nowhere.h5"], "There is no weights file"),
        (["cost", "--sizes", "64,x"], "not a number"),
        (["sheet", "--qualities", "superb"], "'superb' is not one of"),
        (["sheet", "--photos", "nobody"], "there is no picture 'nobody'"),
        (["controls", "--only", "magic"], "there is no control 'magic'"),
        (["party"], "invalid choice"),
    ],
)
def test_bad_input_is_told_in_one_line(
    benchmark: Callable[..., int],
    words: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = [] if words == ["party"] else ["--out", str(tmp_path / "out")]
    try:
        code = benchmark(*words, *out)
    except SystemExit as stop:
        code = int(str(stop.code))
    error = capsys.readouterr().err
    assert code == 2
    assert message in error
    assert error.count("\n") == 1


def test_out_must_be_a_folder(
    benchmark: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert benchmark("quality", *QUICK, "--out", tmp_path / "file") == 2
    assert "is not a folder" in capsys.readouterr().err
