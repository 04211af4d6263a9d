"""Forged buttons: whatever somebody sends in place of one, nobody else is touched by it.

Whoever writes his own client may send any text as the data of a button under any message that he
can see: in a group those of other people, too.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

import pytest
import pytest_asyncio
from hypothesis import example, given
from hypothesis import strategies as st

from bot.callbacks import MAX_BYTES, decode, encode
from nst_core.executor.base import Started
from tests.bot.atelier import STYLES, Atelier, opened
from tests.bot.bench import Visitor
from tests.bot.calls import USERNAME
from tests.bot.door import Handle, picture
from tests.bot.test_callbacks import data as honest
from tests.fuzz import thorough

Edit: TypeAlias = Callable[[str], str]

_LETTERS = st.sampled_from("0123456789abcdefz:_-. \n\x00é①\ud800")
_AT = st.integers(0, MAX_BYTES)


def _replaced(at: int, length: int, new: str) -> Edit:
    return lambda text: text[: at % (len(text) + 1)] + new + text[at % (len(text) + 1) + length :]


def _exchanged(part: int, new: str) -> Edit:
    """Another value in one of the fields."""

    def edit(text: str) -> str:
        parts = text.split(":")
        parts[part % len(parts)] = new
        return ":".join(parts)

    return edit


_FIELDS = st.sampled_from(["", "1", "s", "g", "a", "w", "t", "c", "p", "d", "rs", "last", "size"])
_edits = st.one_of(
    st.builds(_replaced, _AT, st.integers(0, 3), st.text(_LETTERS, max_size=3)),
    st.builds(_exchanged, st.integers(0, 4), _FIELDS | st.text(_LETTERS, max_size=9)),
)


def _edited(text: str, edits: Iterable[Edit]) -> str:
    for edit in edits:
        text = edit(text)
    return text


@given(honest.map(encode), st.lists(_edits, max_size=4), st.binary(max_size=80))
@thorough(700)
def test_what_is_nearly_a_button_is_one_or_none(text: str, edits: list[Edit], junk: bytes) -> None:
    for forged in (_edited(text, edits), junk.decode("latin-1"), junk.decode("utf-8", "replace")):
        value = decode(forged)
        assert value is None or encode(value) == forged


class Place(Enum):
    """From where somebody forges."""

    GROUP = "the owner's group"
    PRIVATE = "a chat of one's own"


class Errors(logging.Handler):
    """Collects what the log calls an error."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._found = found

    def emit(self, record: logging.LogRecord) -> None:
        self._found.append(record.getMessage())


@dataclass(repr=False)
class Scene:
    """A group in which somebody has a painting, a job under way, a question and a menu open."""

    atelier: Atelier
    owner: Visitor
    forger: Visitor
    stranger: Visitor
    running: Handle
    own: list[int] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)
    theirs: int = 0
    errors: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        # A report of what was tried would tell of every message in it.
        return "the scene"

    def state(self) -> tuple[Any, ...]:
        """All that is the owner's."""
        store, user = self.atelier.desk.store, self.owner.user
        chats = self.atelier.bench.account.chats
        return (
            [chats[self.owner.chat].messages[number].json() for number in self.own],
            list(chats[user].messages),
            self.running.was_cancelled.is_set(),
            store.preferences(user),
            store.own_styles(user),
            store.last_style(user),
            self.atelier.desk.sessions.get((self.owner.chat, user)),
        )

    async def press(self, who: Visitor, data: str, message: int) -> str:
        """What somebody is answered, once all of it has been done."""
        query = await who.press_data(data, message)
        answer = await who.is_answered(query)
        # Within a chat one thing comes after the other.
        await who.is_answered(await who.press_data("nothing", message))
        return answer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene() -> AsyncIterator[Scene]:
    async with opened() as atelier:
        owner, forger, stranger = (atelier.person(group) for group in ("town", "town", ""))
        set_up = Scene(atelier, owner, forger, stranger, await _set_up(atelier, owner))
        messages = atelier.bench.account.chats[owner.chat].messages
        set_up.own = [number for number, message in messages.items() if message.is_bots]
        keyboards = [messages[number].markup for number in set_up.own]
        rows = [row for markup in keyboards if markup for row in markup["inline_keyboard"]]
        set_up.carried = [button["callback_data"] for row in rows for button in row]
        await stranger.say("/help")
        set_up.theirs = (await stranger.reads("How to get a painting")).message_id
        handler = Errors(set_up.errors)
        logging.getLogger().addHandler(handler)
        yield set_up
        logging.getLogger().removeHandler(handler)


async def _set_up(atelier: Atelier, owner: Visitor) -> Handle:
    photo = await owner.photo(picture(1))
    await owner.say(f"/{STYLES[0].name}@{USERNAME}", answers=photo["message_id"])
    await atelier.paints(owner)
    await owner.hears("deleteMessage")
    await owner.say(f"/settings@{USERNAME}")
    await owner.reads("How I paint for you")
    await owner.say(f"/{STYLES[1].name}@{USERNAME}", answers=photo["message_id"])
    running = await atelier.door.next()
    running.happen(Started(job=running.id))
    await owner.hears("editMessageText", where=lambda call: "Cancel" in call.buttons)
    await owner.say(f"/style@{USERNAME}", answers=photo["message_id"])
    await owner.is_asked()
    return running


_places = st.integers(0, 2**16)


@pytest.mark.asyncio(loop_scope="module")
@given(_places, _places, st.lists(_edits, max_size=3), st.sampled_from(Place))
@thorough(120)
@example(0, 0, [_replaced(0, 99, "1:t::menu")], Place.GROUP)
@example(0, 1, [_replaced(0, 99, "1:t::menu")], Place.GROUP)
@example(0, 1, [_replaced(0, 99, "1:t:rv:menu")], Place.GROUP)
@example(0, 0, [_replaced(0, 99, "1:g::1")], Place.GROUP)
@example(0, 3, [_replaced(0, 99, "1:g:rv:1")], Place.GROUP)
@example(0, 0, [_replaced(0, 99, "1:c:0123456789abcdef")], Place.GROUP)
async def test_what_is_another_persons_stays_as_it_is(
    scene: Scene, which: int, where: int, edits: list[Edit], place: Place
) -> None:
    before = scene.state()
    forged = _edited(scene.carried[which % len(scene.carried)], edits)
    if place is Place.GROUP:
        await scene.press(scene.forger, forged, scene.own[where % len(scene.own)])
    else:
        await scene.press(scene.stranger, forged, scene.theirs)
    assert scene.state() == before
    assert not scene.errors
