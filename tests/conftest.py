"""Fixtures that every test may use."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import settings
from xdist.remote import Producer

from nst_core.settings import VGG19_LAYERS
from tests.turns import Turns, begin_with_the_longest

# One test process shares two cores with everything else; TensorFlow's chatter says nothing here.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# No pictures are here: what the developer's own gallery holds is no test's business.
os.environ["STYLEGRAM_STYLES"] = str(Path(__file__).parent)

# How long an example takes is this machine's affair, and that of what else it does.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

CHANNELS = {1: 64, 2: 128, 3: 256, 4: 512, 5: 512}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    begin_with_the_longest(items)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Turns | None:
    return Turns(config, log) if config.getoption("dist") == "loadfile" else None


def write_weights(path: Path, seed: int = 0) -> Path:
    """A file in the layout of Keras' VGG19 ``notop`` weights, with random kernels (He)."""
    rng = np.random.default_rng(seed)
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in VGG19_LAYERS]
        file.attrs["backend"] = b"tensorflow"
        file.attrs["keras_version"] = b"2.1.0"
        incoming = 3
        for name in VGG19_LAYERS:
            outgoing = CHANNELS[int(name[5])]
            scale = np.sqrt(2 / (9 * incoming))
            kernel = rng.standard_normal((3, 3, incoming, outgoing), dtype=np.float32) * scale
            group = file.create_group(name)
            group.attrs["weight_names"] = [f"{name}_W_1:0".encode(), f"{name}_b_1:0".encode()]
            group[f"{name}_W_1:0"] = kernel.astype(np.float32)
            group[f"{name}_b_1:0"] = np.zeros(outgoing, np.float32)
            incoming = outgoing
    return path


@pytest.fixture(scope="session")
def random_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete VGG19 weights file whose kernels are random: real code paths, no download."""
    return write_weights(tmp_path_factory.mktemp("weights") / "vgg19_random.h5")


@pytest.fixture(scope="session")
def true_weights() -> Path:
    """The ImageNet weights that ``NST_WEIGHTS`` names; the test is skipped without them."""
    place = os.environ.get("NST_WEIGHTS")
    if not place:
        pytest.skip("NST_WEIGHTS is not set: this test needs the true VGG19 weights")
    path = Path(place)
    return path if path.is_file() else next(path.glob("vgg19*notop.h5"))


@pytest.fixture
def gradient() -> Callable[[int, int], np.ndarray]:
    """A colourful test picture of any size."""

    def paint(height: int, width: int) -> np.ndarray:
        y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
        red = 0.5 + 0.5 * np.sin(7 * x + 3 * y)
        return np.stack([red, y, 1 - x * y], axis=-1).astype(np.float32)

    return paint
