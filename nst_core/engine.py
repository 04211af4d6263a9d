"""`Engine`: a network, its compiled steps and what is known of styles, kept between jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

from nst_core import devices, optimizers, vgg, weights
from nst_core.errors import SketchUnavailable, WeightsError
from nst_core.images import Picture
from nst_core.job import StyleCache, paint
from nst_core.objective import Objective
from nst_core.order import Order
from nst_core.recent import Recent
from nst_core.result import Note, OnEvent, Result, ShouldStop
from nst_core.settings import Quality, Settings
from nst_core.sketch import Sketcher, default_sketcher, sketched

__all__ = ["Engine", "NetworkSource", "default_engine"]

Tensor: TypeAlias = Any  # tensorflow ships no types
NetworkSource: TypeAlias = Callable[[Sequence[str], str], vgg.Network]

STYLE_CACHE: Final = 64
OBJECTIVE_CACHE: Final = 4


class Engine:
    """A loaded network with its compiled steps, kept warm between jobs.

    Not for several threads at once: one engine, one compute thread.

    Args:
        network: gives the network for a set of layer names and what it computes in; VGG19 unless
            a test injects another.

    Attributes:
        styles: moments of the style pictures used last.
    """

    def __init__(self, network: NetworkSource | None = None) -> None:
        devices.prepare()
        self._network = network or _imagenet_vgg19
        self._objectives: Recent[tuple[Any, ...], Objective] = Recent(OBJECTIVE_CACHE)
        self.styles: StyleCache = Recent(STYLE_CACHE)

    def warm_up(self) -> None:
        """Load the network for the default settings, so that the first job does not wait.

        Raises:
            WeightsError: the weights cannot be had.
        """
        self.objective(Settings())

    def rehearsal(self) -> Iterator[Callable[[], object]]:
        """What the first job would have to wait for, in parts, for times when there is none.

        Only after `warm_up`; nothing where that found no weights.
        """
        for objective in self._objectives.values():
            yield from objective.rehearsal()

    def objective(self, settings: Settings) -> Objective:
        """The compiled objective for what the settings compare, and how.

        Raises:
            WeightsError: the weights cannot be had.
        """
        content, style = tuple(settings.content_layers), tuple(settings.style_layers)
        dtype = devices.compute_type(settings.precision)
        key = (content, style, settings.statistic, settings.optimizer, dtype)

        def make() -> Objective:
            network = self._network(tuple(dict.fromkeys((*content, *style))), dtype)
            method = optimizers.of(settings.optimizer)
            return Objective(network, content, style, settings.statistic, method)

        return self._objectives.get(key, make)

    def stylize(
        self,
        content: Picture,
        styles: Sequence[Picture],
        settings: Settings | None = None,
        on_event: OnEvent | None = None,
        should_stop: ShouldStop | None = None,
        *,
        init: Picture | None = None,
        mask: Picture | None = None,
    ) -> Result:
        """See `nst_core.stylize`."""
        order = Order.of(content, styles, settings, on_event, should_stop, init=init, mask=mask)
        return self.paint(order)

    def paint(self, order: Order) -> Result:
        """What was ordered; see `nst_core.stylize`."""
        if order.settings.quality is Quality.SKETCH:
            return sketched(default_sketcher(), order)
        try:
            objective = self.objective(order.settings)
        except WeightsError as error:
            return sketched(_sketcher_for_want_of(error), order, Note.NO_WEIGHTS)
        return paint(objective, order, self.styles)


def _sketcher_for_want_of(error: WeightsError) -> Sketcher:
    """What paints where the weights cannot be had.

    Raises:
        WeightsError: nothing does; the sketch's own error would lead people astray.
    """
    try:
        return default_sketcher()
    except SketchUnavailable:
        raise error from None


def _imagenet_vgg19(layers: Sequence[str], dtype: str) -> vgg.Network:
    return vgg.build(weights.fetch(), layers, dtype)


@cache
def default_engine() -> Engine:
    """The process' own engine, made when it is first needed."""
    return Engine()
