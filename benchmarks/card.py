"""The evaluation card: how good a painting is, by what no engine here has optimised.

Two judges look, since a painting looks better to the network that it was optimised on: VGG19 with
its max pools, and with average pools in their place. Their distances are averaged. Style is judged
at layers that nobody optimises and at two scales, content at one usual layer and a held-out one.
Both are in proportion to anchors: the photo itself has content 0 and style 1, the painting itself
content 1 and about style 0. The product has the form of ArtFID (Wright and Ommer 2022, arXiv
2207.12280): photo and painting get about 2, and only what is near both of them gets less.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import tensorflow as tf

from benchmarks import measures
from benchmarks.measures import Cloud
from benchmarks.network import Kernels, Network, Pool
from nst_core import images
from nst_core.images import Picture
from nst_core.vgg import preprocess

__all__ = ["VERSION", "Card", "Examiner", "Judge", "judges"]

VERSION: Final = 1
"""Cards of different versions must not be compared: results of an older one are made anew."""

Maps: TypeAlias = dict[str, np.ndarray]
"""Feature maps, (height, width, channels), by layer."""

STYLE_LAYERS: Final = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3")
CONTENT_LAYERS: Final = ("block4_conv2", "block3_conv3")
_SCALES: Final = (1.0, 0.5)


@dataclass(frozen=True, slots=True)
class Card:
    """One painting's marks. Lower is better where nothing else is said.

    Attributes:
        product: (1 + content) · (1 + style); photo and painting have about 2.
        content: distance to the photo, 1 where the painting itself is.
        style: distance to the painting, 1 where the photo itself is.
        content_layers: `content` of each of `CONTENT_LAYERS`.
        style_layers: distance at each of `STYLE_LAYERS` at full scale, in parts of the spread.
        selfsimilarity: how differently it resembles itself than the photo does.
        color: sliced distance of its colours to the painting's, in [0, 1].
        ssim: structural similarity to the photo; higher is nearer.
        gradients: correlation of edges with the photo's; higher is nearer.
        grain: energy of the finest band over the painting's own at the same scale; 1 is best.
        grain2: the same an octave coarser.
        border: energy of fine grain along the edge over that inside; see the anchors' own.
        clipped: share of values at 0 or 1; see the anchors' own.
        nan: number of values that are not finite.
    """

    product: float
    content: float
    style: float
    content_layers: tuple[float, ...]
    style_layers: tuple[float, ...]
    selfsimilarity: float
    color: float
    ssim: float
    gradients: float
    grain: float
    grain2: float
    border: float
    clipped: float
    nan: int

    def to_dict(self) -> dict[str, Any]:
        """The card as JSON-ready data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Card:
        """The card that `to_dict` described."""
        layers = {name: tuple(data[name]) for name in ("content_layers", "style_layers")}
        return cls(**{**data, **layers})


class Judge:
    """One network that looks at pictures.

    Args:
        kernels: of VGG19.
        pool: its pools.
    """

    def __init__(self, kernels: Kernels, pool: Pool) -> None:
        self._network = Network(kernels, pool=pool)
        self._look = tf.function(self._features, reduce_retracing=True)

    def __call__(self, picture: Picture) -> Maps:
        """Feature maps of a picture, (height, width, channels), by layer."""
        maps = self._look(tf.constant(picture[np.newaxis], tf.float32))
        return {name: features[0].numpy() for name, features in maps.items()}

    def _features(self, rgb: Any) -> dict[str, Any]:
        return self._network.features(preprocess(rgb), (*STYLE_LAYERS, *CONTENT_LAYERS))


def judges(kernels: Kernels) -> tuple[Judge, ...]:
    """The two judges of the card."""
    return tuple(Judge(kernels, pool) for pool in Pool)


