"""What buttons carry: there and back in 64 bytes, and nothing else gets in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.callbacks import (
    MAX_BYTES,
    Aid,
    CallbackData,
    CancelJob,
    ChooseAid,
    Demand,
    HandleBroadcast,
    MakeDemand,
    PaintAgain,
    PickOwn,
    PickStyle,
    Set,
    TurnPage,
    decode,
    encode,
)
from bot.look import Change
from bot.mixing import Shift

names = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1, max_size=32)
# Telegram promises that a user's id has at most 52 significant bits.
owners = st.none() | st.integers(1, 2**52 - 1)
jobs = st.text("0123456789abcdef", min_size=8, max_size=32)
numbers = st.integers(0, 999_999_999)
fields = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
values = st.text("abcdefghijklmnopqrstuvwxyz0123456789.-", max_size=12)
data = (
    st.builds(PickStyle, names, owners)
    | st.builds(TurnPage, numbers, owners)
    | st.builds(PickOwn, numbers, owners)
    | st.builds(ChooseAid, st.sampled_from(Aid), owners)
    | st.builds(Set, fields, values, owners)
    | st.builds(CancelJob, jobs)
    | st.builds(PaintAgain, jobs, st.sampled_from(Change) | st.sampled_from(Shift))
    | st.builds(MakeDemand, jobs, st.sampled_from(Demand))
    | st.builds(HandleBroadcast, jobs, st.booleans())
)


@given(data)
def test_there_and_back(value: CallbackData) -> None:
    text = encode(value)
    assert len(text.encode()) <= MAX_BYTES
    assert decode(text) == value


def test_the_longest_fits() -> None:
    assert len(encode(PickStyle("x" * 32, 2**52 - 1)).encode()) <= MAX_BYTES


@given(st.text(max_size=80))
def test_nothing_else_gets_in(text: str) -> None:
    value = decode(text)
    assert value is None or encode(value) == text


@given(data, st.text(min_size=1, max_size=5))
def test_a_tail_is_noticed(value: CallbackData, tail: str) -> None:
    found = decode(encode(value) + tail)
    assert found != value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1:s",
        "1:s::",
        "1:s:0:mosaic",
        "1:s:b:",
        "1:s:B:mosaic",
        "2:s::mosaic",
        "0:s::mosaic",
        "1:c:",
        "1:c:zz",
        "1:c:ABCDEF01",
        "1:c:0123456789abcdef:stronger",
        "1:p:0123456789abcdef",
        "1:p:0123456789abcdef:prettier",
        "1:d:0123456789abcdef:stronger",
        "1:x:mosaic",
        "1:s::two words",
        "1:g::-1",
        "1:g::01",
        "1:w::x",
        "1:a::first",
        "1:t::size:",
        "1:t::size:5:1",
        "s:mosaic",
        "1:s::" + "x" * 60,
    ],
)
def test_forged(text: str) -> None:
    assert decode(text) is None


@pytest.mark.parametrize(
    "value",
    [
        PickStyle(""),
        PickStyle("a:b"),
        PickStyle("é" * 32),
        PickStyle("x", -1),
        CancelJob(""),
        TurnPage(-1),
        Set("Size"),
        PaintAgain("no job", Change.AGAIN),
    ],
)
def test_what_cannot_be_carried_is_refused(value: CallbackData) -> None:
    with pytest.raises(ValueError, match=re.escape("no button can carry")):
        encode(value)
