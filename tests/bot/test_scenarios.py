"""What a person may do in the chat, scene by scene: the whole bot over HTTP, and an engine that
paints when the test says so."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from aiohttp import web
from lo_bot_api_emulator import ApiRefusal
from PIL import Image

from bot.demo.people import People
from bot.demo.server import serving
from bot.demo.wire import Upload
from bot.links import Links
from bot.look import Look
from bot.sheet import PAGE
from bot.texts import Text
from bot.words import Language, words_in
from nst_core.executor.base import Failed, Previewed, Started
from nst_core.settings import Colors, Quality
from tests.bot.atelier import SETTINGS, STYLES, Atelier, at_work, opened, painted
from tests.bot.bench import Bench, Visitor
from tests.bot.calls import USERNAME, Call, Fault, is_question
from tests.bot.door import Handle, picture
from tests.bot.emulator import serving as serving_pages

pytestmark = pytest.mark.asyncio(loop_scope="module")

BACK = words_in(Language.ENGLISH).plain(Text.BUTTON_BACK)
FIRST, SECOND = STYLES[:2]
NEXT = words_in(Language.ENGLISH).plain(Text.BUTTON_NEXT)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lasting() -> AsyncIterator[Atelier]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.notice.PRIVATE_INTERVAL", 0.01)
        patch.setattr("bot.notice.GROUP_INTERVAL", 0.01)
        async with opened() as atelier:
            yield atelier


@pytest_asyncio.fixture(loop_scope="module")
async def atelier(lasting: Atelier) -> Atelier:
    """The bot at work, without any job that an earlier test has left."""
    while not lasting.door.idle:
        await lasting.door.next()
    return lasting


def shows(data: bytes, original: bytes) -> bool:
    """Whether it is the same picture, though Telegram has encoded it anew."""
    pixels = [np.asarray(Image.open(io.BytesIO(d)).convert("RGB"), float) for d in (data, original)]
    return pixels[0].shape == pixels[1].shape and float(np.abs(pixels[0] - pixels[1]).mean()) < 12


def uses(handle: Handle, *pictures: bytes) -> bool:
    """Whether a job is of this photo and these style pictures."""
    return all(map(shows, (handle.job.content, *handle.job.styles), pictures))


def webp() -> bytes:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(picture(3, 512, 512))).save(buffer, "WEBP")
    return buffer.getvalue()


# Ways in


async def test_the_picture_may_be_the_style(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1))
    await person.press(await person.is_asked(), "This photo is the style")
    await person.reads("Now send me the photo")
    photo = await person.photo(picture(2))
    handle, sent = await atelier.paints(person)
    assert uses(handle, picture(2), picture(1))
    assert sent.reply_to == photo["message_id"]


async def test_a_caption_says_that_the_picture_is_the_style(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption="Stil")
    await person.reads("Now send me the photo")
    await person.photo(picture(2))
    handle, _ = await atelier.paints(person)
    assert uses(handle, picture(2), picture(1))


async def test_an_album_of_three_is_two_photos_in_the_style_of_the_last(atelier: Atelier) -> None:
    person = atelier.person()
    await person.album(picture(1), picture(2), picture(3))
    first, sent = await atelier.paints(person)
    assert uses(first, picture(1), picture(3))
    assert sent.text.startswith("your own style · 1 of 2")
    second, sent = await atelier.paints(person)
    assert uses(second, picture(2), picture(3))
    assert sent.text.startswith("your own style · 2 of 2")


async def test_an_album_in_a_named_style_is_painted_one_by_one(atelier: Atelier) -> None:
    person = atelier.person()
    # More than one person may have under way at once; one by one they take up one place.
    files = [picture(number) for number in range(5)]
    await person.album(*files, caption=FIRST.name)
    for data in files:
        handle, _ = await atelier.paints(person)
        assert shows(handle.job.content, data)


async def test_an_album_without_a_picture_is_explained(atelier: Atelier) -> None:
    person = atelier.person()
    await person.album(b"%PDF", b"%PDF", mime="application/pdf")
    await person.reads("not a picture")


async def test_a_sticker_is_painted(atelier: Atelier) -> None:
    person = atelier.person()
    sent = await person.sticker(webp())
    question = await person.is_asked()
    assert question.reply_to == sent["message_id"]
    await person.press(question, FIRST.title)
    handle, _ = await atelier.paints(person)
    assert handle.job.content == webp()


async def test_a_profile_photo_is_painted(atelier: Atelier) -> None:
    person = atelier.person()
    await person.say("/me")
    await person.reads("cannot see a profile photo")
    somebody = atelier.bench.account.people[person.user]
    face = picture(4, 400, 400, "JPEG")
    await People(atelier.bench.account).portray(somebody, Upload("me.jpg", "image/jpeg", face))
    await person.say(f"/me {FIRST.name}")
    handle, _ = await atelier.paints(person)
    width, height = Image.open(io.BytesIO(handle.job.content)).size
    assert width == height


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://127.0.0.1/cat.png", "do not go to that address"),
        ("http://10.0.0.1/x and words", "do not go to that address"),
        ("https://user:secret@example.com/cat.png", "no picture that I may fetch"),
        ("see main.py", "I understand pictures best"),
    ],
)
async def test_links_that_are_not_followed(atelier: Atelier, text: str, words: str) -> None:
    person = atelier.person()
    await person.say(text)
    await person.reads(words)


async def test_a_link_to_a_picture_is_painted() -> None:
    async def cat(_: web.Request) -> web.Response:
        return web.Response(body=picture(6), content_type="image/png")

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<html>a cat</html>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/cat.png", cat)
    app.router.add_get("/page", page)
    async with serving_pages(app) as address:
        port = int(address.rpartition(":")[2])
        links = Links(is_allowed=lambda ip: ip == ip_address("127.0.0.1"), ports=frozenset({port}))
        async with opened(links=links) as atelier:
            person = atelier.person()
            await person.say(f"{address}/page")
            await person.reads("leads to a page")
            sent = await person.say(f"{address}/cat.png")
            question = await person.is_asked()
            assert question.reply_to == sent["message_id"]
            await person.press(question, FIRST.title)
            handle, _ = await atelier.paints(person)
            assert handle.job.content == picture(6)
            await person.say(f"{address}/cat.png {SECOND.name}")
            handle, sent_painting = await atelier.paints(person)
            assert sent_painting.text.startswith(SECOND.title)


async def test_a_new_photo_during_a_job_is_a_new_job(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=FIRST.name)
    first = await atelier.door.next()
    await person.photo(picture(2), caption=SECOND.name)
    second = await atelier.door.next()
    for handle in (second, first):
        handle.happen(painted(handle))
        assert (await person.gets()).file("photo") == painted(handle).image


# Choosing


async def test_the_gallery_is_turned_in_place_and_its_numbers_go_on(atelier: Atelier) -> None:
    person = atelier.person()
    photo = await person.photo(picture(1))
    question = await person.is_asked()
    await person.press(question, NEXT)
    turned = await person.hears("editMessageMedia")
    assert turned.message_id == question.message_id
    tiles = [label for label in turned.buttons if " · " in label]
    assert tiles[0] == f"{PAGE + 1} · {STYLES[PAGE].title}"
    await person.press(turned, STYLES[PAGE].title)
    _, sent = await atelier.paints(person)
    assert sent.reply_to == photo["message_id"]
    assert sent.text.startswith(STYLES[PAGE].title)


async def test_the_last_style_comes_first(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=SECOND.name)
    await atelier.paints(person)
    await person.photo(picture(2))
    question = await person.is_asked()
    assert next(iter(question.buttons)) == f"↺ {SECOND.title}"
    await person.press(question, f"↺ {SECOND.title}")
    _, sent = await atelier.paints(person)
    assert sent.text.startswith(SECOND.title)


async def test_a_surprise_is_one_of_the_gallery_but_not_the_last_one(atelier: Atelier) -> None:
    person = atelier.person()
    seen = []
    for number in range(6):
        await person.photo(picture(number))
        await person.press(await person.is_asked(), "Surprise me")
        _, sent = await atelier.paints(person)
        seen.append(sent.text.partition(",")[0])
    assert {*seen} <= {style.title for style in STYLES}
    assert all(before != after for before, after in pairwise(seen))


async def test_own_style_pictures_are_offered_again(atelier: Atelier) -> None:
    person = atelier.person()
    for number in (11, 12):
        await person.album(picture(1), picture(number))
        await atelier.paints(person)
    await person.photo(picture(2))
    question = await person.is_asked()
    await person.press(question, "My own styles")
    sheet = await person.hears("editMessageMedia", where=lambda call: "2" in call.buttons)
    assert sheet.message_id == question.message_id
    assert [*sheet.buttons] == ["1", "2", BACK]
    assert Image.open(io.BytesIO(sheet.file("media"))).width > 64
    await person.press(sheet, "2")
    handle, sent = await atelier.paints(person)
    assert uses(handle, picture(2), picture(11))
    assert sent.text.startswith("your own style")
    await person.hears("deleteMessage", where=lambda call: call.message_id == sheet.message_id)
    messages = atelier.bench.account.chats[person.chat].messages.values()
    assert not [each for each in messages if "Surprise me" in str(each.markup)]


async def test_from_own_styles_back_to_the_gallery(atelier: Atelier) -> None:
    person = atelier.person()
    await person.album(picture(1), picture(11))
    await atelier.paints(person)
    await person.photo(picture(2))
    await person.press(await person.is_asked(), "My own styles")
    sheet = await person.hears("editMessageMedia", where=lambda call: "1" in call.buttons)
    await person.press(sheet, BACK)
    gallery = await person.hears("editMessageMedia", where=is_question)
    await person.press(gallery, FIRST.title)
    handle, _ = await atelier.paints(person)
    assert shows(handle.job.content, picture(2))


async def test_a_question_that_can_show_no_picture_is_followed_by_a_sheet(
    atelier: Atelier,
) -> None:
    person = atelier.person()
    await person.album(picture(1), picture(11))
    await atelier.paints(person)
    await person.hears("deleteMessage")
    await person.photo(picture(2))
    refusal = ApiRefusal("Bad Request: message can't be edited")
    atelier.bench.break_with(Fault("editMessageMedia", refusal, chat=person.chat))
    await person.press(await person.is_asked(), "My own styles")
    sheet = await person.hears("sendPhoto", where=lambda call: [*call.buttons] == ["1"])
    await person.press(sheet, "1")
    handle, _ = await atelier.paints(person)
    assert uses(handle, picture(2), picture(11))


async def test_styles_are_mixed_by_command(atelier: Atelier) -> None:
    person = atelier.person()
    await person.say(f"/mix {FIRST.name} 70 {SECOND.name} 30")
    await person.reads(f"{FIRST.title} 70 % + {SECOND.title} 30 %")
    await person.photo(picture(1))
    handle, sent = await atelier.paints(person)
    assert list(handle.job.settings.style_weights) == [70, 30]
    assert handle.job.styles == (FIRST.read(), SECOND.read())
    await person.press(sent, f"More {SECOND.title}")
    handle, sent = await atelier.paints(person)
    assert list(handle.job.settings.style_weights) == [50, 50]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("", "Tell me which styles"),
        ("70 mosaic", "Tell me which styles"),
        ("mosaic 0 waves", "Tell me which styles"),
        ("mosaic waves nonsuch", "no style called “nonsuch”"),
        ("mosaic waves dots glass dusk", "4 styles at most"),
    ],
)
async def test_mixes_that_make_no_sense(atelier: Atelier, words: str, answer: str) -> None:
    person = atelier.person()
    await person.say(f"/mix {words}")
    await person.reads(answer)


async def test_a_style_is_mixed_in_by_buttons(atelier: Atelier) -> None:
    person = atelier.person()
    photo = await person.photo(picture(1), caption=FIRST.name)
    _, sent = await atelier.paints(person)
    await person.press(sent, "Mix in a style")
    question = await person.is_asked()
    assert question.text.startswith(f"<b>{FIRST.title}</b>, and what")
    await person.press(question, SECOND.title)
    handle, mixed = await atelier.paints(person)
    assert handle.job.styles == (FIRST.read(), SECOND.read())
    assert mixed.reply_to == photo["message_id"]
    assert mixed.text.startswith(f"{FIRST.title} 50 % + {SECOND.title} 50 %")


# Waiting


async def test_the_painting_grows_in_the_progress_message(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1))
    question = await person.is_asked()
    await person.press(question, FIRST.title)
    handle = await atelier.door.next()
    handle.happen(Started(job=handle.id))
    for step in (4, 8):
        image = picture(step, kind="JPEG")
        handle.happen(Previewed(job=handle.id, step=step, total=20, image=image))
        shown = await person.hears("editMessageMedia")
        assert shown.message_id == question.message_id
        assert "Mixing the colours" in shown.fields["media"]
        assert list(shown.buttons) == ["Cancel"]
        assert Image.open(io.BytesIO(shown.file("media"))).size == (512, 341)
    await person.press(shown, "Cancel")
    last = await person.hears("editMessageCaption")
    assert "Cancelled" in last.text
    assert handle.was_cancelled.is_set()


async def test_a_text_becomes_a_picture_too(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=FIRST.name)
    opened_ = await person.hears("sendMessage")
    handle = await atelier.door.next()
    image = picture(5, kind="JPEG")
    handle.happen(Previewed(job=handle.id, step=4, total=20, image=image))
    shown = await person.hears("editMessageMedia")
    assert shown.message_id == opened_.message_id
    handle.happen(Started(job=handle.id))
    assert "Mixing" in (await person.hears("editMessageCaption")).text
    handle.happen(Failed(job=handle.id, error="InternalError", message="It went wrong."))
    assert (await person.hears("deleteMessage")).message_id == opened_.message_id
    await person.reads("not your fault")


async def test_no_preview_for_those_who_want_none(atelier: Atelier) -> None:
    person = atelier.person()
    await set_to(person, "Live preview: on", "off")
    await person.photo(picture(1), caption=FIRST.name)
    await atelier.paints(person)
    await person.hears("deleteMessage")
    assert "editMessageMedia" not in [
        call.method for call in atelier.bench.calls if call.chat == person.chat
    ]


# After


async def test_the_lossless_file_at_once_and_after_a_restart(tmp_path: Path) -> None:
    async with serving() as demo:
        bench = Bench(demo)
        async with at_work(bench, demo.address, data=tmp_path) as atelier:
            person = atelier.person()
            photo = await person.photo(picture(1), caption=FIRST.name)
            handle, sent = await atelier.paints(person)
            await person.press(sent, "As a file")
            file = await person.hears("sendDocument")
            assert file.file("document") == painted(handle).image
            assert file.reply_to == photo["message_id"]
            assert atelier.door.idle
        async with at_work(bench, demo.address, data=tmp_path) as atelier:
            query = await person.press(sent, "As a file")
            assert "paint it once again" in await person.is_answered(query)
            again, file = await atelier.paints(person)
            assert file.method == "sendDocument"
            assert again.job.settings == handle.job.settings


async def test_buttons_work_after_a_restart(tmp_path: Path) -> None:
    async with serving() as demo:
        bench = Bench(demo)
        async with at_work(bench, demo.address, data=tmp_path) as atelier:
            person = atelier.person()
            await set_to(person, "Quality: standard", "draft, quick")
            await person.album(picture(1), picture(2))
            _, sent = await atelier.paints(person)
            await person.photo(picture(3))
            question = await person.is_asked()
        async with at_work(bench, demo.address, data=tmp_path) as atelier:
            await person.press(sent, "Keep my colours")
            handle, again = await atelier.paints(person)
            assert handle.job.settings.colors is Colors.PHOTO
            assert handle.job.settings.quality is Quality.DRAFT
            assert uses(handle, picture(1), picture(2))
            assert again.text.startswith("your own style · your colours")
            await person.press(question, "↺ your own style")
            handle, _ = await atelier.paints(person)
            assert uses(handle, picture(3), picture(2))


async def test_the_film_of_a_painting(atelier: Atelier) -> None:
    person = atelier.person()
    photo = await person.photo(picture(1), caption=FIRST.name)
    _, sent = await atelier.paints(person)
    await person.press(sent, "Time-lapse")
    film = await person.hears("sendAnimation")
    assert film.file("animation")[4:8] == b"ftyp"
    assert film.reply_to == photo["message_id"]
    assert "how it grew" in film.text


async def test_before_and_after(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=FIRST.name)
    _, sent = await atelier.paints(person)
    await person.press(sent, "Before / after")
    pair = await person.hears("sendPhoto")
    width, height = Image.open(io.BytesIO(pair.file("photo"))).size
    assert width > 2 * height
    assert "Before and after" in pair.text
    # It is made of what Telegram has, where the painting is not at hand any more.
    atelier.desk.jobs.copies.forget(person.user)
    await atelier.desk.errands.close()
    await person.press(sent, "Before / after")
    await person.hears("sendPhoto", where=lambda call: "Before and after" in call.text)


async def test_another_style_in_a_look_of_its_own(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=FIRST.name)
    _, sent = await atelier.paints(person)
    await person.press(sent, "Another style")
    await person.press(await person.is_asked(), SECOND.title)
    _, sent = await atelier.paints(person)
    assert sent.text.startswith(SECOND.title)


# Settings and words


async def set_to(person: Visitor, field: str, value: str) -> Call:
    """Choose under /settings; the menu as it is afterwards."""
    await person.say("/settings")
    menu = await person.reads("<b>")
    await person.press(menu, field)
    choice = await person.hears("editMessageText")
    assert choice.message_id == menu.message_id
    await person.press(choice, value)
    return await person.hears("editMessageText")


@pytest.mark.parametrize(
    ("field", "value", "shown", "expected"),
    [
        ("Quality: standard", "draft, quick", "Quality: draft, quick", {"quality": Quality.DRAFT}),
        ("Size: 64 px", "256 px", "Size: 256 px", {"size": 256}),
        ("Strength: 50", "80", "Strength: 80", {"strength": 80.0}),
        ("Colours: the style’s", "the photo’s", "Colours: the photo’s", {"own_colors": True}),
        ("Brush: usual", "bold", "Brush: bold", {"brush": 1}),
    ],
)
async def test_settings_are_kept_and_used(
    atelier: Atelier, field: str, value: str, shown: str, expected: dict[str, Any]
) -> None:
    person = atelier.person()
    assert shown in (await set_to(person, field, value)).buttons
    await person.photo(picture(1), caption=FIRST.name)
    handle, sent = await atelier.paints(person)
    usual = Look.of(SETTINGS)
    look = replace(usual, **expected)
    assert handle.job.settings == replace(look.settings(SETTINGS), preview_every=4)
    assert sent.text.startswith(f"{FIRST.title}, painted"), (
        "what one always has is not worth a word"
    )
    # And another person's are not touched by it.
    assert (
        atelier.desk.store.preferences(person.user + 1)
        == type(atelier.desk.store.preferences(person.user))()
    )


async def test_settings_go_back_to_the_beginning(atelier: Atelier) -> None:
    person = atelier.person()
    menu = await set_to(person, "Strength: 50", "80")
    await person.press(menu, "Reset everything")
    assert "Strength: 50" in (await person.hears("editMessageText")).buttons


async def test_settings_are_for_their_owner_alone(atelier: Atelier) -> None:
    owner, other = atelier.person("settings"), atelier.person("settings")
    await owner.say(f"/settings@{USERNAME}")
    menu = await owner.reads("How I paint for you")
    query = await other.press(menu, "Strength: 50")
    assert "somebody else" in await other.is_answered(query)


@pytest.mark.parametrize(
    "data", ["1:t::size:100000", "1:t::quality:best", "1:t::nothing", "1:t::language:xx"]
)
async def test_forged_settings(atelier: Atelier, data: str) -> None:
    person = atelier.person()
    await person.say("/settings")
    menu = await person.reads("How I paint for you")
    query = await person.press_data(data, menu.message_id)
    assert "does nothing any more" in await person.is_answered(query)


@pytest.mark.parametrize("language", [code for code in Language if code != "en"])
async def test_the_bot_speaks_as_telegram_does(atelier: Atelier, language: Language) -> None:
    person = atelier.person(language=f"{language.value}-XX")
    words = words_in(language)
    await person.say("/start")
    assert (await person.hears("sendMessage")).text == words.say(Text.START)
    await person.photo(picture(1), caption=FIRST.name)
    _, sent = await atelier.paints(person)
    seconds = words.duration(12)
    told = words.say(Text.RESULT, style=words.title(FIRST.title), seconds=seconds)
    assert sent.text == told


async def test_another_language_is_chosen(atelier: Atelier) -> None:
    person = atelier.person()
    menu = await set_to(person, "Language: as in Telegram", "Deutsch")
    words = words_in(Language.GERMAN)
    assert menu.text == words.say(Text.SETTINGS)
    await person.say("/start")
    assert (await person.hears("sendMessage")).text == words.say(Text.START)


async def test_a_shared_link_chooses_the_style(atelier: Atelier) -> None:
    person, friend = atelier.person(), atelier.person()
    await person.say("/share")
    assert (await person.reads("Tell your friends")).text.endswith(f"t.me/{USERNAME}")
    await person.photo(picture(1), caption=SECOND.name)
    await atelier.paints(person)
    await person.say("/share")
    shared = await person.reads(SECOND.title)
    payload = re.search(r"\?start=(\S+)", shared.text)
    assert payload
    await friend.say(f"/start {payload[1]}")
    await friend.reads(f"<b>{SECOND.title}</b> it is")
    await friend.say("/start style_nonsuch")
    await friend.reads("Hello! I paint")


async def test_what_is_under_way(atelier: Atelier) -> None:
    person, other = atelier.person(), atelier.person()
    await person.say("/queue")
    await person.reads("Nothing of yours")
    await person.photo(picture(1), caption=FIRST.name)
    handle = await atelier.door.next()
    handle.happen(Started(job=handle.id))
    await atelier.bench.log.until(lambda call: "Mixing" in call.text and call.chat == person.chat)
    await person.say("/queue")
    await person.hears("sendMessage", where=lambda call: "Mixing" in call.text and not call.buttons)
    await other.say("/queue")
    await other.reads("One more painting is under way for somebody else")
    handle.happen(painted(handle))
    await person.gets()


async def test_privacy_and_forgetting(atelier: Atelier) -> None:
    person = atelier.person()
    await set_to(person, "Strength: 50", "80")
    await person.album(picture(1), picture(2))
    _, sent = await atelier.paints(person)
    await person.photo(picture(3))
    question = await person.is_asked()
    await person.photo(picture(4), caption=FIRST.name)
    handle = await atelier.door.next()
    await person.say("/privacy")
    told = await person.reads("What I remember")
    assert "30 days" in told.text
    await person.say("/forget")
    await person.reads("I remember nothing of you")
    assert handle.was_cancelled.is_set()
    # By the number that the executor knows, which is not Telegram's.
    assert atelier.door.forgotten == [handle.job.user]
    assert handle.job.user != person.user
    query = await person.press(sent, "Softer")
    assert "do not remember that painting" in await person.is_answered(query)
    await person.say("/settings")
    menu = await person.reads("How I paint for you")
    assert "Strength: 50" in menu.buttons
    # A question still answers its photo, and Telegram itself tells which.
    await person.press(question, FIRST.title)
    handle, _ = await atelier.paints(person)
    assert shows(handle.job.content, picture(3))


# Groups


async def test_in_groups_a_mention_is_heard(atelier: Atelier) -> None:
    person = atelier.person("mentions")
    await person.photo(picture(1), caption="what a day")
    photo = await person.photo(picture(2), caption=f"@{USERNAME} {FIRST.name}")
    _, sent = await atelier.paints(person)
    assert sent.reply_to == photo["message_id"]
    question = await person.photo(picture(3), caption=f"@{USERNAME}")
    assert (await person.is_asked()).reply_to == question["message_id"]
    await person.say(f"@{USERNAME}, {SECOND.name}")
    _, sent = await atelier.paints(person)
    assert sent.text.startswith(SECOND.title)


async def test_a_word_in_reply_to_a_photo_of_ours_paints_that_one(atelier: Atelier) -> None:
    person = atelier.person("replies")
    photo = await person.photo(picture(1))
    await person.say(f"@{USERNAME} {FIRST.name}", answers=photo["message_id"])
    _, sent = await atelier.paints(person)
    assert sent.reply_to == photo["message_id"]


async def test_limits_are_a_persons_not_a_groups(atelier: Atelier) -> None:
    one, other = atelier.person("limits"), atelier.person("limits")
    handles = []
    for number in range(3):
        photo = await one.photo(picture(number))
        await one.say(f"/{FIRST.name}@{USERNAME}", answers=photo["message_id"])
        handles.append(await atelier.door.next())
    photo = await one.photo(picture(4))
    await one.say(f"/{FIRST.name}@{USERNAME}", answers=photo["message_id"])
    await one.reads("busy with 3 of yours")
    await other.say(f"/{FIRST.name}@{USERNAME}", answers=photo["message_id"])
    handles.append(await atelier.door.next())
    for handle in handles:
        handle.happen(painted(handle))
        await one.gets()


async def test_the_topic_of_a_forum_is_kept(atelier: Atelier) -> None:
    account = atelier.bench.account
    member = account.add_person("Somebody").id
    forum = account.add_group("forum", [member], ["Art", "Other"])
    person = Visitor(atelier.bench, member, forum.id)
    topic = next(iter(forum.topics))
    photo = await person.photo(picture(1), thread=topic)
    await person.say(f"/{FIRST.name}@{USERNAME}", answers=photo["message_id"], thread=topic)
    _, sent = await atelier.paints(person)
    assert int(sent.fields["message_thread_id"]) == topic
