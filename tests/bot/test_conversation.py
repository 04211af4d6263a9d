"""The whole way: the real bot process, the real engine, and people with telephones.

All of it runs over two servers, the demo's and one that others wrote, so that the bot and our own
server cannot agree on a mistake. One bot serves each of them; it paints 64 pixels with random
weights, so a painting takes a few seconds and is a painting all the same.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
import pytest_asyncio
from lo_bot_api_emulator import ApiRefusal
from PIL import Image

from bot.demo.chats import Chat
from bot.demo.server import serving as demo_serving
from bot.sheet import PAGE
from nst_core.styles import Gallery
from tests.bot.bench import Bench, Visitor
from tests.bot.calls import TOKEN, USERNAME, Call, Fault, Json, Log
from tests.bot.door import picture
from tests.bot.emulator import Emulator, Person, serving
from tests.bot.process import environment, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

STYLES = list(Gallery.load(None))
STYLE = STYLES[0]
STEPS = 4


class Town(Protocol):
    """A server, a bot that listens to it, and new people whenever a test needs one."""

    @property
    def log(self) -> Log: ...

    def person(self, group: str = "") -> Person | Visitor: ...

    def break_with(self, fault: Fault) -> None: ...


class OtherTown:
    """On the server that others wrote."""

    def __init__(self, server: Emulator) -> None:
        self.log = server.log
        self._server = server
        self._numbers = count(1001)
        self._groups: dict[str, int] = {}

    def person(self, group: str = "") -> Person:
        chat = self._groups.setdefault(group, -5001 - len(self._groups)) if group else 0
        return Person(self._server, next(self._numbers), chat)

    def break_with(self, fault: Fault) -> None:
        self._server.faults = [fault]


class DemoTown:
    """On the demo's server."""

    def __init__(self, bench: Bench) -> None:
        self.log = bench.log
        self._bench = bench
        self._groups: dict[str, Chat] = {}

    def person(self, group: str = "") -> Visitor:
        private = self._bench.account.add_person("Somebody")
        if not group:
            return Visitor(self._bench, private.id, private.id)
        if group not in self._groups:
            self._groups[group] = self._bench.account.add_group(group, [], [])
        self._groups[group].members.append(private.id)
        return Visitor(self._bench, private.id, self._groups[group].id)

    def break_with(self, fault: Fault) -> None:
        self._bench.break_with(fault)


@asynccontextmanager
async def other_town() -> AsyncIterator[tuple[Town, str]]:
    server = Emulator()
    async with serving(server.app()) as address:
        yield OtherTown(server), address


@asynccontextmanager
async def demo_town() -> AsyncIterator[tuple[Town, str]]:
    async with demo_serving() as demo:
        yield DemoTown(Bench(demo)), demo.address


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=[demo_town, other_town], ids=["demo", "other"]
)
async def town(random_weights: Path, request: pytest.FixtureRequest) -> AsyncIterator[Town]:
    async with request.param() as (town, address):
        settings = environment(address, random_weights, STYLEGRAM_STEPS=str(STEPS))
        async with running(**settings) as bot:
            await bot.logs("is listening")
            yield town
            code = await bot.stop()
            sys.stderr.write(bot.log)
            assert code == 0
            assert TOKEN.partition(":")[2] not in bot.log


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def differs(painting: Image.Image, photo: bytes) -> bool:
    """Whether more changed than a new encoding changes."""
    before = opened(photo).convert("RGB").resize(painting.size)
    return float(np.abs(np.asarray(painting, float) - np.asarray(before, float)).mean()) > 2


async def painting_for(person: Person | Visitor, photo: Json) -> Call:
    sent = await person.gets()
    assert sent.reply_to == photo["message_id"]
    return sent


async def test_photo_then_button(town: Town) -> None:
    person, data = town.person(), picture(1)
    photo = await person.photo(data)
    question = await person.is_asked()
    assert question.reply_to == photo["message_id"]
    shown = [name.partition(" · ")[2] for name in question.buttons if " · " in name]
    assert shown == [style.title for style in STYLES[:PAGE]]
    query = await person.press(question, STYLE.title)
    assert await person.is_answered(query) == ""
    sent = await painting_for(person, photo)
    painting = opened(sent.file("photo"))
    assert painting.size == (64, 43)
    assert differs(painting, data)
    assert sent.text.startswith(STYLE.title)
    gone = await person.hears("deleteMessage")
    assert gone.message_id == question.message_id
    # One message accompanied it all: nothing else was sent.
    mine = [call.method for call in town.log.calls if call.chat == person.chat]
    sent_methods = ("sendMessage", "sendPhoto", "deleteMessage")
    assert [mine.count(name) for name in sent_methods] == [0, 2, 1]


