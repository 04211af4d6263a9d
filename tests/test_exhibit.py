"""The examples of the presets: painted by the engine, on command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bot.demo.samples import SAMPLES
from nst_core import images
from nst_core.api import stylize
from nst_core.errors import WeightsError
from nst_core.settings import Quality, Settings
from nst_core.styles import Gallery
from nst_core.styles.exhibit import main
from nst_core.styles.gallery import Style
from tests.test_cli import engine_over
from tests.test_engine import no_weights, tiny_network

PHOTO = next(sample.file for sample in SAMPLES if sample.name == "lighthouse")


@pytest.fixture
def photo(tmp_path: Path, gradient: Callable[[int, int], images.Picture]) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(images.encode_jpeg(gradient(40, 56)))
    return path


@pytest.fixture
def _tiny_engine() -> Iterator[None]:
    with engine_over(tiny_network):
        yield


@pytest.mark.usefixtures("_tiny_engine")
def test_named_presets_are_painted(photo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "examples"
    assert main([str(photo), "waves", "mosaic", "-o", str(folder)]) == 0
    assert {path.name for path in folder.iterdir()} == {"waves.jpg", "mosaic.jpg"}
    waves, mosaic = (
        images.decode((folder / f"{name}.jpg").read_bytes()) for name in ("waves", "mosaic")
    )
    assert waves.shape == mosaic.shape == (40, 56, 3)
    assert np.abs(waves - mosaic).mean() > 0.05


def test_a_sketch_is_no_example(photo: Path, tmp_path: Path) -> None:
    with engine_over(no_weights), pytest.raises(WeightsError):
        main([str(photo), "waves", "-o", str(tmp_path / "examples")])
    assert list((tmp_path / "examples").iterdir()) == []


def test_a_stranger_is_refused(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(photo), "nobody"])
    assert "nobody" in capsys.readouterr().err


@pytest.mark.weights
@pytest.mark.usefixtures("true_weights")
def test_of_all_examples_a_painting_is_nearest_to_that_of_its_preset() -> None:
    photo = images.decode(PHOTO.read_bytes(), max_side=128)
    style = Gallery.load(None)["inkwash"]
    settings = Settings(size=128, quality=Quality.DRAFT)
    painted = stylize(photo, [images.decode(style.read())], settings).picture
    apart = {
        other.name: np.abs(blurred(images.to_pil(painted)) - blurred(stored(other))).mean()
        for other in Gallery.load(None)
    }
    assert min(apart, key=lambda name: apart[name]) == "inkwash"


def stored(style: Style) -> Image.Image:
    assert style.example is not None
    return Image.open(style.example)


def blurred(image: Image.Image) -> NDArray[np.float32]:
    return np.asarray(image.convert("RGB").resize((40, 60), Image.Resampling.BOX), np.float32)