class Examiner:
    """Marks paintings of one photo in one style.

    Args:
        looks: the judges.
        content: the photo at the size of the paintings, RGB in [0, 1], (height, width, 3).
        style: the painting, any size.
    """

    def __init__(self, looks: Sequence[Judge], content: Picture, style: Picture) -> None:
        self.content, self.style = _eight_bit(content), _eight_bit(style)
        self._strokes = measures.grain(at_scale_of(self.style, self.content))
        self._opinions = [_Opinion(judge, self.content, self.style) for judge in looks]

    def card(self, picture: Picture) -> Card:
        """The marks of a painting, float RGB in [0, 1], of the photo's shape."""
        nan = int(np.size(picture) - np.isfinite(picture).sum())
        shown = _eight_bit(np.nan_to_num(picture, nan=0.0, posinf=1.0, neginf=0.0))
        marks = [opinion.marks(shown) for opinion in self._opinions]
        content = _mean([mark.content for mark in marks])
        style = _mean([mark.style for mark in marks])
        grain, grain2 = np.divide(measures.grain(shown), np.maximum(self._strokes, 1e-12))
        return Card(
            product=(1 + content) * (1 + style),
            content=content,
            style=style,
            content_layers=_means([mark.content_layers for mark in marks]),
            style_layers=_means([mark.style_layers for mark in marks]),
            selfsimilarity=_mean([mark.selfsimilarity for mark in marks]),
            color=measures.palette(shown, self.style),
            ssim=measures.ssim(shown, self.content),
            gradients=measures.gradients(shown, self.content),
            grain=float(grain),
            grain2=float(grain2),
            border=measures.border(shown),
            clipped=measures.clipped(shown),
            nan=nan,
        )

    def anchors(self) -> dict[str, Card]:
        """The marks of the photo and of the painting themselves, which no engine must resemble."""
        height, width = self.content.shape[:2]
        painting = images.resize(self.style, height, width)
        return {"photo": self.card(self.content), "painting": self.card(painting)}


@dataclass(frozen=True, slots=True)
class _Marks:
    """What one judge says; the names are those of `Card`."""

    content: float
    style: float
    content_layers: list[float]
    style_layers: list[float]
    selfsimilarity: float


class _Opinion:
    """What one judge has to say about paintings of one photo in one style."""

    def __init__(self, judge: Judge, content: Picture, style: Picture) -> None:
        self._judge = judge
        self._content = judge(content)
        strokes = at_scale_of(style, content)
        self._clouds = [_clouds(judge(_scaled(strokes, scale))) for scale in _SCALES]
        self._units = (1.0, 1.0)
        painting = _eight_bit(images.resize(style, *content.shape[:2]))
        self._units = (
            max(self.marks(painting).content, 1e-12),
            max(self.marks(content).style, 1e-12),
        )

    def marks(self, picture: Picture) -> _Marks:
        maps = [self._judge(_scaled(picture, scale)) for scale in _SCALES]
        styles = [self._style(*pair) for pair in zip(maps, self._clouds, strict=True)]
        pairs = [(maps[0][name], self._content[name]) for name in CONTENT_LAYERS]
        contents = [measures.cosine(*pair) for pair in pairs]
        return _Marks(
            content=_mean(contents) / self._units[0],
            style=float(np.mean(styles)) / self._units[1],
            content_layers=contents,
            style_layers=styles[0],
            selfsimilarity=_mean([measures.selfsimilarity(*pair) for pair in pairs]),
        )

    def _style(self, maps: Maps, clouds: Mapping[str, Cloud]) -> list[float]:
        return [
            Cloud.of(maps[name]).distance(cloud) / max(float(np.trace(cloud.covariance)), 1e-12)
            for name, cloud in clouds.items()
        ]


def _clouds(maps: Maps) -> dict[str, Cloud]:
    return {name: Cloud.of(maps[name]) for name in STYLE_LAYERS}


def at_scale_of(style: Picture, content: Picture) -> Picture:
    """The painting scaled to the photo's area, its shape kept, and never enlarged."""
    height, width = style.shape[:2]
    pixels = content.shape[0] * content.shape[1]
    return _scaled(style, min(1.0, math.sqrt(pixels / (height * width))))


def _scaled(picture: Picture, scale: float) -> Picture:
    height, width = picture.shape[:2]
    return images.resize(picture, max(1, round(height * scale)), max(1, round(width * scale)))


def _eight_bit(picture: Picture) -> Picture:
    """As the person gets it: rounded to 256 steps."""
    return images.from_pil(images.to_pil(picture))


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def _means(rows: Sequence[Sequence[float]]) -> tuple[float, ...]:
    return tuple(map(float, np.mean(rows, axis=0)))
