"""The dialogue as a pure function: a table of what follows from what, and laws for all else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mixing import Shift, shifted
from bot.session import (
    Action,
    AlbumSent,
    AskPhoto,
    AskStyle,
    Begin,
    Complain,
    Event,
    Grievance,
    PictureSent,
    Reset,
    Role,
    Session,
    ShowGallery,
    StartJobs,
    StyleAsked,
    StyleChosen,
    StyleShown,
    step,
)
from bot.sessions import Sessions
from bot.store import Store
from bot.style import Mix, Part, Picture, Preset, Style, blended, parts_of

A, B, C = (Picture(name, number) for number, name in enumerate("abc", start=1))
RENAMED = Picture("a, as Telegram calls it another time", A.message)
MOSAIC, WAVES = Preset("mosaic"), Preset("waves")
HALVES = Mix((Part(MOSAIC, 50), Part(WAVES, 50)))
EMPTY = Session()
PHOTO_WAITS = Session(content=A)
STYLE_WAITS = Session(style=MOSAIC)
MIX_WAITS = Session(content=A, mixing=MOSAIC)


def album(*pictures: Picture, style: Style | None = None, **roles: Role) -> AlbumSent:
    """An album; roles by the names of the pictures' files."""
    sent = (PictureSent(picture, role=roles.get(picture.file_id)) for picture in pictures)
    return AlbumSent(tuple(sent), style)


def job(content: Picture, style: Style) -> StartJobs:
    return StartJobs((content,), style)


