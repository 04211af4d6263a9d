"""The schedule keeps its promises for every size and every number of steps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nst_core.pyramid import COARSEST, STEPS, plan
from nst_core.settings import Quality

sides = st.integers(16, 4096)


@given(sides, sides, st.integers(1, 2000))
def test_levels_grow_to_the_result_and_share_all_steps(height: int, width: int, steps: int) -> None:
    levels = plan(height, width, steps)
    assert (levels[-1].height, levels[-1].width) == (height, width)
    assert sum(level.steps for level in levels) == steps
    assert all(level.steps >= 1 for level in levels)
    pixels = [level.height * level.width for level in levels]
    assert pixels == sorted(set(pixels))


@given(sides, sides)
def test_coarsest_level_is_small_but_not_tiny(height: int, width: int) -> None:
    first = plan(height, width, 1000)[0]
    assert max(first.height, first.width) < 2 * COARSEST
    assert max(first.height, first.width) >= min(COARSEST, max(height, width))


def test_known_schedule() -> None:
    assert [(lv.width, lv.height) for lv in plan(384, 512, 150)] == [
        (128, 96),
        (256, 192),
        (512, 384),
    ]


def test_without_coarse_levels_there_is_one() -> None:
    (level,) = plan(384, 512, 150, coarse=False)
    assert (level.height, level.width, level.steps) == (384, 512, 150)
    assert level.work == 384 * 512 * 150


def test_better_quality_takes_more_steps() -> None:
    assert STEPS[Quality.DRAFT] < STEPS[Quality.STANDARD] < STEPS[Quality.FINE]
