"""The whole way: the real bot process, the real engine, and people with telephones.

One bot serves the whole module; it paints 64 pixels with random weights, so a painting takes a
few seconds and is a painting all the same.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from lo_bot_api_emulator import ApiRefusal
from PIL import Image

from nst_core.styles import Gallery
from tests.bot.door import picture
from tests.bot.emulator import BOT_ID, TOKEN, USERNAME, Call, Emulator, Fault, Json, Person, serving
from tests.bot.process import BotProcess, environment, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

STYLES = list(Gallery.load(None))
STYLE = STYLES[0]
STEPS = 12


@dataclass
class Town:
    """A server, a bot that listens to it, and new people whenever a test needs one."""

    server: Emulator
    bot: BotProcess
    numbers: count[int] = field(default_factory=lambda: count(1001))

    def person(self, group: int = 0) -> Person:
        return Person(self.server, next(self.numbers), group)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(random_weights: Path) -> AsyncIterator[Town]:
    server = Emulator()
    async with serving(server.app()) as address:
        settings = environment(address, random_weights, STYLEGRAM_STEPS=str(STEPS))
        async with running(**settings) as bot:
            await bot.logs("is listening")
            yield Town(server, bot)
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


async def painting_for(person: Person, photo: Json) -> Call:
    sent = await person.hears("sendPhoto", "sendDocument")
    assert sent.reply_to == photo["message_id"]
    return sent


async def test_photo_then_button(town: Town) -> None:
    person, data = town.person(), picture(1)
    photo = await person.photo(data)
    question = await person.hears("sendMessage")
    assert question.reply_to == photo["message_id"]
    assert set(question.buttons) == {style.title for style in STYLES}
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
    mine = [call.method for call in town.server.calls if call.chat == person.chat]
    assert [mine.count(name) for name in ("sendMessage", "sendPhoto", "deleteMessage")] == [1] * 3


async def test_two_people_at_once_get_their_own_painting(town: Town) -> None:
    people = [town.person(), town.person()]
    data = [picture(2), picture(3, width=60, height=90)]
    photos = [await p.photo(d, caption=STYLE.name) for p, d in zip(people, data, strict=True)]
    sent = await asyncio.gather(*map(painting_for, people, photos))
    assert [opened(call.file("photo")).size for call in sent] == [(64, 43), (43, 64)]
    for person in people:
        await person.hears("deleteMessage")
    edits = [call for call in town.server.calls if call.method == "editMessageText"]
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
    sheet = await person.hears("sendPhoto")
    assert opened(sheet.file("photo")).width > 64
    await person.say("/styles")
    again = await person.hears("sendPhoto")
    assert again.uploads == {}
    await person.press(again, STYLES[-1].title)
    await person.reads(STYLES[-1].title)
    photo = await person.photo(picture(6))
    assert STYLES[-1].title in (await painting_for(person, photo)).text


async def test_album_is_photo_and_style(town: Town) -> None:
    person = town.person()
    photo = await person.photo(picture(7), media_group_id="77")
    await person.photo(picture(8), media_group_id="77")
    assert "your own style" in (await painting_for(person, photo)).text
    assert not any(
        call.method == "sendMessage" and call.buttons and "Cancel" not in call.buttons
        for call in town.server.calls
        if call.chat == person.chat
    )


async def test_photo_then_style_picture(town: Town) -> None:
    person = town.person()
    photo = await person.photo(picture(9))
    await person.hears("sendMessage")
    await person.photo(picture(10))
    assert "your own style" in (await painting_for(person, photo)).text


async def test_reply_to_a_photo_in_a_group(town: Town) -> None:
    owner, other = town.person(-5001), town.person(-5001)
    photo = await owner.photo(picture(11))
    await other.say(f"/{STYLE.name}@{USERNAME}", reply_to_message=photo)
    progress = await other.hears("sendMessage")
    query = await owner.press(progress, "Cancel")
    assert "somebody else" in await owner.is_answered(query)
    await painting_for(other, photo)


async def test_chatter_in_a_group_is_not_for_the_bot(town: Town) -> None:
    person = town.person(-5002)
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
    assert [call.method for call in town.server.calls if call.chat == -5002] == ["sendMessage"]


async def test_in_a_group_only_the_asked_may_choose(town: Town) -> None:
    asked, other = town.person(-5003), town.person(-5003)
    photo = await asked.photo(picture(13))
    await asked.say("/style", reply_to_message=photo)
    question = await asked.hears("sendMessage")
    query = await other.press(question, STYLE.title)
    assert "somebody else" in await other.is_answered(query)
    await asked.press(question, STYLE.title)
    await painting_for(asked, photo)


async def test_a_forged_button_takes_no_question_over(town: Town) -> None:
    asked, other = town.person(-5004), town.person(-5004)
    photo = await asked.photo(picture(13))
    await asked.say("/style", reply_to_message=photo)
    question = await asked.hears("sendMessage")
    query = await other.press_data(f"1:s::{STYLE.name}", question.message_id)
    assert "somebody else" in await other.is_answered(query)


async def test_somebody_anonymous_in_a_group(town: Town) -> None:
    admin, member = town.person(-5005), town.person(-5005)
    group = {"id": -5005, "type": "group", "title": "Painters"}
    photo = await admin.photo(picture(14))
    await admin.say("/style", reply_to_message=photo, sender_chat=group)
    question = await admin.hears("sendMessage")
    # Telegram does not say who the administrator is, so anybody there may press.
    query = await member.press(question, STYLE.title)
    assert await member.is_answered(query) == ""
    await painting_for(admin, photo)
    await admin.hears("deleteMessage")
    # The photo was the group's and is used up: another one begins a new dialogue.
    bot = {"id": BOT_ID, "is_bot": True, "first_name": "Fixture", "username": USERNAME}
    again = {"message_id": question.message_id, "date": 1, "chat": group, "from": bot}
    second = await admin.photo(picture(15), sender_chat=group, reply_to_message=again)
    question = await admin.hears("sendMessage")
    assert question.reply_to == second["message_id"]
    assert STYLE.title in question.buttons


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
    ("sticker", {"sticker": sticker()}, "A nice sticker"),
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
    await person.document(b"x", "huge.jpg", "image/jpeg", size=30 * 1024**2)
    await person.reads("at most 20 MB")
    # It is refused by what Telegram says of it, without any attempt to fetch it.
    assert not any(r["method"] == "getFile" for r in town.server.requests[-3:])


async def test_a_file_that_telegram_finds_too_big(town: Town) -> None:
    person = town.person()
    town.server.faults = [Fault("getFile", ApiRefusal("Bad Request: file is too big"))]
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
    await person.hears("sendMessage")
    await person.say("no such style")
    await person.reads("“no such style”")
    await person.say(STYLE.title)
    await person.hears("sendPhoto")


@pytest.mark.parametrize("group", [0, -5006])
async def test_an_unknown_style_in_a_caption(town: Town, group: int) -> None:
    person = town.person(group)
    await person.photo(picture(15), caption="/style zzzz zzzz")
    await person.reads("“zzzz zzzz”")


async def test_a_command_for_this_very_bot_in_a_group(town: Town) -> None:
    person = town.person(-5007)
    await person.say(f"/unknown@{USERNAME.upper()}")
    await person.reads("I do not know that command")


async def test_albums_that_make_no_sense(town: Town) -> None:
    person = town.person()
    for number in range(3):
        await person.photo(picture(number), media_group_id="three")
    await person.reads("exactly two")
    await person.photo(picture(1), media_group_id="two", caption=STYLE.name)
    await person.photo(picture(2), media_group_id="two")
    await person.reads("do not know which")
    await person.photo(picture(1), media_group_id="files")
    await person.document(b"%PDF", "a.pdf", "application/pdf", media_group_id="files")
    await person.reads("not a picture")


@pytest.mark.parametrize("data", ["", "nonsense", "1:s::no-such-style", "2:s::x", "1:c:"])
async def test_forged_buttons(town: Town, data: str) -> None:
    person = town.person()
    query = await person.press_data(data, 1)
    assert "does nothing any more" in await person.is_answered(query)


async def test_buttons_of_jobs_that_are_over(town: Town) -> None:
    person = town.person()
    query = await person.press_data("1:c:0123456789abcdef", 1)
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
    town.server.faults = [Fault("answerCallbackQuery", refusal)]
    await person.press(sheet, STYLE.title)
    await person.reads("Now send me the photo")


async def test_a_photo_that_could_not_be_answered_is_sent_again_not_used_as_a_style(
    town: Town,
) -> None:
    person = town.person()
    refusal = ApiRefusal("Internal Server Error", 500)
    town.server.faults = [Fault("sendMessage", refusal, chat=person.chat)]
    await person.photo(picture(17))
    await person.reads("Please send it once more")
    photo = await person.photo(picture(17))
    question = await person.hears("sendMessage")
    assert question.reply_to == photo["message_id"]
    assert STYLE.title in question.buttons


async def test_a_button_under_an_old_question_still_knows_its_photo(town: Town) -> None:
    person = town.person()
    photo = await person.photo(picture(16))
    question = await person.hears("sendMessage")
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
    assert len((await person.hears("sendPhoto")).buttons) == len(STYLES)


async def test_the_menu_lists_every_preset(town: Town) -> None:
    (menu,) = [call for call in town.server.calls if call.method == "setMyCommands"]
    assert f'"command": "{STYLE.name}"' in menu.fields["commands"]
    assert '"command": "cancel"' in menu.fields["commands"]


@pytest.mark.parametrize("status", [400, 403, 429, 500])
async def test_the_bot_survives_what_the_server_answers(town: Town, status: int) -> None:
    person = town.person()
    parameters = {"retry_after": 1} if status == 429 else None
    town.server.faults = [
        Fault("sendMessage", ApiRefusal("Trouble", status, parameters), chat=person.chat)
    ]
    await person.say("/help")
    await person.say("/start")
    await person.reads("Hello! I paint")


async def test_updates_that_nobody_expects(town: Town) -> None:
    person = town.person()
    await person.send(new_chat_title="A new title")
    await person.send(
        text="reply",
        reply_to_message={
            **(await person.say("/help")),
            "from": {"id": BOT_ID, "is_bot": True, "first_name": "Fixture"},
        },
    )
    await person.reads("How to get a painting")
    await person.reads("I understand pictures best")