async def test_one_tap_from_a_painting_to_the_next(town: Town) -> None:
    person = town.person()
    photo = await person.photo(picture(16), caption=STYLE.name)
    first = await painting_for(person, photo)
    query = await person.press(first, "Stronger")
    assert await person.is_answered(query) == ""
    second = await painting_for(person, photo)
    assert second.text.startswith(f"{STYLE.title} · strength 65, painted in")
    assert first.file("photo") != second.file("photo")
    await person.press(second, "Keep my colours")
    third = await painting_for(person, photo)
    assert third.text.startswith(f"{STYLE.title} · strength 65 · your colours")
    assert "Style’s colours" in third.buttons


async def test_two_taps_on_one_button_are_one_painting(town: Town) -> None:
    person = town.person()
    photo = await person.photo(picture(17), caption=STYLE.name)
    first = await painting_for(person, photo)
    queries = [await person.press(first, "Softer") for _ in "ab"]
    assert [await person.is_answered(query) for query in queries] == ["", "I am on it already."]
    assert "strength 35" in (await painting_for(person, photo)).text


async def test_once_more_in_a_style_of_ones_own_and_then_in_another(town: Town) -> None:
    person = town.person()
    photo = await person.album(picture(18), picture(19))
    first = await painting_for(person, photo)
    await person.hears("deleteMessage")
    await person.press(first, "Bolder brush")
    second = await painting_for(person, photo)
    assert second.text.startswith("your own style · bolder brush")
    await person.press(second, "Another style")
    question = await person.is_asked()
    assert question.reply_to == photo["message_id"]
    await person.press(question, STYLE.title)
    assert (await painting_for(person, photo)).text.startswith(f"{STYLE.title}, painted")


async def test_a_painting_that_is_not_known_is_told(town: Town) -> None:
    person, other = town.person(), town.person()
    photo = await person.photo(picture(20), caption=STYLE.name)
    first = await painting_for(person, photo)
    query = await person.press_data("1:p:0123456789abcdef:softer", first.message_id)
    assert "do not remember that painting" in await person.is_answered(query)
    # Nor does a painting of this chat belong to another one.
    await other.say("/help")
    shown = await other.reads("How to get a painting")
    query = await other.press_data(first.buttons["Softer"], shown.message_id)
    assert "do not remember that painting" in await other.is_answered(query)


async def test_a_forged_button_makes_no_painting_a_progress_message(town: Town) -> None:
    person = town.person()
    photo = await person.photo(picture(22), caption=STYLE.name)
    first = await painting_for(person, photo)
    await person.press_data(f"1:s::{STYLE.name}", first.message_id)
    await painting_for(person, photo)
    touched = [
        call.method
        for call in town.log.calls
        if call.chat == person.chat and call.fields.get("message_id") == str(first.message_id)
    ]
    assert touched == []


async def test_anybody_in_a_group_may_take_a_painting_further(town: Town) -> None:
    owner, other = town.person("further"), town.person("further")
    photo = await owner.photo(picture(21))
    await owner.say(f"/{STYLE.name}@{USERNAME}", answers=photo["message_id"])
    first = await painting_for(owner, photo)
    query = await other.press(first, "Stronger")
    assert await other.is_answered(query) == ""
    assert "strength 65" in (await painting_for(owner, photo)).text


async def test_two_people_at_once_get_their_own_painting(town: Town) -> None:
    people = [town.person(), town.person()]
    data = [picture(2), picture(3, width=60, height=90)]
    photos = [await p.photo(d, caption=STYLE.name) for p, d in zip(people, data, strict=True)]
    sent = await asyncio.gather(*map(painting_for, people, photos))
    assert [opened(call.file("photo")).size for call in sent] == [(64, 43), (43, 64)]
    for person in people:
        await person.hears("deleteMessage")
    edits = [call for call in town.log.calls if call.method == "editMessageText"]
    assert not any(call.refused for call in edits)


