"""The loop around every baseline: its stages, its clock, and pictures at marks on the way."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Final, Generic, TypeVar

import numpy as np
import tensorflow as tf

from benchmarks.network import Tensor
from nst_core import images
from nst_core.images import Picture

__all__ = [
    "Baseline",
    "Budget",
    "Checkpoint",
    "Stage",
    "full_seconds",
    "paint",
    "picture",
    "tensor",
]

State = TypeVar("State")

# Parts of all steps after which a picture is kept. Curves are drawn on a logarithmic axis.
_MARKS: Final = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4, 1)
_TIMED: Final = 3


@dataclass(frozen=True, slots=True)
class Stage:
    """A canvas in pixels and the optimisation steps on it."""

    height: int
    width: int
    steps: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A painting on its way.

    Attributes:
        seconds: spent painting so far; what looking at it took is not counted.
        steps: done so far.
        loss: the engine's own, before its last step: comparable within one run alone.
        picture: at the photo's size, RGB in [0, 1], (height, width, 3).
    """

    seconds: float
    steps: int
    loss: float
    picture: Picture = field(repr=False)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of the published schedule to run.

    Attributes:
        scale: factor on every stage's steps; each keeps one at least.
        seconds: after which the run is cut, wherever it is.
    """

    scale: float = 1.0
    seconds: float = math.inf


class Baseline(ABC, Generic[State]):
    """An engine as steps from state to state."""

    name: ClassVar[str]
    source: ClassVar[str]

    @abstractmethod
    def stages(self, height: int, width: int) -> tuple[Stage, ...]:
        """The published schedule for a photo of that size."""

    @abstractmethod
    def begin(self, content: Picture, style: Picture, stage: Stage) -> State:
        """The state before the first step, with the targets of the first stage."""

    def enlarge(self, content: Picture, style: Picture, stage: Stage, before: State) -> State:
        """The state before the first step of a further stage; `before` ended the last one.

        A baseline that says nothing else begins every stage afresh.
        """
        del before
        return self.begin(content, style, stage)

    @abstractmethod
    def step(self, state: State) -> tuple[State, Tensor]:
        """One step, and the loss before it, a scalar."""

    @abstractmethod
    def show(self, state: State) -> Tensor:
        """The picture as the engine would save it, (1, height, width, 3), clipped or not."""


class _Clock:
    """Seconds, but for those between `pause` and `resume`."""

    def __init__(self) -> None:
        self._begun, self._paused = time.perf_counter(), 0.0

    def seconds(self) -> float:
        return time.perf_counter() - self._begun

    def pause(self) -> None:
        self._paused = time.perf_counter()

    def resume(self) -> None:
        self._begun += time.perf_counter() - self._paused


def paint(
    baseline: Baseline[State], content: Picture, style: Picture, budget: Budget | None = None
) -> Iterator[Checkpoint]:
    """Run a baseline; the last checkpoint is its result.

    Args:
        baseline: who paints.
        content: the photo at the size of the painting.
        style: the painting, at least as large as its detail is wanted.
        budget: how much of the schedule.
    """
    budget = budget or Budget()
    stages = _scaled(baseline.stages(*content.shape[:2]), budget.scale)
    marks = _marks(sum(stage.steps for stage in stages))
    clock, done = _Clock(), 0
    state: State | None = None
    for stage in stages:
        state = _entered(baseline, content, style, stage, state)
        for _ in range(stage.steps):
            state, loss = baseline.step(state)
            value, done = float(loss), done + 1
            over = clock.seconds() >= budget.seconds
            if over or done in marks:
                clock.pause()
                yield Checkpoint(
                    clock.seconds(), done, value, _shown(baseline.show(state), content)
                )
                clock.resume()
            if over:
                return


def full_seconds(baseline: Baseline[State], content: Picture, style: Picture) -> float:
    """What the whole schedule will take, from a few steps of each stage.

    It also compiles every stage's step, so that a run that follows is warm.
    """
    total, state = 0.0, None
    for stage in baseline.stages(*content.shape[:2]):
        state = _entered(baseline, content, style, stage, state)
        times = []
        for _ in range(1 + min(_TIMED, stage.steps)):
            begun = time.perf_counter()
            state, loss = baseline.step(state)
            float(loss)
            times.append(time.perf_counter() - begun)
        total += stage.steps * float(np.median(times[1:]))
    return total


def _entered(
    baseline: Baseline[State], content: Picture, style: Picture, stage: Stage, before: State | None
) -> State:
    if before is None:
        return baseline.begin(content, style, stage)
    return baseline.enlarge(content, style, stage, before)


def tensor(picture: Picture) -> Tensor:
    """A picture as a batch of one."""
    return tf.constant(picture[np.newaxis], tf.float32)


def picture(batch: Tensor) -> Picture:
    """A batch of one as a picture, clipped to [0, 1]."""
    clipped: Picture = np.clip(batch[0].numpy(), 0, 1).astype(np.float32)
    return clipped


def _shown(batch: Tensor, content: Picture) -> Picture:
    return images.resize(picture(batch), *content.shape[:2])


def _scaled(stages: Sequence[Stage], scale: float) -> list[Stage]:
    return [replace(stage, steps=max(1, round(stage.steps * scale))) for stage in stages]


def _marks(total: int) -> frozenset[int]:
    return frozenset(max(1, round(total * part)) for part in _MARKS)