TABLE: list[tuple[str, Session, Event, Session, Action]] = [
    ("photo first", EMPTY, PictureSent(A), PHOTO_WAITS, AskStyle(A)),
    ("then a preset", PHOTO_WAITS, StyleChosen(MOSAIC), EMPTY, job(A, MOSAIC)),
    ("or a style picture", PHOTO_WAITS, PictureSent(B), EMPTY, job(A, B)),
    ("style first", EMPTY, StyleChosen(MOSAIC), STYLE_WAITS, AskPhoto(MOSAIC)),
    ("then a photo", STYLE_WAITS, PictureSent(A), EMPTY, job(A, MOSAIC)),
    ("another style", STYLE_WAITS, StyleChosen(WAVES), Session(style=WAVES), AskPhoto(WAVES)),
    ("caption", EMPTY, PictureSent(A, MOSAIC), EMPTY, job(A, MOSAIC)),
    ("caption wins", STYLE_WAITS, PictureSent(A, WAVES), EMPTY, job(A, WAVES)),
    ("caption, photo waits", PHOTO_WAITS, PictureSent(B, WAVES), EMPTY, job(B, WAVES)),
    ("style picture", EMPTY, PictureSent(A, role=Role.STYLE), Session(style=A), AskPhoto(A)),
    ("style picture, photo waits", PHOTO_WAITS, PictureSent(B, None, Role.STYLE), EMPTY, job(A, B)),
    ("then its photo", Session(style=A), PictureSent(B), EMPTY, job(B, A)),
    (
        "another photo after all",
        PHOTO_WAITS,
        PictureSent(B, role=Role.CONTENT),
        Session(B),
        AskStyle(B),
    ),
    ("it is the style", PHOTO_WAITS, StyleShown(A), Session(style=A), AskPhoto(A)),
    ("album", EMPTY, album(A, B), EMPTY, job(A, B)),
    ("album beats a photo", PHOTO_WAITS, album(B, C), EMPTY, job(B, C)),
    ("album of one", STYLE_WAITS, album(A), EMPTY, job(A, MOSAIC)),
    ("album of three", EMPTY, album(A, B, C), EMPTY, StartJobs((A, B), C)),
    ("album, style first", EMPTY, album(A, B, a=Role.STYLE), EMPTY, job(B, A)),
    ("album, photo last", EMPTY, album(A, B, b=Role.CONTENT), EMPTY, job(B, A)),
    (
        "album, all photos",
        EMPTY,
        album(A, B, a=Role.CONTENT, b=Role.CONTENT),
        EMPTY,
        job(A, B),
    ),
    ("album, named style", EMPTY, album(A, B, style=MOSAIC), EMPTY, StartJobs((A, B), MOSAIC)),
    ("album, style waits", STYLE_WAITS, album(A, B), EMPTY, StartJobs((A, B), MOSAIC)),
    ("album beats a style", STYLE_WAITS, album(A, B, b=Role.STYLE), EMPTY, job(A, B)),
    (
        "album, two styles",
        PHOTO_WAITS,
        album(A, B, a=Role.STYLE, b=Role.STYLE),
        PHOTO_WAITS,
        Complain(Grievance.STYLES),
    ),
    (
        "album, style twice",
        EMPTY,
        album(A, B, style=MOSAIC, a=Role.STYLE),
        EMPTY,
        Complain(Grievance.STYLES),
    ),
    ("album of none", PHOTO_WAITS, album(), PHOTO_WAITS, Complain(Grievance.EMPTY)),
    ("reply", EMPTY, StyleChosen(MOSAIC, A), EMPTY, job(A, MOSAIC)),
    ("reply to waiting", PHOTO_WAITS, StyleChosen(MOSAIC, A), EMPTY, job(A, MOSAIC)),
    ("waiting, renamed", PHOTO_WAITS, StyleChosen(MOSAIC, RENAMED), EMPTY, job(A, MOSAIC)),
    ("old button", PHOTO_WAITS, StyleChosen(MOSAIC, B), PHOTO_WAITS, job(B, MOSAIC)),
    ("mix in", EMPTY, StyleAsked(A, MOSAIC), MIX_WAITS, AskStyle(A, MOSAIC)),
    ("mixed by button", MIX_WAITS, StyleChosen(WAVES, A, MOSAIC), EMPTY, job(A, HALVES)),
    ("mixed by word", MIX_WAITS, StyleChosen(WAVES), EMPTY, job(A, HALVES)),
    ("mixed later", EMPTY, StyleChosen(WAVES, A, MOSAIC), EMPTY, job(A, HALVES)),
    ("mixed with itself", MIX_WAITS, StyleChosen(MOSAIC), EMPTY, job(A, MOSAIC)),
    (
        "mixed with a picture",
        MIX_WAITS,
        PictureSent(B),
        EMPTY,
        job(A, blended([(MOSAIC, 1), (B, 1)])),
    ),
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
presets = st.builds(Preset, st.sampled_from(["mosaic", "waves", "dots", "glass"]))
simple = presets | pictures
mixes = st.lists(st.tuples(simple, st.floats(0.01, 1000)), min_size=1, max_size=5).map(blended)
styles = simple | mixes
roles = st.none() | st.sampled_from(Role)
sent = st.builds(PictureSent, pictures, st.none() | presets, roles)
events = st.one_of(
    sent,
    st.builds(AlbumSent, st.lists(sent, max_size=4).map(tuple), st.none() | presets),
    st.builds(StyleChosen, styles, st.none() | pictures, st.none() | styles),
    st.builds(StyleAsked, st.none() | pictures, st.none() | styles),
    st.builds(StyleShown, pictures),
    st.builds(Reset),
)
histories = st.lists(events, max_size=12)


@given(histories)
def test_never_waits_for_both_and_never_gets_stuck(history: list[Event]) -> None:
    session = EMPTY
    for event in history:
        session, _ = step(session, event)
        assert not (session.content and session.style)
        assert session.content or not session.mixing
    # From wherever that led: a photo that names its style is painted, a fresh start is fresh.
    assert step(session, PictureSent(A, MOSAIC))[1] == job(A, MOSAIC)
    assert step(session, Reset())[0] == EMPTY


@given(histories)
def test_a_job_uses_only_what_was_said_and_uses_it_up(history: list[Event]) -> None:
    session, said = EMPTY, set[Picture | Preset]()
    for event in history:
        said |= _named(event)
        before = session
        session, action = step(session, event)
        if isinstance(action, StartJobs):
            assert action.contents
            used = {style for style, _ in parts_of(action.style)}
            assert {*action.contents} | used <= said
            assert session in (EMPTY, before)
            assert session.content not in action.contents


@given(histories, sent)
def test_a_picture_starts_one_job_at_most(history: list[Event], last: PictureSent) -> None:
    session = EMPTY
    for event in history:
        session, _ = step(session, event)
    _, action = step(session, last)
    if isinstance(action, StartJobs):
        assert len(action.contents) == 1


distinct = st.lists(roles, min_size=2, max_size=9).map(
    lambda given: [
        PictureSent(Picture(f"new {number}", 100 + number), role=role)
        for number, role in enumerate(given)
    ]
)


@given(histories, distinct)
def test_every_picture_of_an_album_is_painted_once_or_is_the_style(
    history: list[Event], pictures: list[PictureSent]
) -> None:
    session = EMPTY
    for event in history:
        session, _ = step(session, event)
    _, action = step(session, AlbumSent(tuple(pictures)))
    if isinstance(action, StartJobs):
        used = [*action.contents, *([] if action.style == session.style else [action.style])]
        assert sorted(used, key=repr) == sorted((sent.picture for sent in pictures), key=repr)


@given(histories)
def test_what_is_asked_for_is_what_waits(history: list[Event]) -> None:
    session = EMPTY
    for event in history:
        session, action = step(session, event)
        match action:
            case AskStyle(content, mixing):
                assert session == Session(content=content, mixing=mixing)
            case AskPhoto(style):
                assert session == Session(style=style)
            case _:
                pass


@given(mixes)
def test_shares_of_a_mix_are_whole_and_add_up(style: Style) -> None:
    shares = [share for _, share in parts_of(style)]
    assert sum(shares) == 100
    assert min(shares) >= 1
    assert len({part for part, _ in parts_of(style)}) == len(shares)


@pytest.mark.parametrize("weights", [[], [(MOSAIC, 0.0)], [(MOSAIC, 1.0), (WAVES, -1.0)]])
def test_no_mix_is_made_of_nothing(weights: list[tuple[Preset | Picture, float]]) -> None:
    with pytest.raises(ValueError, match="weights above zero"):
        blended(weights)


def test_a_mix_is_shifted_to_an_end_and_no_further() -> None:
    style: Style = HALVES
    seen = []
    while further := shifted(style, Shift.FIRST):
        seen.append([share for _, share in parts_of(further)])
        style = further
    assert seen == [[70, 30], [90, 10]]
    assert shifted(HALVES, Shift.SECOND) == Mix((Part(MOSAIC, 30), Part(WAVES, 70)))
    assert shifted(MOSAIC, Shift.FIRST) is None


def _named(event: Event) -> set[Picture | Preset]:
    found: list[Style | None] = []
    match event:
        case PictureSent(picture, style):
            found = [picture, style]
        case AlbumSent(pictures, style):
            found = [style, *(sent.picture for sent in pictures)]
        case StyleChosen(style, target, mixing):
            found = [style, target, mixing]
        case StyleAsked(target, mixing):
            found = [target, mixing]
        case StyleShown(picture):
            found = [picture]
        case _:
            pass
    return {part for item in found if item for part, _ in parts_of(item)}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def remembering(clock: Clock, **bounds: float) -> Sessions:
    return Sessions(clock, Store(None, clock=clock), **bounds)  # type: ignore[arg-type]


def test_the_empty_and_the_old_are_forgotten_and_the_overflow_is_looked_up() -> None:
    clock = Clock()
    sessions = remembering(clock, ttl=10, limit=3)
    sessions.put((1, 1), PHOTO_WAITS)
    sessions.put((1, 1), EMPTY)
    assert len(sessions) == 0
    for user in range(5):
        sessions.put((1, user), PHOTO_WAITS)
    assert len(sessions) == 3
    assert sessions.get((1, 1)) == PHOTO_WAITS
    assert sessions.get((1, 4)) == PHOTO_WAITS
    clock.now += 10
    assert sessions.get((1, 4)) == EMPTY
    sessions.put((2, 2), PHOTO_WAITS)
    assert len(sessions) == 1
    assert sessions.get((1, 4)) == EMPTY


def test_the_next_process_knows_what_was_said() -> None:
    clock = Clock()
    store = Store(None, clock=clock)
    Sessions(clock, store).put((1, 1), PHOTO_WAITS)
    later = Sessions(Clock(), store)
    assert later.advance((1, 1), StyleChosen(MOSAIC)) == job(A, MOSAIC)
    assert Sessions(clock, store).get((1, 1)) == EMPTY
    later.put((1, 1), PHOTO_WAITS)
    clock.now += 3600
    assert Sessions(clock, store).get((1, 1)) == EMPTY


def test_a_photo_waits_for_an_hour() -> None:
    clock = Clock()
    store = remembering(clock)
    store.put((1, 1), PHOTO_WAITS)
    clock.now += 3599
    assert store.get((1, 1)) == PHOTO_WAITS
    clock.now += 1
    assert store.get((1, 1)) == EMPTY


def test_store_keeps_people_apart() -> None:
    store = remembering(Clock())
    assert store.advance((-5, 1), PictureSent(A)) == AskStyle(A)
    assert store.advance((-5, 2), StyleChosen(MOSAIC)) == AskPhoto(MOSAIC)
    assert store.advance((-5, 1), StyleChosen(WAVES)) == job(A, WAVES)
    assert store.get((-5, 2)) == STYLE_WAITS


def test_sessions_forget_a_person_everywhere() -> None:
    clock = Clock()
    store = Store(None, clock=clock)
    sessions = Sessions(clock, store)
    for key in ((1, 1), (-5, 1), (-5, 2)):
        sessions.put(key, PHOTO_WAITS)
    sessions.forget(1)
    store.forget(1)
    assert [sessions.get(key) for key in ((1, 1), (-5, 1), (-5, 2))] == [EMPTY, EMPTY, PHOTO_WAITS]
