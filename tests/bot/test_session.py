"""The dialogue as a pure function: a table of what follows from what, and laws for all else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.session import (
    Action,
    AlbumSent,
    AskPhoto,
    AskStyle,
    Begin,
    Complain,
    Event,
    Grievance,
    Picture,
    PictureSent,
    Preset,
    Reset,
    Session,
    ShowGallery,
    StartJob,
    Store,
    StyleAsked,
    StyleChosen,
    step,
)

A, B, C = (Picture(name, number) for number, name in enumerate("abc", start=1))
RENAMED = Picture("a, as Telegram calls it another time", A.message)
MOSAIC, WAVES = Preset("mosaic"), Preset("waves")
EMPTY = Session()
PHOTO_WAITS = Session(content=A)
STYLE_WAITS = Session(style=MOSAIC)

TABLE: list[tuple[str, Session, Event, Session, Action]] = [
    ("photo first", EMPTY, PictureSent(A), PHOTO_WAITS, AskStyle(A)),
    ("then a preset", PHOTO_WAITS, StyleChosen(MOSAIC), EMPTY, StartJob(A, MOSAIC)),
    ("or a style picture", PHOTO_WAITS, PictureSent(B), EMPTY, StartJob(A, B)),
    ("style first", EMPTY, StyleChosen(MOSAIC), STYLE_WAITS, AskPhoto(MOSAIC)),
    ("then a photo", STYLE_WAITS, PictureSent(A), EMPTY, StartJob(A, MOSAIC)),
    ("another style", STYLE_WAITS, StyleChosen(WAVES), Session(style=WAVES), AskPhoto(WAVES)),
    ("caption", EMPTY, PictureSent(A, MOSAIC), EMPTY, StartJob(A, MOSAIC)),
    ("caption wins", STYLE_WAITS, PictureSent(A, WAVES), EMPTY, StartJob(A, WAVES)),
    ("caption, photo waits", PHOTO_WAITS, PictureSent(B, WAVES), EMPTY, StartJob(B, WAVES)),
    ("album", EMPTY, AlbumSent((A, B)), EMPTY, StartJob(A, B)),
    ("album beats all", PHOTO_WAITS, AlbumSent((B, C)), EMPTY, StartJob(B, C)),
    ("album of one", STYLE_WAITS, AlbumSent((A,)), EMPTY, StartJob(A, MOSAIC)),
    ("album of three", EMPTY, AlbumSent((A, B, C)), EMPTY, Complain(Grievance.SIZE)),
    ("album, caption", EMPTY, AlbumSent((A, B), MOSAIC), EMPTY, Complain(Grievance.CAPTION)),
    ("album of none", PHOTO_WAITS, AlbumSent(()), PHOTO_WAITS, Complain(Grievance.SIZE)),
    ("reply", EMPTY, StyleChosen(MOSAIC, A), EMPTY, StartJob(A, MOSAIC)),
    ("reply to waiting", PHOTO_WAITS, StyleChosen(MOSAIC, A), EMPTY, StartJob(A, MOSAIC)),
    ("waiting, renamed", PHOTO_WAITS, StyleChosen(MOSAIC, RENAMED), EMPTY, StartJob(A, MOSAIC)),
    ("old button", PHOTO_WAITS, StyleChosen(MOSAIC, B), PHOTO_WAITS, StartJob(B, MOSAIC)),
    ("which styles", EMPTY, StyleAsked(), EMPTY, ShowGallery()),
    ("which, photo waits", PHOTO_WAITS, StyleAsked(), PHOTO_WAITS, AskStyle(A)),
    ("which, for that", EMPTY, StyleAsked(A), PHOTO_WAITS, AskStyle(A)),
    ("which, style waits", STYLE_WAITS, StyleAsked(), STYLE_WAITS, ShowGallery()),
    ("reset", PHOTO_WAITS, Reset(), EMPTY, Begin()),
    ("reset again", EMPTY, Reset(), EMPTY, Begin()),
]


@pytest.mark.parametrize(
    ("session", "event", "after", "action"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_step(session: Session, event: Event, after: Session, action: Action) -> None:
    assert step(session, event) == (after, action)


pictures = st.builds(Picture, st.text(min_size=1, max_size=3), st.integers(1, 9), st.booleans())
presets = st.builds(Preset, st.sampled_from(["mosaic", "waves"]))
events = st.one_of(
    st.builds(PictureSent, pictures, st.none() | presets),
    st.builds(AlbumSent, st.lists(pictures, max_size=4).map(tuple), st.none() | presets),
    st.builds(StyleChosen, presets, st.none() | pictures),
    st.builds(StyleAsked, st.none() | pictures),
    st.builds(Reset),
)


@given(st.lists(events, max_size=12))
def test_never_waits_for_both_and_never_gets_stuck(sequence: list[Event]) -> None:
    session = EMPTY
    for event in sequence:
        session, _ = step(session, event)
        assert not (session.content and session.style)
    # From wherever that led: a photo that names its style is painted, a fresh start is fresh.
    assert step(session, PictureSent(A, MOSAIC))[1] == StartJob(A, MOSAIC)
    assert step(session, Reset())[0] == EMPTY


@given(st.lists(events, min_size=1, max_size=12))
def test_a_job_uses_only_what_was_said_and_uses_it_up(sequence: list[Event]) -> None:
    session, said = EMPTY, set[Picture | Preset]()
    for event in sequence:
        said |= _named(event)
        before = session
        session, action = step(session, event)
        if isinstance(action, StartJob):
            assert {action.content, action.style} <= said
            assert session in (EMPTY, before)
            assert session.content != action.content


@given(st.lists(events, max_size=12))
def test_what_is_asked_for_is_what_waits(sequence: list[Event]) -> None:
    session = EMPTY
    for event in sequence:
        session, action = step(session, event)
        match action:
            case AskStyle(content):
                assert session == Session(content=content)
            case AskPhoto(style):
                assert session == Session(style=style)
            case _:
                pass


def _named(event: Event) -> set[Picture | Preset]:
    match event:
        case PictureSent(picture, style):
            found = {picture, style}
        case AlbumSent(album, style):
            found = {*album, style}
        case StyleChosen(style, target):
            found = {style, target}
        case StyleAsked(target):
            found = {target}
        case _:
            found = set()
    return {item for item in found if item is not None}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_store_forgets_the_empty_the_old_and_the_overflow() -> None:
    clock = Clock()
    store = Store(clock, ttl=10, limit=3)
    store.put((1, 1), PHOTO_WAITS)
    store.put((1, 1), EMPTY)
    assert len(store) == 0
    for user in range(5):
        store.put((1, user), PHOTO_WAITS)
    assert len(store) == 3
    assert store.get((1, 1)) == EMPTY
    assert store.get((1, 4)) == PHOTO_WAITS
    clock.now += 10
    assert store.get((1, 4)) == EMPTY
    store.put((2, 2), PHOTO_WAITS)
    assert len(store) == 1


def test_a_photo_waits_for_an_hour() -> None:
    clock = Clock()
    store = Store(clock)
    store.put((1, 1), PHOTO_WAITS)
    clock.now += 3599
    assert store.get((1, 1)) == PHOTO_WAITS
    clock.now += 1
    assert store.get((1, 1)) == EMPTY


def test_store_keeps_people_apart() -> None:
    store = Store(Clock())
    assert store.advance((-5, 1), PictureSent(A)) == AskStyle(A)
    assert store.advance((-5, 2), StyleChosen(MOSAIC)) == AskPhoto(MOSAIC)
    assert store.advance((-5, 1), StyleChosen(WAVES)) == StartJob(A, WAVES)
    assert store.get((-5, 2)) == STYLE_WAITS
