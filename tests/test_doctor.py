"""`nst doctor`: what is wrong with a machine is a line that says what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nst_core import cards, devices, memory, sketch
from nst_core.checkup import Checkup
from nst_core.cli import main
from nst_core.finding import Finding
from nst_core.settings import Settings

ROOT = Path(__file__).parent.parent

needs_sketches = pytest.mark.skipif(
    not sketch.available(), reason="the packages of the sketch are not installed"
)
no_card = pytest.mark.skipif(cards.are_there(), reason="this machine's card is used")


def doctor(*arguments: str, **environment: str) -> tuple[int, dict[str, Any]]:
    """Exit code and what it says for programs."""
    done = subprocess.run(
        [
            *(sys.executable, "-c", "import sys; from nst_core.cli import main; sys.exit(main())"),
            *("doctor", "--json", "--size", "64", *arguments),
        ],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def found(said: dict[str, Any], about: str) -> tuple[bool, str]:
    (one,) = (finding for finding in said["findings"] if finding["about"] == about)
    return one["fine"], one["text"]


def test_a_machine_that_paints(random_weights: Path) -> None:
    code, said = doctor(NST_WEIGHTS=str(random_weights), NST_DEVICE="cpu")
    assert code == 0
    assert said["paints"]
    assert [one["about"] for one in said["findings"]] == [
        *("versions", "processor", "memory", "disk", "weights", "tensorflow", "device", "picture")
    ]
    assert found(said, "weights")[0]
    assert found(said, "device")[0]
    assert said["trial"]["size"] == [64, 48]
    assert said["trial"]["painter"] == "vgg19"
    assert said["trial"]["seconds"] > 0


@needs_sketches
def test_without_weights_nothing_is_painted(tmp_path: Path) -> None:
    code, said = doctor(NST_WEIGHTS="", KERAS_HOME=str(tmp_path))
    assert code == 1
    fine, text = found(said, "weights")
    assert not fine
    assert "nst weights --fetch" in text
    assert found(said, "picture")[0], "a sketch is better than nothing"
    assert not said["paints"]


def device() -> Finding:
    return Checkup(Settings(size=64)).device()


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What tells of a card where there is none."""
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 40000\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return program


@no_card
@pytest.mark.usefixtures("card")
def test_a_card_without_its_libraries() -> None:
    found = device()
    assert not found.is_fine
    for words in ("there is an NVIDIA card", "libcudnn.so", "stylegram[gpu]"):
        assert words in found.text


@no_card
@pytest.mark.usefixtures("card")
def test_a_card_without_its_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("cudart", "cublas", "cudnn"):
        folder = tmp_path / "nvidia" / part / "lib"
        folder.mkdir(parents=True)
        for version in range(8, 14):
            (folder / f"lib{part}.so.{version}").touch()
    monkeypatch.syspath_prepend(tmp_path)
    found = device()
    assert not found.is_fine
    assert "libcuda.so.1 cannot be loaded" in found.text


@no_card
def test_a_card_that_is_asked_for_and_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NST_DEVICE", "gpu:1")
    found = device()
    assert not found.is_fine
    assert "NST_DEVICE asks for a card" in found.text


@no_card
@pytest.mark.usefixtures("card")
@pytest.mark.parametrize(
    ("variable", "value"), [("CUDA_VISIBLE_DEVICES", "-1"), ("NST_DEVICE", "cpu")]
)
def test_who_wants_no_card_is_not_told_of_any(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    found = device()
    assert found.is_fine
    assert variable in found.text


def test_a_device_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NST_DEVICE", "tpu")
    found = device()
    assert not found.is_fine
    assert "must be auto, cpu, gpu" in found.text


@no_card
@pytest.mark.usefixtures("card")
def test_the_log_has_a_word_about_a_card_that_is_not_used(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It may have been settled for this process before.
    devices.prepare.cache_clear()
    monkeypatch.setattr("tensorflow.config.set_visible_devices", lambda *_: None)
    devices.prepare()
    assert "There is an NVIDIA card, and TensorFlow cannot use it" in caplog.text


def test_what_it_is_built_for_decides() -> None:
    assert "tensorflow-cpu" in cards.why_unused({"is_cuda_build": False})


def test_cards_are_named_as_cuda_shows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert [cards.name(number) for number in (0, 1)] == ["0", "1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3, GPU-5f")
    assert [cards.name(number) for number in (0, 1)] == ["3", "GPU-5f"]


def test_memory_is_that_of_the_card_in_use(card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card.write_text('#!/bin/sh\ncase "$*" in *--id=2*) echo 500;; *) echo 40000;; esac\n')
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,2")
    assert memory.of_card(0) == 40000 * 2**20
    assert memory.of_card(1) == 500 * 2**20


def test_a_size_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--size", "3"]) == 2
    assert "--size must be from" in capsys.readouterr().err
