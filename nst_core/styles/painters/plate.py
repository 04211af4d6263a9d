"""A plate for cut and drawn work: crisp shapes and lines at twice the final size."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw

from nst_core.styles.painters.canvas import (
    Floats,
    Plane,
    Sheet,
    Size,
    bytes_of,
    fit,
    mix,
    rgb,
    to_image,
    to_plane,
    to_sheet,
)
from nst_core.styles.painters.strokes import normals, ribbon

__all__ = ["Plate", "arc", "swell"]


class Plate:
    """A picture drawn in units of the long side, smoothed when it is finished."""

    def __init__(self, size: Size, ground: Floats) -> None:
        self.final = size
        self.size = (size[0] * 2, size[1] * 2)
        self.unit = float(max(self.size))
        self.bottom = size[1] / max(size)
        self.right = size[0] / max(size)
        self.image = Image.new("RGB", self.size, rgb(ground))
        self._draw = ImageDraw.Draw(self.image)

    def shape(self, outline: Floats, tint: Floats) -> None:
        """Fill a polygon ``(n, 2)``."""
        self._draw.polygon((outline * self.unit).ravel().tolist(), fill=rgb(tint))

    def stroke(self, path: Floats, tint: Floats, width: float | Floats) -> None:
        """Draw a path whose width may change along it: cut or brushed lines."""
        wide = np.broadcast_to(np.asarray(width, np.float32), (len(path),)) * self.unit
        self._draw.polygon(ribbon(path * self.unit, wide), fill=rgb(tint))

    def strokes(self, paths: Floats, tints: Floats, widths: Floats) -> None:
        """Draw many paths ``(n, k, 2)`` with tints ``(n, 3)`` and widths ``(n, k)``."""
        sides = normals(paths) * (widths[..., None] / 2)
        outlines = np.concatenate([paths + sides, (paths - sides)[:, ::-1]], axis=1) * self.unit
        fills = bytes_of(tints[:, None])
        rows = outlines.reshape(len(paths), -1).tolist()
        for outline, (fill,) in zip(rows, fills, strict=True):
            self._draw.polygon(outline, fill)

    def spots(self, places: Floats, radii: Floats, tints: Floats) -> None:
        """Fill circles, each with its own tint ``(n, 3)``."""
        fills = bytes_of(tints[:, None])
        middles, reaches = (places * self.unit).tolist(), (radii * self.unit).tolist()
        for middle, reach, (fill,) in zip(middles, reaches, fills, strict=True):
            self._draw.circle(middle, reach, fill)

    def line(self, path: Floats, tint: Floats, width: float) -> None:
        """Draw a line of even width."""
        thick = max(1, round(width * self.unit))
        self._draw.line((path * self.unit).ravel().tolist(), rgb(tint), thick, joint="curve")

    def dots(self, places: Iterable[Floats], radii: Iterable[float], tint: Floats) -> None:
        """Fill circles."""
        colour = rgb(tint)
        for (x, y), radius in zip(places, radii, strict=True):
            self._draw.circle((x * self.unit, y * self.unit), radius * self.unit, fill=colour)

    def mask(self, outline: Floats) -> Plane:
        """Return the mask of a polygon at the plate's working size."""
        image = Image.new("L", self.size, 0)
        ImageDraw.Draw(image).polygon((outline * self.unit).ravel().tolist(), fill=255)
        return to_plane(image)

    def blend(self, box: tuple[slice, slice], tint: Floats, amount: Plane) -> None:
        """Blend a tint into some rows and columns by a plane of amounts of their shape."""
        rows, columns = box
        place = (columns.start, rows.start)
        part = self.image.crop((*place, columns.stop, rows.stop))
        self.image.paste(to_image(mix(to_sheet(part), tint, amount)), place)

    @property
    def sheet(self) -> Sheet:
        """What is drawn so far, as a sheet at the working size."""
        return to_sheet(self.image)

    @sheet.setter
    def sheet(self, value: Sheet) -> None:
        self.image = to_image(value)
        self._draw = ImageDraw.Draw(self.image)

    def finish(self) -> Image.Image:
        """Return the picture at its own size."""
        return fit(self.image, self.final)


def arc(
    centre: tuple[float, float], radius: float, start: float, end: float, count: int = 40
) -> Floats:
    """Return an arc of a circle as a path; angles in radians, clockwise from the right."""
    turn = np.linspace(start, end, count)
    points = np.stack([np.cos(turn), np.sin(turn)], -1) * radius + np.array(centre)
    return np.asarray(points, np.float32)


def swell(count: int, width: float, power: float = 1.0) -> Floats:
    """Return widths that swell from nothing to ``width`` and back along a stroke."""
    t = np.linspace(0, np.pi, count)
    return np.asarray(width * np.maximum(np.sin(t), 0.02) ** power, np.float32)