async def test_a_file_is_answered_with_a_lossless_file(town: Town) -> None:
    person, data = town.person(), picture(4, kind="PNG")
    photo = await person.document(data, "holiday.PNG", "", caption=f"/{STYLE.name}")
    sent = await painting_for(person, photo)
    assert sent.method == "sendDocument"
    painting = opened(sent.file("document"))
    assert (painting.format, painting.size) == ("PNG", (64, 43))


async def test_style_first(town: Town) -> None:
    person = town.person()
    await person.say(f"/style {STYLE.title.upper()}")
    assert STYLE.title in (await person.hears("sendMessage")).text
    photo = await person.photo(picture(5))
    assert STYLE.title in (await painting_for(person, photo)).text


async def test_gallery_then_button_then_photo(town: Town) -> None:
    person = town.person()
    await person.say("/styles")
    await person.is_asked()
    await person.say("/styles")
    again = await person.hears("sendPhoto")
    assert again.uploads == {}
    await person.press(again, STYLES[PAGE - 1].title)
    await person.reads(STYLES[PAGE - 1].title)
    photo = await person.photo(picture(6))
    assert STYLES[PAGE - 1].title in (await painting_for(person, photo)).text


async def test_album_is_photo_and_style(town: Town) -> None:
    person = town.person()
    photo = await person.album(picture(7), picture(8))
    assert "your own style" in (await painting_for(person, photo)).text
    assert not any(
        call.method == "sendMessage" and call.buttons and "Cancel" not in call.buttons
        for call in town.log.calls
        if call.chat == person.chat
    )


async def test_photo_then_style_picture(town: Town) -> None:
    person = town.person()
    photo = await person.photo(picture(9))
    await person.is_asked()
    await person.photo(picture(10))
    assert "your own style" in (await painting_for(person, photo)).text


async def test_reply_to_a_photo_in_a_group(town: Town) -> None:
    owner, other = town.person("painters"), town.person("painters")
    photo = await owner.photo(picture(11))
    await other.say(f"/{STYLE.name}@{USERNAME}", answers=photo["message_id"])
    progress = await other.hears("sendMessage")
    query = await owner.press(progress, "Cancel")
    assert "somebody else" in await owner.is_answered(query)
    await painting_for(other, photo)


async def test_chatter_in_a_group_is_not_for_the_bot(town: Town) -> None:
    person = town.person("chatter")
    await person.photo(picture(12))
    await person.photo(picture(12), caption=STYLE.name)
    await person.photo(picture(12), caption=f"/{STYLE.name}@other_bot")
    await person.say("hello everybody")
    await person.say("/unknown")
    await person.say(f"/unknown@{USERNAME}2")
    await person.say(f"/unknown me@{USERNAME}")
    await person.send(sticker=sticker())
    await person.say(f"/help@{USERNAME}")
    await person.reads("How to get a painting")
    assert [call.method for call in town.log.calls if call.chat == person.chat] == ["sendMessage"]


async def test_in_a_group_only_the_asked_may_choose(town: Town) -> None:
    asked, other = town.person("asked"), town.person("asked")
    photo = await asked.photo(picture(13))
    await asked.say("/style", answers=photo["message_id"])
    question = await asked.is_asked()
    query = await other.press(question, STYLE.title)
    assert "somebody else" in await other.is_answered(query)
    await asked.press(question, STYLE.title)
    await painting_for(asked, photo)


async def test_a_forged_button_takes_no_question_over(town: Town) -> None:
    asked, other = town.person("forgers"), town.person("forgers")
    photo = await asked.photo(picture(13))
    await asked.say("/style", answers=photo["message_id"])
    question = await asked.is_asked()
    query = await other.press_data(f"1:s::{STYLE.name}", question.message_id)
    assert "somebody else" in await other.is_answered(query)


