"""Looks: there and back in five characters, and never out of the engine's ranges."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.look import USUAL, Change, Look
from bot.wording import words
from nst_core.settings import Colors, Settings

looks = st.builds(
    Look,
    strength=st.integers(-3, 3),
    own_colors=st.booleans(),
    brush=st.integers(-2, 2),
    larger=st.integers(0, 3),
    attempt=st.integers(0, 35),
)
usual = st.builds(Settings, size=st.integers(32, 4096), strength=st.floats(0, 100))


@given(looks)
def test_there_and_back(look: Look) -> None:
    assert Look.from_code(look.code()) == look


@given(st.text(max_size=8))
def test_nothing_else_gets_in(text: str) -> None:
    look = Look.from_code(text)
    assert look is None or look.code() == text


@given(looks, st.sampled_from(Change), usual)
def test_every_step_is_one_that_a_button_and_the_engine_take(
    look: Look, change: Change, settings: Settings
) -> None:
    further = look.after(change)
    if further is None:
        return
    assert Look.from_code(further.code()) == further
    assert further.settings(settings, 1024).size <= max(1024, settings.size)


@pytest.mark.parametrize("change", Change)
def test_there_is_an_end_to_every_way_but_trying_again(change: Change) -> None:
    look: Look | None = USUAL
    for _ in range(40):
        look = look.after(change) if look else None
    assert (look is None) == (change is not Change.AGAIN)


def test_what_the_steps_do() -> None:
    settings = Settings(size=256)
    look = Look(strength=1, own_colors=True, brush=2, larger=1, attempt=3)
    painted = look.settings(settings, 600)
    assert (painted.strength, painted.colors, painted.size) == (65, Colors.PHOTO, 512)
    assert painted.style_scale == pytest.approx(2)
    assert painted.seed == 3
    assert USUAL.settings(settings, 600) == settings
    assert replace(look, larger=3).settings(settings, 600).size == 600
    assert USUAL.settings(settings, 64) == settings, "whatever the limit says"


def test_words_for_what_is_unusual() -> None:
    assert list(words(USUAL)) == []
    look = Look(strength=-2, own_colors=True, brush=1, larger=1, attempt=1)
    said = ["softer × 2", "your colours", "bolder brush", "2 times the size", "attempt 2"]
    assert list(words(look)) == said
