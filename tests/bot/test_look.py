"""Looks: steps within bounds, and what they mean to the engine and to people."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.look import BRUSHES, Change, Look
from bot.names import described, title
from bot.preferences import Preferences
from bot.style import Preset
from bot.words import Language, words_in
from nst_core.settings import Colors, Quality, Settings
from nst_core.styles import Gallery

ENGLISH = words_in(Language.ENGLISH)
LARGEST = 1024
USUAL = Look.of(Settings(size=256))

looks = st.builds(
    Look,
    quality=st.sampled_from(Quality),
    size=st.integers(32, 4096),
    strength=st.floats(0, 100),
    own_colors=st.booleans(),
    brush=st.sampled_from(BRUSHES),
    attempt=st.integers(0, 35),
)


@given(looks, st.sampled_from(Change), st.integers(32, 4096))
def test_every_step_is_one_that_the_engine_takes(look: Look, change: Change, largest: int) -> None:
    further = look.after(change, largest)
    if further is None:
        return
    assert further != look
    assert further.size <= max(largest, look.size)
    assert further.settings(Settings()).size == further.size


@pytest.mark.parametrize("change", Change)
def test_there_is_an_end_to_every_way_but_trying_again(change: Change) -> None:
    look: Look | None = USUAL
    for _ in range(40):
        look = look.after(change, LARGEST) if look else None
    assert (look is None) == (change is not Change.AGAIN)


def test_what_a_look_means_to_the_engine() -> None:
    settings = Settings(size=256, steps=7)
    look = Look(quality=Quality.FINE, size=512, strength=65, own_colors=True, brush=2, attempt=3)
    painted = look.settings(settings)
    assert (painted.strength, painted.colors, painted.size) == (65, Colors.PHOTO, 512)
    assert (painted.quality, painted.seed, painted.steps) == (Quality.FINE, 3, 7)
    assert painted.style_scale == pytest.approx(2)
    assert USUAL.settings(settings) == settings
    assert look.within(300).size == 300


def test_preferences_go_before_what_the_operator_chose() -> None:
    assert Preferences().look(USUAL, LARGEST) == USUAL
    liked = Preferences(strength=80.0, own_colors=True, brush=-1, size=4096, quality=Quality.DRAFT)
    assert liked.look(USUAL, LARGEST) == Look(
        quality=Quality.DRAFT, size=LARGEST, strength=80.0, own_colors=True, brush=-1
    )
    assert Preferences(size=512).look(USUAL, 64).size == USUAL.size, "whatever the limit says"


def test_words_for_what_is_unusual() -> None:
    assert list(described(USUAL, USUAL, ENGLISH)) == []
    look = replace(USUAL, strength=35, own_colors=True, brush=2, size=512, attempt=1)
    said = ["strength 35", "your colours", "bolder brush × 2", "512 px", "attempt 2"]
    assert list(described(look, USUAL, ENGLISH)) == said
    assert "the style’s colours" in described(USUAL, look, ENGLISH)
    gallery = Gallery.load(None)
    (name, *_) = gallery.names()
    assert title(Preset(name), look, look, gallery, ENGLISH) == gallery.find(name).title
