"""Making an engine ready for many jobs, also where its weights cannot be had."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from nst_core.errors import SketchUnavailable, WeightsError
from nst_core.sketch import default_sketcher

if TYPE_CHECKING:
    from nst_core.engine import Engine

__all__ = ["default_engine", "warm_up"]

_LOG = logging.getLogger(__name__)


def default_engine() -> Engine:
    """An engine over VGG19 that outlives a failed download of its weights."""
    from nst_core.engine import Engine  # loads TensorFlow
    from nst_core.executor.patience import Patience

    return Engine(Patience())


def warm_up(engine: Engine) -> None:
    """Load the network, or make ready for sketches where its weights cannot be had.

    Raises:
        WeightsError: nothing can be painted; the sketch's own error would lead people astray.
    """
    try:
        engine.warm_up()
    except WeightsError as error:
        try:
            default_sketcher()
        except SketchUnavailable:
            raise error from None
        _LOG.warning("Photos become sketches, not paintings, until there are weights. %s", error)
