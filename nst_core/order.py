"""`Order`: what a caller asked for, checked; the same for a painting and for a sketch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nst_core import images, masks
from nst_core.color import Palette, recolored, with_chroma
from nst_core.errors import InvalidSettings
from nst_core.images import Picture
from nst_core.masks import Mask
from nst_core.result import OnEvent, ShouldStop
from nst_core.settings import Colors, Init, Settings

__all__ = ["Order"]


@dataclass(frozen=True, kw_only=True)
class Order:
    """The arguments of `nst_core.stylize`; see there for what they mean."""

    content: Picture
    styles: tuple[Picture, ...]
    settings: Settings
    on_event: OnEvent
    should_stop: ShouldStop
    init: Picture | None = None
    mask: Picture | None = None
    _frames: dict[tuple[int, ...], tuple[Picture, Mask | None]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        content: Picture,
        styles: Sequence[Picture],
        settings: Settings | None = None,
        on_event: OnEvent | None = None,
        should_stop: ShouldStop | None = None,
        *,
        init: Picture | None = None,
        mask: Picture | None = None,
    ) -> Order:
        """The order of these arguments.

        Raises:
            InvalidSettings: they do not fit each other, or an array is no picture.
        """
        settings = settings or Settings()
        _check(styles, settings, init)
        for picture in (content, *styles, init, mask):
            if picture is not None:
                _check_picture(picture)
        order = cls(
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
        return order

    @property
    def photo(self) -> Picture:
        """The photo at the size of the result."""
        width, height = images.fit(
            (self.content.shape[1], self.content.shape[0]), self.settings.size
        )
        return images.resize(self.content, height, width)

    def style_pictures(self) -> list[Picture]:
        """The style pictures, in the photo's colours where those are to be kept."""
        if self.settings.colors is Colors.STYLE:
            return list(self.styles)
        palette = Palette.of(self.photo)
        return [recolored(style, palette) for style in self.styles]

    def finished(self, painting: Picture) -> Picture:
        """A painting, given the photo's colours and laid under the mask as asked for."""
        photo, mask = self._frame(*painting.shape[:2])
        if self.settings.colors is Colors.PHOTO:
            painting = with_chroma(painting, photo)
        return painting if mask is None else masks.blended(painting, photo, mask)

    def _frame(self, height: int, width: int) -> tuple[Picture, Mask | None]:
        """Photo and mask of that size: previews ask for the same few again and again."""
        size = (height, width)
        if size not in self._frames:
            given = self.mask
            mask = None if given is None else masks.feathered(masks.from_picture(given, *size))
            self._frames[size] = images.resize(self.content, *size), mask
        return self._frames[size]


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
