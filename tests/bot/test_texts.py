"""The catalogues are complete, every text can be said, and nothing that people write is markup."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from string import Formatter

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import BadRequest, NetworkError

from bot.errors import LinkReason, LinkRefused, PaintingFailed, Sorry, explain, is_expected
from bot.texts import Text, bar, shorten
from bot.words import Form, Language, catalogue, language_of, titles, words_in
from nst_core import errors
from nst_core.errors import ImageRejected, RejectReason
from nst_core.executor.base import Failed
from nst_core.styles import Gallery
from nst_core.styles.famous import read_works

ENGLISH = words_in(Language.ENGLISH)
PRESETS = {style.title for style in Gallery.load(None)}
FAMOUS = {work.title for work in read_works()}
languages = pytest.mark.parametrize("language", Language)


def forms(form: Form) -> Iterator[str]:
    yield from (form,) if isinstance(form, str) else form.values()


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def values(key: Text) -> dict[str, object]:
    named = set[str]().union(*map(placeholders, forms(catalogue(Language.ENGLISH)[key])))
    return dict.fromkeys(named, "&<x>") | {"count": 3}


@languages
def test_a_catalogue_has_every_text_and_no_other(language: Language) -> None:
    assert set(catalogue(language)) == set(Text)


# One test a language for all texts: a test for each would cost more than what it looks at.


@languages
def test_every_text_can_be_said(language: Language) -> None:
    for key in Text:
        said = words_in(language).say(key, **values(key), one_more="than needed")
        assert said.strip() == said, key
        assert "<x>" not in said, key
        assert "{" not in said, key
        for tag in ("b", "code"):
            opened, closed = (re.findall(f"<{slash}{tag}>", said) for slash in ("", "/"))
            assert len(opened) == len(closed), key
        assert len(said) <= (4096 if key in {Text.HELP, Text.PRIVACY} else 1024), key


@languages
def test_every_language_says_the_same_things(language: Language) -> None:
    for key in Text:
        english, form = catalogue(Language.ENGLISH)[key], catalogue(language)[key]
        known = set(values(key)) - {"count"}
        assert isinstance(english, str) == isinstance(form, str), key
        for said in forms(form):
            assert placeholders(said) - {"count"} == known, key
        if isinstance(english, str):
            assert isinstance(form, str)
            commands = re.findall(r"/[a-z]+", re.sub(r"</|https?://\S+", "", english))
            assert [word for word in commands if word not in form] == [], key


@languages
def test_plural_forms_are_those_of_the_language(language: Language) -> None:
    rule = Locale(language.value).plural_form
    needed = {rule(number) for number in range(1, 101)} | {"other"}
    for form in catalogue(language).values():
        if not isinstance(form, str):
            assert set(form) == needed


@languages
def test_a_form_for_many_numbers_says_which(language: Language) -> None:
    rule = Locale(language.value).plural_form
    for form in catalogue(language).values():
        for category, text in {} if isinstance(form, str) else form.items():
            meant = [number for number in range(1, 101) if rule(number) == category]
            assert "{count}" in text or len(meant) <= 1


@languages
def test_presets_are_called_by_names_of_the_language(language: Language) -> None:
    names = titles(language)
    assert set(names) == (set() if language is Language.ENGLISH else PRESETS | FAMOUS)
    assert len(set(names.values())) == len(names)
    assert all(0 < len(name) <= (30 if title in FAMOUS else 22) for title, name in names.items())


NOTICES = [
    Text.ALREADY_PAINTING,
    Text.NOT_YOURS,
    Text.OLD_BUTTON,
    Text.STOPPING,
    Text.JOB_IS_OVER,
    Text.FORGOTTEN_PHOTO,
    Text.STYLE_GONE,
    Text.NO_LAST_STYLE,
    Text.NO_OWN_STYLES,
    Text.PAINTED_ANEW,
    Text.SAVED,
    Text.TOO_MANY_JOBS,
    Text.ALBUM_STYLES,
]


@languages
@pytest.mark.parametrize("key", NOTICES)
def test_notices_are_short_and_plain(language: Language, key: Text) -> None:
    said = words_in(language).plain(key, count=3)
    assert len(said) <= 200
    assert "<" not in said


@languages
def test_what_telegram_has_little_room_for_is_short(language: Language) -> None:
    rooms = {"button_": 24, "command_": 60, "about": 512, "about_short": 120}
    for key in Text:
        for start, room in rooms.items():
            if key.startswith(start):
                assert len(words_in(language).plain(key, **values(key))) <= room


@languages
def test_the_button_that_a_text_names_is_called_so(language: Language) -> None:
    words = words_in(language)
    assert words.plain(Text.BUTTON_OTHER_STYLE) in words.plain(Text.STYLE_GONE)


@languages
def test_what_a_caption_may_call_a_picture_is_never_both(language: Language) -> None:
    words = words_in(language)
    content, style = (
        set(words.plain(key).casefold().split("|"))
        for key in (Text.WORDS_CONTENT, Text.WORDS_STYLE)
    )
    for other in map(words_in, Language):
        assert not content & set(other.plain(Text.WORDS_STYLE).casefold().split("|"))
    assert content
    assert style


ERRORS = [
    *(getattr(errors, name)("x") for name in errors.__all__ if name[0] not in "RI"),
    *(ImageRejected(reason, "x") for reason in RejectReason),
    *map(LinkRefused, LinkReason),
    errors.InvalidSettings("x"),
    Sorry(Text.NO_MEANING),
    NetworkError("x"),
    BadRequest("x"),
    LookupError("x"),
]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_every_error_has_words(error: Exception) -> None:
    plain = {key for key in Text if set(values(key)) == {"count"}}
    assert explain(error, ENGLISH) in {ENGLISH.say(key, count=2) for key in plain}


@pytest.mark.parametrize("reason", RejectReason)
def test_a_refusal_reads_the_same_on_both_sides_of_the_door(reason: RejectReason) -> None:
    event = Failed(job="x", error="ImageRejected", reason=reason, message="x")
    told = explain(ImageRejected(reason, "x"), ENGLISH)
    assert explain(PaintingFailed(event), ENGLISH) == told
    assert told != ENGLISH.say(Text.INTERNAL)
    assert is_expected(PaintingFailed(event))


def test_each_refusal_has_words_of_its_own() -> None:
    said = defaultdict(list)
    for reason in RejectReason:
        said[explain(ImageRejected(reason, "x"), ENGLISH)].append(reason)
    assert len(said) == len(RejectReason)


def test_each_lack_of_the_machine_has_words_of_its_own() -> None:
    kinds = ("WeightsError", "SketchUnavailable", "OutOfMemory", "TooLargeForBroker")
    lacks = [getattr(errors, kind)("x") for kind in kinds]
    said = {explain(lack, ENGLISH) for lack in lacks} - {ENGLISH.say(Text.INTERNAL)}
    assert len(said) == len(lacks)


def test_what_is_news_for_the_log() -> None:
    assert is_expected(Sorry(Text.VIDEO))
    assert is_expected(LinkRefused(LinkReason.TOO_SLOW))
    assert not is_expected(LookupError())
    assert not is_expected(PaintingFailed(Failed(job="x", error="InternalError", message="x")))


def test_a_count_that_is_none_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="whole number"):
        ENGLISH.say(Text.TOO_MANY_JOBS, count="many")


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("en", "en"),
        ("pt-br", "pt"),
        ("PT_BR", "pt"),
        ("zh-hans", "en"),
        ("", "en"),
        (None, "en"),
        ("hi", "hi"),
    ],
)
def test_what_is_spoken_with_whom(code: str | None, language: str) -> None:
    assert language_of(code) == language


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
    ("seconds", "english", "russian"),
    [
        (0.0, "1 sec", "1 с"),
        (1.4, "1 sec", "1 с"),
        (119, "119 sec", "119 с"),
        (121, "2 min", "2 мин"),
        (3000, "50 min", "50 мин"),
        (10_000, "3 hr", "3 ч"),
    ],
)
def test_durations(seconds: float, english: str, russian: str) -> None:
    assert ENGLISH.duration(seconds) == english
    assert words_in(Language.RUSSIAN).duration(seconds).replace("\xa0", " ") == russian


def test_a_list_is_said_as_a_choice() -> None:
    said = ENGLISH.say(Text.UNKNOWN_STYLE_NEAR, name="<b>", near=["mosaic", "waves"])
    assert "mosaic or waves" in said
    assert "“&lt;b&gt;”" in said
