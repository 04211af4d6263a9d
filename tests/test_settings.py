"""Settings are checked where they are made, and survive a trip as plain data."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nst_core.errors import InvalidSettings
from nst_core.settings import RANGES, Init, Quality, Settings


@pytest.mark.parametrize("name", sorted(RANGES))
def test_bounds_are_inclusive_and_held(name: str) -> None:
    low, high = RANGES[name]
    for value in (low, high):
        assert getattr(Settings.from_dict({name: value}), name) == value
    for value in (low - 1, high + 1):
        with pytest.raises(InvalidSettings, match=f"{name} must be between"):
            Settings.from_dict({name: value})
    for wrong in (math.nan, "5", True, [1]):
        with pytest.raises(InvalidSettings, match=f"{name} must be"):
            Settings.from_dict({name: wrong})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"style_layers": {"fc7": 1.0}}, "no convolution called fc7"),
        ({"content_layers": {}}, "at least one layer"),
        ({"style_layers": {"block1_conv1": -1.0}}, "must not be negative"),
        ({"content_layers": {"block1_conv1": 0.0}}, "above zero"),
        ({"style_weights": (1.0, -0.5)}, "must not be negative"),
        ({"style_weights": (0.0, 0.0)}, "above zero"),
        ({"quality": "standard"}, "quality must be one of draft"),
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


@given(
    st.builds(
        Settings,
        size=st.integers(32, 4096),
        quality=st.sampled_from(Quality),
        strength=st.floats(0, 100),
        steps=st.none() | st.integers(1, 10_000),
        init=st.sampled_from(Init),
        style_weights=st.tuples(st.floats(0.1, 9), st.floats(0, 9)),
    )
)
def test_round_trip_through_json(settings: Settings) -> None:
    assert Settings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


@pytest.mark.parametrize(
    "data",
    [
        {"colour": "red"},
        {"quality": "best"},
        {"size": "large"},
        {"style_weights": ["a"]},
        {"style_weights": "12"},
    ],
)
def test_foreign_data_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(InvalidSettings):
        Settings.from_dict(data)