async def test_somebody_anonymous_in_a_group(town: Town) -> None:
    admin, member = town.person("anonymous"), town.person("anonymous")
    group = {"id": admin.chat, "type": "group", "title": "Painters"}
    photo = await admin.photo(picture(14))
    await admin.say("/style", answers=photo["message_id"], sender_chat=group)
    question = await admin.is_asked()
    # Telegram does not say who the administrator is, so anybody there may press.
    query = await member.press(question, STYLE.title)
    assert await member.is_answered(query) == ""
    await painting_for(admin, photo)
    await admin.hears("deleteMessage")
    # The photo was the group's and is used up: another one begins a new dialogue.
    await admin.say(f"/help@{USERNAME}", sender_chat=group)
    help_ = await admin.reads("How to get a painting")
    second = await admin.photo(picture(15), sender_chat=group, answers=help_.message_id)
    question = await admin.is_asked()
    assert question.reply_to == second["message_id"]
    assert question.buttons


def sticker() -> Json:
    known = {"file_id": "s", "file_unique_id": "s", "width": 9, "height": 9, "type": "regular"}
    return {**known, "is_animated": False, "is_video": False}


def media(**more: object) -> Json:
    return {"file_id": "m", "file_unique_id": "m", "duration": 1, **more}


MISTAKES: list[tuple[str, Json, str]] = [
    ("words", {"text": "what a lovely day"}, "I understand pictures best"),
    ("video", {"video": media(width=9, height=9)}, "Videos are beyond me"),
    ("round video", {"video_note": media(length=9)}, "Videos are beyond me"),
    ("voice", {"voice": media()}, "only have eyes"),
    ("audio", {"audio": media()}, "only have eyes"),
    ("sticker", {"sticker": sticker() | {"is_animated": True}}, "This sticker moves"),
    (
        "animation",
        {
            "animation": media(width=9, height=9),
            "document": {"file_id": "d", "file_unique_id": "d", "mime_type": "video/mp4"},
        },
        "things that move",
    ),
    ("place", {"location": {"latitude": 1.0, "longitude": 2.0}}, "I cannot paint that"),
]


@pytest.mark.parametrize(
    ("content", "answer"), [row[1:] for row in MISTAKES], ids=[row[0] for row in MISTAKES]
)
async def test_mistakes_are_answered(town: Town, content: Json, answer: str) -> None:
    person = town.person()
    await person.send(**content)
    assert answer in (await person.hears("sendMessage")).text


async def test_a_document_that_is_no_picture(town: Town) -> None:
    person = town.person()
    await person.document(b"%PDF-1.7", "letter.pdf", "application/pdf")
    await person.reads("not a picture")


async def test_a_file_of_30_megabytes(town: Town) -> None:
    person = town.person()
    before = town.log.asked.count("getFile")
    await person.document(b"x", "huge.jpg", "image/jpeg", size=30 * 1024**2)
    await person.reads("at most 20 MB")
    # It is refused by what Telegram says of it, without any attempt to fetch it.
    assert town.log.asked.count("getFile") == before


async def test_a_file_that_telegram_finds_too_big(town: Town) -> None:
    person = town.person()
    town.break_with(Fault("getFile", ApiRefusal("Bad Request: file is too big")))
    await person.document(b"x", "huge.jpg", "image/jpeg", caption=STYLE.name)
    await person.reads("at most 20 MB")


@pytest.mark.parametrize("data", [b"", b"GIF89a nonsense", picture(14)[:600]])
async def test_a_broken_picture(town: Town, data: bytes) -> None:
    person = town.person()
    photo = await person.document(data, "broken.png", "image/png", caption=STYLE.name)
    told = await person.hears("sendMessage", where=lambda call: not call.buttons)
    assert told.reply_to == photo["message_id"]
    assert "Please send" in told.text


async def test_unknown_names(town: Town) -> None:
    person = town.person()
    await person.say(f"/style {STYLE.name}x<b>")
    told = await person.hears("sendMessage")
    assert f"“{STYLE.name}x&lt;b&gt;”" in told.text
    assert f"Did you mean {STYLE.name}" in told.text
    await person.say("/style zzzzzzzz")
    await person.reads("/styles shows all of them")
    await person.say("/paint")
    await person.reads("I do not know that command")
    await person.photo(picture(15))
    await person.is_asked()
    await person.say("no such style")
    await person.reads("“no such style”")
    await person.say(STYLE.title)
    await person.gets()


@pytest.mark.parametrize("group", ["", "captions"])
async def test_an_unknown_style_in_a_caption(town: Town, group: str) -> None:
    person = town.person(group)
    await person.photo(picture(15), caption="/style zzzz zzzz")
    await person.reads("“zzzz zzzz”")


