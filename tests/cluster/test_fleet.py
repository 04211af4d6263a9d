"""Who counts as there, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from nst_core.cluster.fleet import GONE, Fleet
from nst_core.cluster.wire import Presence, Work

SMALL = Presence(worker="small", release="", device="", memory=None, largest=512, lane=512)
LARGE = replace(SMALL, worker="large", largest=2048, lane=2048)


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Yard:
    """A fleet in the test's own time."""

    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.fleet = Fleet(self.clock)


def test_who_is_silent_for_long_is_gone() -> None:
    yard = Yard()
    yard.fleet.heard(SMALL)
    yard.clock.now = GONE / 2
    yard.fleet.heard(LARGE)
    assert yard.fleet.capacity() == {512: 1, 2048: 1}
    yard.clock.now = GONE
    assert yard.fleet.capacity() == {2048: 1}
    assert not Yard().fleet.capacity()
    yard.clock.now = 1.5 * GONE
    assert not yard.fleet.can_paint(512)


def test_who_speaks_up_again_stays() -> None:
    yard = Yard()
    for tick in range(5):
        yard.clock.now = tick * GONE / 2
        yard.fleet.heard(SMALL)
        assert yard.fleet.capacity() == {512: 1}


def test_who_leaves_or_comes_back_is_counted_at_once() -> None:
    yard = Yard()
    yard.fleet.heard(SMALL)
    assert yard.fleet.can_paint(512)
    yard.fleet.heard(replace(SMALL, work=Work.LEAVING))
    assert not yard.fleet.can_paint(512)
    yard.fleet.heard(replace(SMALL, work=Work.PAINTING))
    assert yard.fleet.can_paint(512)
    yard.fleet.heard(replace(SMALL, lane=1024))
    assert yard.fleet.capacity() == {1024: 1}


def test_a_job_goes_to_the_smallest_that_can_and_is_idle() -> None:
    yard = Yard()
    yard.fleet.heard(SMALL)
    yard.fleet.heard(LARGE)
    loads: dict[int, int] = {}
    lanes = []
    while lane := yard.fleet.lane_for(300, loads):
        lanes.append(lane)
        loads[lane] = loads.get(lane, 0) + 1
    assert lanes == [512, 2048, 512, 2048]
    assert yard.fleet.lane_for(1500, {}) == 2048
    assert yard.fleet.lane_for(4000, {}) is None
