from __future__ import annotations

import pytest

from nst_core.pace import Pace


def test_the_share_counts_efforts() -> None:
    pace = Pace([2, 2], [1.0, 4.0])
    assert pace.share() == 0
    pace.tick(0)
    pace.tick(0)
    assert pace.share() == pytest.approx(0.2)
    pace.tick(1)
    assert pace.share() == pytest.approx(0.6)
    pace.tick(1)
    assert (pace.share(), pace.eta()) == (1, 0)


def test_the_first_step_of_a_level_foretells_nothing() -> None:
    pace = Pace([1, 3], [1.0, 1.0])
    pace.tick(0)
    pace.tick(1)
    assert pace.eta() is None
    pace.tick(1)
    assert pace.eta() is not None


def test_steps_in_vain_are_no_work_done_and_dearer_ones_take_longer() -> None:
    pace = Pace([2, 2], [1.0, 4.0])
    for level in (0, 0, 1):
        pace.tick(level)
    pace.again(1, [1.0, 8.0])
    assert pace.share() == pytest.approx(2 / 18)


def test_a_dearer_level_to_come_takes_longer_by_as_much() -> None:
    pace = Pace([2, 2], [1.0, 1.0])
    pace.tick(0)
    pace.tick(0)
    before = pace.eta()
    assert before
    pace.again(1, [1.0, 10.0])
    assert pace.eta() == pytest.approx(10 * before)
