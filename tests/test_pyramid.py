"""The schedule keeps its promises for every size and every number of steps."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nst_core.pyramid import COARSEST, SCHEDULES, plan, steps_of
from nst_core.settings import Quality

sides = st.integers(16, 4096)
schedules = st.sampled_from(sorted(SCHEDULES.values())) | st.lists(
    st.integers(1, 200), min_size=2, max_size=7
).map(tuple)
STANDARD = SCHEDULES[Quality.STANDARD]


@given(sides, sides, schedules, st.none() | st.integers(1, 2000))
@example(3072, 2048, STANDARD, 5)
@example(4096, 4096, STANDARD, 6)
def test_levels_grow_to_the_result(
    height: int, width: int, schedule: tuple[int, ...], steps: int | None
) -> None:
    levels = plan(height, width, schedule, steps)
    assert (levels[-1].height, levels[-1].width) == (height, width)
    pixels = [level.height * level.width for level in levels]
    assert pixels == sorted(set(pixels))
    assert all(level.steps >= 1 for level in levels)


@given(sides, sides, schedules, st.integers(1, 2000), st.booleans())
@example(3072, 2048, STANDARD, 5, True)  # noqa: FBT003
def test_given_steps_are_all_taken(
    height: int,
    width: int,
    schedule: tuple[int, ...],
    steps: int,
    coarse: bool,  # noqa: FBT001
) -> None:
    levels = plan(height, width, schedule, steps, coarse=coarse)
    assert steps_of(levels) == steps
    assert all(level.steps >= 1 for level in levels)


@given(sides, sides, schedules)
def test_steps_are_the_schedules_own(height: int, width: int, schedule: tuple[int, ...]) -> None:
    steps = [level.steps for level in plan(height, width, schedule)]
    if len(steps) == 1:
        assert steps == [schedule[0] + schedule[1]]
    else:
        own = [*schedule, *[schedule[-1]] * len(steps)]
        assert steps == own[: len(steps)]


@given(sides, sides)
def test_many_steps_keep_the_proportions_of_the_schedule(height: int, width: int) -> None:
    own, many = plan(height, width, STANDARD), plan(height, width, STANDARD, 10_000)
    if len(own) == len(many):
        for level, longer in zip(own, many, strict=True):
            assert longer.steps == pytest.approx(10_000 * level.steps / steps_of(own), abs=3)


@given(sides, sides)
def test_coarsest_level_is_small_but_not_tiny(height: int, width: int) -> None:
    first = plan(height, width, STANDARD, 1000)[0]
    assert max(first.height, first.width) < 2 * COARSEST
    assert max(first.height, first.width) >= min(COARSEST, max(height, width))


@given(sides, sides, st.integers(1, 4))
def test_few_steps_are_few_levels(height: int, width: int, steps: int) -> None:
    assert len(plan(height, width, STANDARD, steps)) <= steps


def test_known_schedule() -> None:
    levels = plan(384, 512, (40, 50, 24, 12))
    assert [(lv.width, lv.height, lv.steps) for lv in levels] == [
        (128, 96, 40),
        (256, 192, 50),
        (512, 384, 24),
    ]
    assert steps_of(levels) == 114


def test_without_coarse_levels_there_is_one() -> None:
    (level,) = plan(384, 512, STANDARD, 150, coarse=False)
    assert (level.height, level.width, level.steps) == (384, 512, 150)


@given(sides, sides)
def test_without_coarse_levels_the_last_is_the_same(height: int, width: int) -> None:
    whole = plan(height, width, STANDARD)
    assert plan(height, width, STANDARD, coarse=False) == whole[-1:]


def test_better_quality_takes_more_steps_at_every_level() -> None:
    qualities = SCHEDULES[Quality.DRAFT], SCHEDULES[Quality.STANDARD], SCHEDULES[Quality.FINE]
    for draft, standard, fine in zip(*qualities, strict=True):
        assert draft < standard < fine
    assert SCHEDULES.keys() == set(Quality) - {Quality.SKETCH}
