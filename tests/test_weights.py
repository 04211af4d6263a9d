"""Finding the weights, and saying in one sentence what is wrong with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import h5py
import pytest

from nst_core import weights
from nst_core.errors import WeightsError


@pytest.fixture(autouse=True)
def _no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NST_WEIGHTS", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


def test_nothing_is_found_where_nothing_is() -> None:
    assert weights.find() is None


def test_variable_names_the_file(monkeypatch: pytest.MonkeyPatch, random_weights: Path) -> None:
    monkeypatch.setenv("NST_WEIGHTS", str(random_weights))
    assert weights.find() == random_weights
    assert weights.fetch() == random_weights


@pytest.mark.parametrize("name", [weights.FILE_NAME, "my_vgg19_notop_copy.h5"])
def test_variable_names_the_folder(
    monkeypatch: pytest.MonkeyPatch, random_weights: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).symlink_to(random_weights)
    monkeypatch.setenv("NST_WEIGHTS", str(tmp_path))
    assert weights.find() == tmp_path / name


def test_keras_cache_is_found(random_weights: Path) -> None:
    cached = weights.cache_file()
    cached.parent.mkdir(parents=True)
    cached.symlink_to(random_weights)
    assert weights.find() == cached


def test_damaged_cache_is_no_dead_end() -> None:
    """What an interrupted download leaves counts as nothing, so that it is fetched again."""
    weights.cache_file().parent.mkdir(parents=True)
    weights.cache_file().write_bytes(b"half a download")
    assert weights.find() is None


def test_variable_beats_the_cache_even_when_it_is_wrong(
    monkeypatch: pytest.MonkeyPatch, random_weights: Path, tmp_path: Path
) -> None:
    weights.cache_file().parent.mkdir(parents=True)
    weights.cache_file().symlink_to(random_weights)
    monkeypatch.setenv("NST_WEIGHTS", str(tmp_path / "nowhere.h5"))
    with pytest.raises(WeightsError, match=r"There is no weights file .*nowhere\.h5"):
        weights.find()


def test_empty_folder_says_what_to_put_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NST_WEIGHTS", str(tmp_path))
    with pytest.raises(WeightsError, match=f"holds no VGG19 weights.*{weights.FILE_NAME}"):
        weights.find()


def test_truncated_file(random_weights: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.h5"
    cut.write_bytes(random_weights.read_bytes()[:1_000_000])
    with pytest.raises(WeightsError, match="cut short or not an HDF5 file"):
        weights.verify(cut)


def test_text_file(tmp_path: Path) -> None:
    text = tmp_path / "weights.h5"
    text.write_text("<html>404</html>")
    with pytest.raises(WeightsError, match="not an HDF5 file"):
        weights.verify(text)


def test_foreign_network(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["conv1/kernel"] = [[1.0]]
    with pytest.raises(WeightsError, match="does not hold VGG19's weights: block1_conv1"):
        weights.verify(tmp_path / "other.h5")


def test_one_layer_of_another_shape(random_weights: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.h5"
    changed.write_bytes(random_weights.read_bytes())
    with h5py.File(changed, "a") as file:
        del file["block3_conv2/block3_conv2_b_1:0"]
        file["block3_conv2/block3_conv2_b_1:0"] = [0.0] * 255
    with pytest.raises(WeightsError, match="block3_conv2"):
        weights.verify(changed)


def test_failed_download_is_one_sentence(tmp_path: Path) -> None:
    """A closed proxy makes every download fail at once, wherever the test runs."""
    code = (
        "from nst_core import weights; from nst_core.errors import WeightsError\n"
        "try: weights.fetch()\n"
        "except WeightsError as error: print(error)"
    )
    proxy = "http://127.0.0.1:9"
    environment = {
        "KERAS_HOME": str(tmp_path),
        "https_proxy": proxy,
        "http_proxy": proxy,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PATH": "",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].startswith("The VGG19 weights could not be downloaded.")
    assert done.stdout.count("\n") == 1
