"""Settings are checked where they are made, and survive a trip as plain data."""

from __future__ import annotations

import json
import math
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nst_core.errors import InvalidSettings
from nst_core.settings import (
    CONTENT_LAYERS,
    RANGES,
    STYLE_LAYERS,
    VGG19_LAYERS,
    Colors,
    Init,
    Optimizer,
    Precision,
    Quality,
    Settings,
    Statistic,
)

CHOICES: dict[str, type[StrEnum]] = {
    "quality": Quality,
    "init": Init,
    "statistic": Statistic,
    "optimizer": Optimizer,
    "colors": Colors,
    "precision": Precision,
}
OPTIONAL = {"steps", "memory"}


layers = st.dictionaries(st.sampled_from(VGG19_LAYERS), st.floats(0.1, 9), min_size=1)


@pytest.mark.parametrize("name", sorted(RANGES))
def test_bounds_are_inclusive_and_held(name: str) -> None:
    low, high = RANGES[name]
    for value in (low, high):
        assert getattr(Settings.from_dict({name: value}), name) == value
    for value in (low - 1, high + 1):
        with pytest.raises(InvalidSettings, match=f"{name} must be between"):
            Settings.from_dict({name: value})
    for wrong in (math.nan, math.inf, "5", True, [1]):
        with pytest.raises(InvalidSettings, match=f"{name} must be"):
            Settings.from_dict({name: wrong})


@pytest.mark.parametrize("name", sorted(RANGES))
def test_only_what_has_a_value_of_its_own_may_be_left_open(name: str) -> None:
    if name in OPTIONAL:
        assert getattr(Settings.from_dict({name: None}), name) is None
    else:
        with pytest.raises(InvalidSettings, match=f"{name} must be"):
            Settings.from_dict({name: None})


@pytest.mark.parametrize("name", CHOICES)
def test_choices_are_read_by_name_and_no_others(name: str) -> None:
    for choice in CHOICES[name]:
        assert getattr(Settings.from_dict({name: choice.value}), name) is choice
        with pytest.raises(InvalidSettings, match=f"{name} must be one of"):
            Settings(**{name: choice.value})
    with pytest.raises(InvalidSettings):
        Settings.from_dict({name: "other"})


def test_no_field_goes_unchecked() -> None:
    by_hand = {"content_layers", "style_layers", "style_weights"}
    assert Settings().to_dict().keys() == RANGES.keys() | CHOICES.keys() | by_hand


@pytest.mark.parametrize(
    ("size", "scale", "side"),
    [(512, 1.0, 1024), (512, 2.0, 2048), (512, 0.5, 1024), (333, 1.5, 999), (4096, 4.0, 32768)],
)
def test_a_coarser_brush_needs_a_larger_style_picture(size: int, scale: float, side: int) -> None:
    assert Settings(size=size, style_scale=scale).style_side == side


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"style_layers": {"fc7": 1.0}}, "no convolution called fc7"),
        ({"content_layers": {}}, "at least one layer"),
        ({"style_layers": {"block1_conv1": -1.0}}, "a weight must be between 0"),
        ({"content_layers": {"block1_conv1": 0.0}}, "above zero"),
        ({"style_weights": (1.0, -0.5)}, "a weight must be between 0"),
        ({"style_weights": (0.0, 0.0)}, "above zero"),
        ({"style_layers": {"block1_conv1": math.nan}}, "a weight must be between 0"),
        ({"style_layers": {"block1_conv1": "x"}}, "a weight must be a number"),
        ({"style_layers": {"block1_conv1": True}}, "a weight must be a number"),
        ({"style_layers": 3}, "at least one layer"),
        ({"content_layers": {"block1_conv1": 1e39}}, "a weight must be between 0"),
        ({"style_weights": (math.inf,)}, "a weight must be between 0"),
        ({"style_weights": (1e308, 1e308)}, "a weight must be between 0"),
        ({"style_weights": (None,)}, "a weight must be a number"),
        ({"style_weights": 3}, "must be a tuple"),
        (
            {"quality": "standard"},
            r"sketch, draft, standard, fine: Quality\('standard'\), not 'standard'",
        ),
        ({"quality": "best"}, "quality must be one of sketch, draft, standard, fine, not 'best'"),
        ({"init": "noise"}, "init must be one of palette"),
        ({"size": 33.5}, "size must be a whole number"),
        ({"size": None}, "size must be a whole number"),
        ({"steps": 2.5}, "steps must be a whole number"),
        ({"strength": None}, "strength must be a number"),
    ],
)
def test_impossible_values_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidSettings, match=message):
        Settings(**values)


def number(name: str, *, whole: bool) -> st.SearchStrategy[float]:
    low, high = RANGES[name]
    return st.integers(int(low), int(high)) if whole else st.floats(low, high)


@given(
    st.builds(
        Settings,
        size=number("size", whole=True),
        quality=st.sampled_from(Quality),
        strength=number("strength", whole=False),
        steps=st.none() | number("steps", whole=True),
        init=st.sampled_from(Init),
        seed=number("seed", whole=True),
        content_layers=layers,
        style_layers=layers,
        style_weights=st.tuples(st.floats(0.1, 9), st.floats(0, 9)),
        style_scale=number("style_scale", whole=False),
        content_weight=number("content_weight", whole=False),
        colors=st.sampled_from(Colors),
        statistic=st.sampled_from(Statistic),
        optimizer=st.sampled_from(Optimizer),
        tv_weight=number("tv_weight", whole=False),
        learning_rate=number("learning_rate", whole=False),
        precision=st.sampled_from(Precision),
        memory=st.none() | number("memory", whole=True),
        preview_every=number("preview_every", whole=True),
    )
)
def test_round_trip_through_json(settings: Settings) -> None:
    assert Settings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


def test_the_default_layers_may_be_given() -> None:
    """They are read-only mappings, which neither copy nor turn into JSON by themselves."""
    given_ = Settings(content_layers=CONTENT_LAYERS, style_layers=STYLE_LAYERS)
    assert Settings.from_dict(json.loads(json.dumps(given_.to_dict()))) == Settings()


@pytest.mark.parametrize(
    "data",
    [
        {"colour": "red"},
        {"quality": "best"},
        {"size": "large"},
        {"style_weights": ["a"]},
        {"style_weights": "12"},
        {"style_weights": None},
        {"style_weights": [10**400]},
        {"style_layers": ["block1_conv1"]},
        {"style_layers": "block1_conv1"},
        {"style_layers": {"block1_conv1": "1"}},
        {"style_layers": {"block1_conv1": 10**400}},
    ],
)
def test_foreign_data_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(InvalidSettings):
        Settings.from_dict(data)
