"""``Settings``: every knob of one job, its default and its valid range, in one place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from nst_core.errors import InvalidSettings

__all__ = [
    "CONTENT_LAYERS",
    "RANGES",
    "STYLE_LAYERS",
    "VGG19_LAYERS",
    "Colors",
    "Init",
    "Optimizer",
    "Precision",
    "Quality",
    "Settings",
    "Statistic",
]


class Quality(StrEnum):
    """How long to paint: a named budget of optimisation steps, see `SCHEDULES`."""

    SKETCH = "sketch"
    """No steps: one pass of a small feed-forward network, in about a second."""

    DRAFT = "draft"
    """Few steps, to see what it will look like."""

    STANDARD = "standard"
    """About twice as long as a draft: what most pictures need."""

    FINE = "fine"
    """About twice as long again: for a picture that is to hang on a wall."""


class Init(StrEnum):
    """What the optimisation starts from.

    The palette start is the photo in the colours of the style: the optimiser is slow to bring
    colours, above all dark ones to a bright photo, and has its steps for brushwork then.
    """

    PALETTE = "palette"
    """The photo in the mean and covariance of the style's colours."""

    CONTENT = "content"
    """The photo as it is."""

    NOISE = "noise"
    """White noise, the same for the same seed: forms are free to come anew."""

    IMAGE = "image"
    """A given picture, painted on at the final size alone."""


class Statistic(StrEnum):
    """What of a layer's features is called its style."""

    WASSERSTEIN = "wasserstein"
    """Mean and covariance, the centred Gram matrix, by the 2-Wasserstein distance of two normal
    distributions; colours come truer and structure keeps more of its place."""

    GRAM = "gram"
    """The Gram matrix, which is the paper's (Gatys, Ecker and Bethge 2016)."""

    MOMENTS = "moments"
    """The Gram matrix with each channel's mean and deviation beside it."""


class Optimizer(StrEnum):
    """What moves the pixels."""

    ADAM = "adam"
    """Adam (Kingma and Ba 2015, arXiv 1412.6980) with an averaged iterate."""

    LBFGS = "lbfgs"
    """L-BFGS (Liu and Nocedal 1989). It keeps what was seen to lead down, so its last step at a
    level is only a look ahead: a level of one step changes nothing."""


class Colors(StrEnum):
    """Whose colours the painting has."""

    STYLE = "style"
    """The style's."""

    PHOTO = "photo"
    """The photo's own chroma at every pixel, under the painting's light and strokes."""


class Precision(StrEnum):
    """What the convolutions compute in; statistics and the picture are always float32."""

    AUTO = "auto"
    """Mixed where the processor or GPU multiplies bfloat16 faster, float32 elsewhere."""

    FLOAT32 = "float32"
    """Float32 throughout."""

    MIXED = "mixed"
    """Bfloat16, on any machine."""


# Style on convX_1 as in Gatys, Ecker and Bethge 2016 (CVPR), but for the fifth block: leaving it
# out saves a quarter of a step, and the pictures were no worse by any measure. Content on conv4_2
# as there, and on conv3_2, which keeps eyes and windows in their places. Each layer's loss is
# scale free by itself; the first layers have the greater weights, for their colours and grain.
# Weights by measurement: docs/engine.md.
CONTENT_LAYERS: Final[Mapping[str, float]] = MappingProxyType(
    {"block3_conv2": 0.4, "block4_conv2": 0.6}
)
"""Layers of VGG19 whose features are the photo's forms, and the weight of each."""

STYLE_LAYERS: Final[Mapping[str, float]] = MappingProxyType(
    {"block1_conv1": 0.45, "block2_conv1": 0.25, "block3_conv1": 0.15, "block4_conv1": 0.15}
)
"""Layers of VGG19 whose statistics are the style, and the weight of each."""

RANGES: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "size": (32, 4096),
        "strength": (0, 100),
        "steps": (1, 10_000),
        "seed": (0, 2**31 - 1),
        "content_weight": (0, 1000),
        "style_scale": (0.25, 4),
        "tv_weight": (0, 1e6),
        "learning_rate": (1e-5, 1.0),
        "memory": (64, 1_000_000),
        "preview_every": (0, 10_000),
    }
)
"""Inclusive bounds of every number in `Settings`, by its name."""