async def test_a_command_for_this_very_bot_in_a_group(town: Town) -> None:
    person = town.person("commands")
    await person.say(f"/unknown@{USERNAME.upper()}")
    await person.reads("I do not know that command")


async def test_albums_that_make_no_sense(town: Town) -> None:
    person = town.person()
    await person.album(picture(1), b"%PDF", mime="application/pdf")
    await person.reads("not a picture")


@pytest.mark.parametrize("data", ["", "nonsense", "1:s::no-such-style", "2:s::x", "1:c:"])
async def test_forged_buttons(town: Town, data: str) -> None:
    person = town.person()
    await person.say("/help")
    shown = await person.reads("How to get a painting")
    query = await person.press_data(data, shown.message_id)
    assert "does nothing any more" in await person.is_answered(query)


async def test_buttons_of_jobs_that_are_over(town: Town) -> None:
    person = town.person()
    await person.say("/help")
    shown = await person.reads("How to get a painting")
    query = await person.press_data("1:c:0123456789abcdef", shown.message_id)
    assert "over already" in await person.is_answered(query)


@pytest.mark.parametrize(
    "refusal",
    [
        ApiRefusal(
            "Bad Request: query is too old and response timeout expired or query ID is invalid"
        ),
        ApiRefusal("Too Many Requests: retry after 9", 429, {"retry_after": 9}),
        ApiRefusal("Internal Server Error", 500),
    ],
)
async def test_a_press_that_cannot_be_answered_still_does_its_work(
    town: Town, refusal: ApiRefusal
) -> None:
    person = town.person()
    await person.say("/styles")
    sheet = await person.hears("sendPhoto")
    town.break_with(Fault("answerCallbackQuery", refusal))
    await person.press(sheet, STYLE.title)
    await person.reads("Now send me the photo")


async def test_a_photo_that_could_not_be_answered_is_sent_again_not_used_as_a_style(
    town: Town,
) -> None:
    person = town.person()
    refusal = ApiRefusal("Internal Server Error", 500)
    town.break_with(Fault("sendPhoto", refusal, chat=person.chat))
    await person.photo(picture(17))
    await person.reads("Please send it once more")
    photo = await person.photo(picture(17))
    question = await person.is_asked()
    assert question.reply_to == photo["message_id"]
    assert question.buttons


async def test_a_button_under_an_old_question_still_knows_its_photo(town: Town) -> None:
    person = town.person()
    photo = await person.photo(picture(16))
    question = await person.is_asked()
    await person.say("/cancel")
    await person.reads("Stopped")
    await person.press(question, STYLE.title)
    await painting_for(person, photo)


async def test_start_help_and_cancel(town: Town) -> None:
    person = town.person()
    await person.say("/start")
    await person.reads("Hello! I paint")
    await person.say("/help")
    await person.reads("How to get a painting")
    await person.say("/cancel")
    await person.reads("nothing to stop")
    await person.say("/style")
    assert len((await person.is_asked()).buttons) > PAGE


async def test_the_menu_lists_every_preset(town: Town) -> None:
    await town.log.until(
        lambda call: call.method == "setMyCommands" and "de" in call.fields.values()
    )
    menu = next(call for call in town.log.calls if call.method == "setMyCommands")
    assert f'"command": "{STYLE.name}"' in menu.fields["commands"]
    assert '"command": "cancel"' in menu.fields["commands"]


@pytest.mark.parametrize("status", [400, 403, 429, 500])
async def test_the_bot_survives_what_the_server_answers(town: Town, status: int) -> None:
    person = town.person()
    parameters = {"retry_after": 1} if status == 429 else None
    refusal = ApiRefusal("Trouble", status, parameters)
    town.break_with(Fault("sendMessage", refusal, chat=person.chat))
    await person.say("/help")
    await person.say("/start")
    await person.reads("Hello! I paint")


async def test_updates_that_nobody_expects(town: Town) -> None:
    person = town.person()
    await person.send(new_chat_title="A new title")
    await person.say("/help")
    shown = await person.reads("How to get a painting")
    await person.say("reply", answers=shown.message_id)
    await person.reads("I understand pictures best")
