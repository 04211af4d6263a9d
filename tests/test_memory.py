"""How much memory there is, and in what strips a canvas fits into it."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nst_core import memory
from nst_core.memory import available, of_card, step_bytes, strip_rows
from nst_core.settings import CONTENT_LAYERS, STYLE_LAYERS
from nst_core.strips import halo

TYPES = st.sampled_from(sorted(memory.PIXEL_BYTES))
SIDES = st.integers(1, 5000)
# Margin and stride for layers as shallow as the first block and as deep as the last.
MARGINS = st.sampled_from([(3, 1), (8, 2), (20, 4), (48, 8), (144, 16)])


@given(SIDES, SIDES, TYPES, st.integers(0, 2**42), MARGINS)
def test_strips_fit_or_are_as_narrow_as_can_be(
    height: int, width: int, dtype: str, budget: int, margins: tuple[int, int]
) -> None:
    margin, stride = margins
    rows = strip_rows(height, width, dtype, budget, halo=margin, stride=stride)
    if rows is None:
        assert step_bytes(height, width, dtype) <= budget
        return
    assert step_bytes(height, width, dtype) > budget, "what fits is not cut"
    assert rows % stride == 0
    assert rows >= stride
    seen = step_bytes(rows + 2 * margin, width, dtype)
    assert seen <= budget or rows == stride
    wider = step_bytes(rows + stride + 2 * margin, width, dtype)
    assert wider > budget, "no strip is narrower than it must be"


@given(SIDES, SIDES, TYPES, st.integers(0, 2**40), st.integers(0, 2**40))
def test_more_memory_never_means_narrower_strips(
    height: int, width: int, dtype: str, one: int, other: int
) -> None:
    def rows(budget: int) -> int:
        found = strip_rows(height, width, dtype, budget, halo=48, stride=8)
        return height + 96 if found is None else found

    assert rows(min(one, other)) <= rows(max(one, other))


def test_a_step_takes_memory_by_the_pixel() -> None:
    assert step_bytes(100, 200, "float32") == 100 * step_bytes(1, 200, "float32")
    assert step_bytes(100, 200, "bfloat16") < step_bytes(100, 200, "float32")


def test_the_default_layers_need_no_wide_margin() -> None:
    margin, stride = halo((*CONTENT_LAYERS, *STYLE_LAYERS))
    assert margin % stride == 0
    assert stride == 8
    assert margin <= 48


def test_there_is_some_memory_but_not_more_than_is_built_in() -> None:
    built_in = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert 2**26 < available() < built_in


def smi(folder: Path, script: str) -> None:
    """A program of the name of NVIDIA's."""
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(
    ("script", "free"),
    [
        ("echo 4096; echo 123", 4096 * 2**20),
        ('test "$1" = --query-gpu=memory.free && echo 7', 7 * 2**20),
        ("echo '[N/A]'", None),
        ("true", None),
        ("echo 4096; exit 9", None),
    ],
)
def test_a_card_tells_its_free_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, free: int | None
) -> None:
    smi(tmp_path, script)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert of_card() == free


def test_without_nvidias_program_nothing_is_known_of_a_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert of_card() is None
    (tmp_path / "nvidia-smi").write_bytes(b"\x7fELF no program")
    (tmp_path / "nvidia-smi").chmod(0o755)
    assert of_card() is None
    with pytest.raises(OSError, match="nvidia-smi"):
        subprocess.run([str(tmp_path / "nvidia-smi")], check=True)