# Inclusive bounds of the weight of a layer or a style.
_WEIGHTS: Final = (0, 1_000_000)
_FRACTIONS: Final = frozenset(
    {"strength", "content_weight", "style_scale", "tv_weight", "learning_rate"}
)
_OPTIONAL: Final = frozenset({"steps", "memory"})
_CHOICES: Final[Mapping[str, type[StrEnum]]] = MappingProxyType(
    {
        "quality": Quality,
        "init": Init,
        "statistic": Statistic,
        "optimizer": Optimizer,
        "colors": Colors,
        "precision": Precision,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one picture is to be painted. Plain data: it may cross a process or a wire.

    Attributes:
        size: long side of the result in pixels, 32 to 4096; a smaller photo is never enlarged.
        quality: the named budget of steps.
        strength: 0 to 100: barely, to almost only style; it means the same at every size.
        steps: total optimisation steps, 1 to 10000; None takes the quality's own number.
        init: what the optimisation starts from: the photo in the style's colours, the photo as it
            is, noise, or a given picture.
        seed: of the noise, 0 to 2147483647: all of a start from noise, and a little on any other,
            none of it at 0; the same seed and settings give the same picture on one machine.
        content_layers: VGG19 layer name, such as ``block4_conv2``, to weight of its content loss,
            0 to 1000000, not all of them 0.
        style_layers: VGG19 layer name to weight of its style loss, likewise.
        style_weights: one weight a style picture, likewise; empty for equal parts.
        style_scale: size of the brush, 0.25 to 4: the style picture's scale on the canvas, above 1
            coarser; the style picture is never enlarged, so coarser needs one that is large enough.
        content_weight: factor on the content loss, 0 to 1000, for fine tuning beside `strength`.
        colors: the style's, or the photo's own, kept by its chroma.
        statistic: what is called the style of a layer.
        optimizer: what moves the pixels.
        tv_weight: weight of the total variation loss, 0 to 1000000: more is smoother.
        learning_rate: of Adam, in units of the [0, 1] pixel range, 1e-05 to 1; of L-BFGS, its first
            step.
        precision: what the convolutions compute in.
        memory: MiB that a step's feature maps may take, 64 to 1000000; None takes half of what is
            free. What does not fit is computed in strips of at least one stride of rows and their
            margins, which gives the same picture up to rounding.
        preview_every: steps between intermediate pictures, 0 to 10000; 0 for none.

    Raises:
        InvalidSettings: a value outside its range, or a layer that VGG19 does not have.
    """

    size: int = 512
    quality: Quality = Quality.STANDARD
    strength: float = 50.0
    steps: int | None = None
    init: Init = Init.PALETTE
    seed: int = 0
    content_layers: Mapping[str, float] = field(default_factory=lambda: dict(CONTENT_LAYERS))
    style_layers: Mapping[str, float] = field(default_factory=lambda: dict(STYLE_LAYERS))
    style_weights: tuple[float, ...] = ()
    style_scale: float = 1.0
    content_weight: float = 1.0
    colors: Colors = Colors.STYLE
    statistic: Statistic = Statistic.WASSERSTEIN
    optimizer: Optimizer = Optimizer.ADAM
    tv_weight: float = 0.1
    learning_rate: float = 0.03
    precision: Precision = Precision.AUTO
    memory: int | None = None
    preview_every: int = 0

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise InvalidSettings(problem)

    def _problems(self) -> Iterator[str]:
        for name, kind in _CHOICES.items():
            yield from _choice_problem(name, getattr(self, name), kind)
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if value is None and name in _OPTIONAL:
                continue
            if problem := _number_problem(value, low, high, whole=name not in _FRACTIONS):
                yield f"{name} {problem}"
        for name in ("content_layers", "style_layers"):
            yield from _layer_problems(name, getattr(self, name))
        yield from _style_problems(self.style_weights)

    @property
    def style_side(self) -> int:
        """Long side in pixels at which a style picture shows all its detail on this canvas.

        Style pictures are scaled to the canvas' area, so a panorama needs more than `size`.
        """
        return round(2 * self.size * max(1.0, self.style_scale))

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON-ready data: numbers, strings, lists and dictionaries by name."""
        # A mapping of any kind may have been given, and not every kind can be copied.
        content, style = dict(self.content_layers), dict(self.style_layers)
        return asdict(replace(self, content_layers=content, style_layers=style))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Settings:
        """The settings that `to_dict` described.

        Args:
            data: settings by name; those that are missing have their defaults.

        Raises:
            InvalidSettings: an unknown name, or a value outside its range.
        """
        known = {f.name for f in fields(cls)}
        if unknown := sorted(set(map(str, data)) - known):
            msg = f"unknown setting {unknown[0]}"
            raise InvalidSettings(msg)
        values = dict(data)
        try:
            for name in _CHOICES.keys() & values.keys():
                values[name] = _CHOICES[name](values[name])
            if "style_weights" in values:
                values["style_weights"] = tuple(values["style_weights"])
            return cls(**values)
        except (AttributeError, OverflowError, TypeError, ValueError) as error:
            raise InvalidSettings(str(error)) from error


def _choice_problem(name: str, value: object, kind: type[StrEnum]) -> Iterator[str]:
    if not isinstance(value, kind):
        # The name alone would be told that it must be itself.
        meant = f": {kind.__name__}({value!r})" if value in list(kind) else ""
        yield f"{name} must be one of {', '.join(kind)}{meant}, not {value!r}"


def _number_problem(value: object, low: float, high: float, *, whole: bool) -> str:
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        return f"must be a {'whole ' if whole else ''}number, not {value!r}"
    return "" if low <= value <= high else f"must be between {low} and {high}, not {value}"


def _style_problems(weights: object) -> Iterator[str]:
    if not isinstance(weights, tuple):
        yield f"style_weights must be a tuple, not {weights!r}"
    elif weights:
        yield from _weight_problems("style_weights", weights)


def _weight_problems(what: str, weights: Collection[float]) -> Iterator[str]:
    for weight in weights:
        if problem := _number_problem(weight, *_WEIGHTS, whole=False):
            yield f"{what}: a weight {problem}"
    if not sum(weights):
        yield f"{what}: at least one weight must be above zero"


def _layer_problems(name: str, weights: object) -> Iterator[str]:
    if not isinstance(weights, Mapping) or not weights:
        yield f"{name} must name at least one layer"
        return
    for layer in weights:
        if layer not in VGG19_LAYERS:
            yield f"{name}: VGG19 has no convolution called {layer}"
    yield from _weight_problems(name, weights.values())


VGG19_LAYERS: Final[tuple[str, ...]] = tuple(
    f"block{block}_conv{conv}"
    for block, convs in enumerate((2, 2, 4, 4, 4), start=1)
    for conv in range(1, convs + 1)
)
"""Names of VGG19's convolutions, as Keras has them, from the picture inwards."""
