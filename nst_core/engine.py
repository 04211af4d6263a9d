"""`stylize`: the one way into the engine. A photo and a style go in, a painting comes out.

Gatys, Ecker and Bethge 2016 (CVPR): the picture itself is optimised until its VGG19 features match
the photo's content and the painting's style.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, TypeAlias

from nst_core import devices, images, masks, optimizers, sketch, vgg, weights
from nst_core.errors import InvalidSettings, WeightsError
from nst_core.images import Picture
from nst_core.job import Order, paint, sketched
from nst_core.losses import Moments
from nst_core.objective import Objective
from nst_core.pyramid import Level
from nst_core.recent import Recent
from nst_core.result import Note, OnEvent, Result, ShouldStop
from nst_core.settings import Init, Quality, Settings
from nst_core.sketch import Sketcher

__all__ = ["Engine", "NetworkSource", "default_engine", "stylize"]

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
        self._sketcher: Sketcher | None = None
        self.styles: Recent[tuple[Any, ...], tuple[Moments, ...]] = Recent(STYLE_CACHE)

    def warm_up(self) -> None:
        """Load the network for the default settings, so that the first job does not wait.

        Raises:
            WeightsError: the weights cannot be had.
        """
        self.objective(Settings())

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

    def sketcher(self) -> Sketcher:
        """The feed-forward network.

        Raises:
            SketchUnavailable: the packages that carry it are missing.
        """
        if self._sketcher is None:
            self._sketcher = Sketcher()
        return self._sketcher

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
        """See `stylize`."""
        settings = settings or Settings()
        _check(styles, settings, init)
        for picture in (content, *styles, init, mask):
            if picture is not None:
                _check_picture(picture)
        order = Order(
            content=content,
            styles=tuple(styles),
            settings=settings,
            on_event=on_event or (lambda _: None),
            should_stop=should_stop or (lambda: False),
            init=init,
            mask=mask,
        )
        if mask is not None:
            masks.check(masks.from_picture(mask, *order.photo.shape[:2]))
        if settings.quality is Quality.SKETCH:
            return sketched(self.sketcher(), order)
        try:
            objective = self.objective(settings)
        except WeightsError:
            if not sketch.available():
                raise
            return sketched(self.sketcher(), order, Note.NO_WEIGHTS)
        return paint(self, objective, order)

    def style_moments(
        self,
        objective: Objective,
        style: Picture,
        digest: bytes,
        level: Level,
        scale: float,
        measure: Callable[[Picture], tuple[Moments, ...]],
    ) -> tuple[Moments, ...]:
        """Moments of a style picture for a level, from the cache where they are known.

        The picture is scaled to the canvas' area times `scale`, so that its brush strokes keep
        their proportion to the canvas, and never enlarged, which would teach blurred strokes.
        """
        height, width = style.shape[:2]
        factor = min(1.0, scale * math.sqrt(level.height * level.width / (height * width)))
        size = max(1, round(height * factor)), max(1, round(width * factor))
        key = (digest, *size, objective.style_layers, objective.network.dtype)
        return self.styles.get(key, lambda: measure(images.resize(style, *size)))


def _imagenet_vgg19(layers: Sequence[str], dtype: str) -> vgg.Network:
    return vgg.build(weights.fetch(), layers, dtype)


def _check(styles: Sequence[Picture], settings: Settings, init: Picture | None) -> None:
    if not styles:
        msg = "at least one style picture is needed"
    elif settings.style_weights and len(settings.style_weights) != len(styles):
        msg = f"{len(styles)} style pictures need as many style weights"
    elif (settings.init is Init.IMAGE) != (init is not None):
        msg = "a picture to start from and the setting init=image need each other"
    else:
        return
    raise InvalidSettings(msg)


def _check_picture(picture: Picture) -> None:
    if picture.dtype != "float32" or picture.shape[2:] != (3,) or not picture.size:
        msg = "a picture must be float32 of shape (height, width, 3)"
    elif not (picture.min() >= 0 and picture.max() <= 1):
        msg = "a picture's values must be between 0 and 1"
    else:
        return
    raise InvalidSettings(msg)


@cache
def default_engine() -> Engine:
    """The process' own engine, made when it is first needed."""
    return Engine()


def stylize(
    content: Picture,
    styles: Sequence[Picture],
    settings: Settings | None = None,
    on_event: OnEvent | None = None,
    should_stop: ShouldStop | None = None,
    *,
    init: Picture | None = None,
    mask: Picture | None = None,
) -> Result:
    """Paint a photo in the style of one or more pictures.

    Args:
        content: the photo, float32 RGB in [0, 1], (height, width, 3), any size.
        styles: the style pictures, likewise; they need not have the photo's size or shape.
        settings: how to paint; the defaults of `Settings` where None.
        on_event: called in this thread after every step.
        should_stop: asked before every step; True ends the work.
        init: the picture to start from, where ``settings.init`` is ``image``.
        mask: where to paint, likewise a picture, laid over the photo: white is painted, black
            stays as it is.

    Returns:
        The painting in the photo's aspect ratio, with its losses, timings and settings; smaller
        than asked for, and with a note that says so, where memory ran out. Where VGG19's weights
        cannot be had, a sketch, with a note that says so.

    Raises:
        WeightsError: VGG19's weights cannot be had, nor can a sketch.
        SketchUnavailable: a sketch was asked for and cannot be had.
        InvalidSettings: no style, or styles and weights differ in number, or `init` is missing,
            or an array is no picture, or the mask leaves nothing to paint.
        Cancelled: `should_stop` said so.
        Diverged: the loss left the finite numbers again and again.
        OutOfMemory: not even the coarsest level fits.
    """
    return default_engine().stylize(
        content, styles, settings, on_event, should_stop, init=init, mask=mask
    )
