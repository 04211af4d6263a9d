"""`stylize`: the way into the engine. A photo and a style go in, a painting comes out."""

from __future__ import annotations

from collections.abc import Sequence

from nst_core.images import Picture
from nst_core.order import Order
from nst_core.result import OnEvent, Result, ShouldStop
from nst_core.settings import Quality, Settings
from nst_core.sketch import default_sketcher, sketched

__all__ = ["stylize"]


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

    Gatys, Ecker and Bethge 2016 (CVPR): the picture itself is optimised until its VGG19 features
    match the photo's content and the painting's style. A sketch takes one pass of a small network
    instead, and does not load TensorFlow. All calls share one engine: optimise in one thread at a
    time.

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
    order = Order.of(content, styles, settings, on_event, should_stop, init=init, mask=mask)
    if order.settings.quality is Quality.SKETCH:
        return sketched(default_sketcher(), order)
    from nst_core.engine import default_engine  # loads TensorFlow

    return default_engine().paint(order)
