"""Pictures and styles: what a person may name to paint, and to paint it in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

__all__ = ["Mix", "Part", "Picture", "Preset", "Style", "blended", "loose", "mixed", "parts_of"]

_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that lies at Telegram or somewhere on the web.

    Attributes:
        file_id: what to download it by; for a link its address.
        message: the message that brought it, for answers to point at; 0 where there is none.
        as_file: it came uncompressed, so the answer goes out uncompressed too.
        unique: what Telegram calls it for ever, unlike `file_id`; empty where it is not known.
        is_link: it lies on the web.
    """

    file_id: str
    message: int
    as_file: bool = False
    unique: str = ""
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class Preset:
    """A style of the gallery, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """One style of a mix and its share in percent."""

    style: Preset | Picture
    share: int


@dataclass(frozen=True, slots=True)
class Mix:
    """Several styles at once; the shares add up to 100."""

    parts: tuple[Part, ...]


Style: TypeAlias = Preset | Picture | Mix


def loose(picture: Picture) -> Picture:
    """The picture without its message: elsewhere that number means another one."""
    return replace(picture, message=0)


def blended(styles: Sequence[tuple[Preset | Picture, float]]) -> Style:
    """Styles with their weights as one; a style that comes twice counts twice.

    Raises:
        ValueError: the weights are not all above zero, or there are none.
    """
    weights: dict[Preset | Picture, float] = {}
    for style, weight in styles:
        weights[style] = weights.get(style, 0.0) + weight
    total = sum(weights.values())
    if not weights or min(weights.values()) <= 0:
        msg = "a mix needs styles, and weights above zero"
        raise ValueError(msg)
    if len(weights) == 1:
        return next(iter(weights))
    shares = _whole_shares([_WHOLE * weight / total for weight in weights.values()])
    return Mix(tuple(map(Part, weights, shares)))


def _whole_shares(shares: list[float]) -> list[int]:
    """Whole percents, none of them 0, that add up to 100."""
    whole = [max(1, int(share)) for share in shares]
    while (missing := _WHOLE - sum(whole)) != 0:
        # To whom it is owed most, or from whom there is most to take.
        owed = [share - got for share, got in zip(shares, whole, strict=True)]
        at = owed.index(max(owed)) if missing > 0 else whole.index(max(whole))
        whole[at] += 1 if missing > 0 else -1
    return whole


def mixed(first: Style | None, second: Style) -> Style:
    """Half of each; the second alone where there is no first."""
    if first is None:
        return second
    halves = [(part, 0.5 * share) for style in (first, second) for part, share in parts_of(style)]
    return blended(halves)


def parts_of(style: Style) -> list[tuple[Preset | Picture, int]]:
    """The styles that it is made of, with their shares in percent."""
    if isinstance(style, Mix):
        return [(part.style, part.share) for part in style.parts]
    return [(style, _WHOLE)]
