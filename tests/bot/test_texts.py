"""The catalogue is complete, every text can be said, and nothing that people write is markup."""

from __future__ import annotations

import re
from collections import defaultdict
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import BadRequest, NetworkError

from bot.errors import PaintingFailed, Sorry, explain, is_expected
from bot.texts import ENGLISH, Text, about, bar, say, shorten, toast
from nst_core import errors
from nst_core.errors import ImageRejected, RejectReason
from nst_core.executor.base import Failed


def values(key: Text) -> dict[str, str]:
    return {name: "&<x>" for _, name, _, _ in Formatter().parse(ENGLISH[key]) if name}


@pytest.mark.parametrize("key", Text)
def test_every_text_can_be_said(key: Text) -> None:
    said = say(key, **values(key), one_more="than needed")
    assert said
    assert "<x>" not in said
    assert len(re.findall("<b>", said)) == len(re.findall("</b>", said))
    assert len(said) <= 1024


NOTICES = [Text.ALREADY_PAINTING, Text.NOT_YOURS, Text.OLD_BUTTON, Text.STOPPING, Text.JOB_IS_OVER]


@pytest.mark.parametrize("key", NOTICES)
def test_notices_are_short_and_plain(key: Text) -> None:
    assert len(toast(key)) <= 200
    assert "<" not in toast(key)


ERRORS = [
    *(getattr(errors, name)("x") for name in errors.__all__ if name[0] not in "RI"),
    *(ImageRejected(reason, "x") for reason in RejectReason),
    errors.InvalidSettings("x"),
    Sorry(Text.NO_MEANING),
    NetworkError("x"),
    BadRequest("x"),
    LookupError("x"),
]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_every_error_has_words(error: Exception) -> None:
    assert explain(error) in {say(key) for key in Text if not values(key)}


@pytest.mark.parametrize("reason", RejectReason)
def test_a_refusal_reads_the_same_on_both_sides_of_the_door(reason: RejectReason) -> None:
    event = Failed(job="x", error="ImageRejected", reason=reason, message="x")
    assert explain(PaintingFailed(event)) == explain(ImageRejected(reason, "x"))
    assert explain(ImageRejected(reason, "x")) != say(Text.INTERNAL)
    assert is_expected(PaintingFailed(event))


def test_each_refusal_has_words_of_its_own() -> None:
    said = defaultdict(list)
    for reason in RejectReason:
        said[explain(ImageRejected(reason, "x"))].append(reason)
    assert len(said) == len(RejectReason)


def test_each_lack_of_the_machine_has_words_of_its_own() -> None:
    lacks = (errors.WeightsError("x"), errors.SketchUnavailable("x"), errors.OutOfMemory("x"))
    said = {explain(lack) for lack in lacks} - {say(Text.INTERNAL)}
    assert len(said) == len(lacks)


def test_what_is_news_for_the_log() -> None:
    assert is_expected(Sorry(Text.VIDEO))
    assert not is_expected(LookupError())
    assert not is_expected(PaintingFailed(Failed(job="x", error="InternalError", message="x")))


@given(st.text(), st.integers(1, 60))
def test_shorten(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert len(short.splitlines()) <= 1


@given(st.floats(-1, 2))
def test_bar(share: float) -> None:
    assert len(bar(share)) == 12
    assert bar(share) == "".join(sorted(bar(share)))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "1 s"), (1.4, "1 s"), (119, "119 s"), (121, "2 min"), (3000, "50 min")],
)
def test_about(seconds: float, words: str) -> None:
    assert about(seconds) == words
