"""The wrong word at the wrong moment: what people do while something else is going on."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from lo_bot_api_emulator import ApiRefusal

from bot.demo.server import serving
from bot.links import Links
from bot.mixing import MOST_PARTS
from bot.style import Picture
from nst_core.executor.base import Previewed, Started
from tests.bot.atelier import STYLES, Atelier, at_work, opened, painted
from tests.bot.bench import Bench
from tests.bot.calls import USERNAME, Call, Fault
from tests.bot.door import picture
from tests.bot.emulator import serving as serving_pages
from tests.bot.test_scenarios import shows, uses

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST, SECOND, THIRD = STYLES[:3]


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


# Stopping


async def test_cancel_right_after_a_tap_stops_what_the_tap_began(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1))
    question = await person.is_asked()
    await person.press(question, FIRST.title)
    await person.say("/cancel")
    await person.reads("Stopped")
    await nothing_goes_on(atelier)


async def test_cancel_stops_an_album_that_is_still_coming(atelier: Atelier) -> None:
    person = atelier.person()
    await person.album(picture(1), picture(2))
    await person.say("/cancel")
    await person.reads("Stopped")
    await nothing_goes_on(atelier)


async def test_forgetting_stops_an_album_that_is_still_coming(atelier: Atelier) -> None:
    person = atelier.person()
    await person.album(picture(1), picture(2))
    await person.say("/forget")
    await person.reads("remember nothing")
    await nothing_goes_on(atelier)
    assert atelier.desk.store.own_styles(person.user) == []


async def nothing_goes_on(atelier: Atelier) -> None:
    """Whatever was under way has ended, and nothing has been handed over that still lives."""
    tasks = [ticket.task for ticket in atelier.desk.jobs._tickets.values() if ticket.task]
    await asyncio.wait_for(asyncio.gather(*tasks), 20)
    while not atelier.door.idle:
        assert (await atelier.door.next()).was_cancelled.is_set()
    assert len(atelier.desk.albums) == 0


async def test_forgetting_while_a_painting_is_delivered_is_not_undone(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=FIRST.name)
    handle = await atelier.door.next()
    atelier.bench.account.faults.add(
        {"kind": "hang_after", "method": "sendPhoto", "seconds": 0.5, "times": 1}
    )
    handle.happen(painted(handle))
    await person.gets()
    await person.say("/forget")
    await person.reads("remember nothing")
    await person.hears("deleteMessage")
    assert atelier.desk.store.register.painting(handle.id) is None


async def test_a_slow_link_holds_up_nobody_and_can_be_stopped() -> None:
    asked, answers = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        asked.set()
        await answers.wait()
        return web.Response(body=picture(6), content_type="image/png")

    app = web.Application()
    app.router.add_get("/slow.png", slow)
    async with serving_pages(app) as address:
        port = int(address.rpartition(":")[2])
        links = Links(is_allowed=lambda ip: ip == ip_address("127.0.0.1"), ports=frozenset({port}))
        async with opened(links=links) as atelier:
            person = atelier.person()
            await person.say(f"{address}/slow.png {FIRST.name}")
            await asyncio.wait_for(asked.wait(), 20)
            await person.say("/help")
            await person.reads("How to get a painting")
            await person.say(f"{address}/slow.png")
            await person.reads("on it already")
            await person.say("/cancel")
            await person.reads("Stopped")
            answers.set()
            await person.say("/queue")
            await person.reads("Nothing of yours")
            assert atelier.door.idle


async def test_last_words_are_said_though_telegram_asks_for_patience(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=FIRST.name)
    progress = await person.hears("sendMessage")
    await atelier.door.next()
    refusal = ApiRefusal("Too Many Requests: retry after 1", 429, {"retry_after": 1})
    atelier.bench.break_with(Fault("editMessageText", refusal, times=1, chat=person.chat))
    await person.press(progress, "Cancel")
    last = await person.hears("editMessageText", where=lambda call: not call.buttons)
    assert "Cancelled" in last.text


# Answers to our own messages


@pytest.mark.parametrize("group", ["", "answers"])
async def test_a_style_in_reply_to_our_question_is_for_its_photo(
    atelier: Atelier, group: str
) -> None:
    person = atelier.person(group)
    photo = await person.photo(picture(1), caption=f"@{USERNAME}" if group else "")
    question = await person.is_asked()
    await person.say(FIRST.name, answers=question.message_id)
    handle, sent = await atelier.paints(person)
    assert shows(handle.job.content, picture(1))
    assert sent.reply_to == photo["message_id"]


async def test_a_style_in_reply_to_the_gallery_waits_for_a_photo(atelier: Atelier) -> None:
    person = atelier.person()
    await person.say("/styles")
    gallery = await person.is_asked()
    await person.say(f"/{FIRST.name}", answers=gallery.message_id)
    await person.reads("Now send me the photo")


async def test_a_style_in_reply_to_a_painting_paints_the_painting(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=FIRST.name)
    handle, sent = await atelier.paints(person)
    await person.say(f"/{SECOND.name}", answers=sent.message_id)
    again, _ = await atelier.paints(person)
    assert shows(again.job.content, painted(handle).image)


async def test_a_sticker_in_reply_to_us_is_no_photo_in_a_group(atelier: Atelier) -> None:
    person = atelier.person("stickers")
    photo = await person.photo(picture(1))
    await person.say(f"/{FIRST.name}@{USERNAME}", answers=photo["message_id"])
    _, sent = await atelier.paints(person)
    known = {"file_id": "s", "file_unique_id": "s", "width": 9, "height": 9, "type": "regular"}
    await person.send(
        answers=sent.message_id, sticker={**known, "is_animated": False, "is_video": False}
    )
    await person.say(f"/help@{USERNAME}")
    await person.reads("How to get a painting")
    asked = [call for call in atelier.bench.calls if "Surprise me" in call.buttons]
    assert person.chat not in {call.chat for call in asked}


@pytest.mark.parametrize("caption", ["/style", f"/style@{USERNAME}"])
async def test_a_command_without_a_name_under_a_photo_asks(atelier: Atelier, caption: str) -> None:
    person = atelier.person("captions")
    photo = await person.photo(picture(1), caption=caption)
    assert (await person.is_asked()).reply_to == photo["message_id"]


async def test_a_mix_under_a_photo_starts_at_once(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=f"/mix {FIRST.name} {SECOND.name}")
    handle, _ = await atelier.paints(person)
    assert handle.job.styles == (FIRST.read(), SECOND.read())


async def test_an_album_with_a_stranger_in_it_is_painted_without_it(atelier: Atelier) -> None:
    person = atelier.person()
    await person.album(picture(1), b"%PDF", picture(2), mime="image/png")
    handle, _ = await atelier.paints(person)
    assert uses(handle, picture(1), picture(2))


# Buttons mean what they say


async def test_the_button_of_the_last_style_keeps_its_word(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=FIRST.name)
    await atelier.paints(person)
    await person.photo(picture(2))
    question = await person.is_asked()
    await person.photo(picture(3), caption=SECOND.name)
    await atelier.paints(person)
    await person.press(question, f"↺ {FIRST.title}")
    _, sent = await atelier.paints(person)
    assert sent.text.startswith(FIRST.title)


async def test_a_plain_question_mixes_nothing(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=FIRST.name)
    _, sent = await atelier.paints(person)
    await person.press(sent, "Another style")
    plain = await person.is_asked()
    await person.press(sent, "Mix in a style")
    await person.is_asked()
    await person.press(plain, SECOND.title)
    handle, _ = await atelier.paints(person)
    assert handle.job.styles == (SECOND.read(),)


async def test_a_sheet_of_own_styles_can_be_used_twice_and_bears_a_dead_link(
    atelier: Atelier,
) -> None:
    person = atelier.person()
    dead = Picture("http://127.0.0.1/gone.png", 1, is_link=True)
    atelier.desk.store.use_style(person.user, dead)
    await person.album(picture(1), picture(11))
    await atelier.paints(person)
    await person.say("/styles")
    await person.press(await person.is_asked(), "My own styles")
    sheet = await person.hears("sendPhoto", where=lambda call: [*call.buttons] == ["1", "2"])
    for number in (2, 3):
        await person.press(sheet, "1")
        await person.reads("Now send me the photo")
        await person.photo(picture(number))
        handle, _ = await atelier.paints(person)
        assert uses(handle, picture(number), picture(11))


async def test_no_more_styles_are_mixed_than_may_be(atelier: Atelier) -> None:
    person = atelier.person()
    names = " ".join(style.name for style in STYLES[:MOST_PARTS])
    await person.photo(picture(1), caption=f"/mix {names}")
    _, sent = await atelier.paints(person)
    assert "Mix in a style" not in sent.buttons
    data = sent.buttons["Another style"].replace("other", "mix")
    await person.press_data(data, sent.message_id)
    question = await person.is_asked()
    query = await person.press(question, STYLES[MOST_PARTS].title)
    assert "4 styles at most" in await person.is_answered(query)


async def test_what_the_operator_took_away_is_told(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=THIRD.name)
    _, sent = await atelier.paints(person)
    kept = atelier.desk.gallery._styles.pop(THIRD.name)
    try:
        for button in ("Mix in a style", "Softer"):
            query = await person.press(sent, button)
            assert "no longer have that style" in await person.is_answered(query)
    finally:
        atelier.desk.gallery._styles[THIRD.name] = kept


async def test_two_of_a_group_press_at_once_and_get_one_painting(atelier: Atelier) -> None:
    admin, member = atelier.person("shared"), atelier.person("shared")
    group = {"id": admin.chat, "type": "group", "title": "shared"}
    photo = await admin.photo(picture(1))
    await admin.say("/style", answers=photo["message_id"], sender_chat=group)
    question = await admin.is_asked()
    queries = [await who.press(question, FIRST.title) for who in (admin, member)]
    said = [await admin.is_answered(query) for query in queries]
    assert sorted(said) == ["", "I am on it already."]
    await atelier.paints(admin)


async def test_settings_are_nothing_for_somebody_anonymous(atelier: Atelier) -> None:
    admin = atelier.person("anonymous")
    group = {"id": admin.chat, "type": "group", "title": "anonymous"}
    await admin.say(f"/settings@{USERNAME}", sender_chat=group)
    await admin.reads("settings for each person")


async def test_a_tap_that_comes_late_paints_nothing(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1))
    question = await person.is_asked()
    refusal = ApiRefusal("Bad Request: message can't be deleted for everyone")
    atelier.bench.break_with(Fault("deleteMessage", refusal, chat=person.chat))
    await person.press(question, FIRST.title)
    await atelier.paints(person)
    await person.hears("editMessageCaption", where=lambda call: not call.buttons)
    query = await person.press(question, FIRST.title)
    assert "does nothing any more" in await person.is_answered(query)
    assert atelier.door.idle


async def test_copies_for_one_person_are_made_two_at_a_time(atelier: Atelier) -> None:
    person = atelier.person()
    paintings = []
    for number in range(3):
        await person.photo(picture(number), caption=FIRST.name)
        paintings.append((await atelier.paints(person))[1])
    atelier.bench.account.faults.add(
        {"kind": "hang_before", "method": "sendPhoto", "seconds": 1, "times": 2}
    )
    queries = [await person.press(sent, "Before / after") for sent in paintings]
    said = [await person.is_answered(query) for query in queries]
    assert said == ["", "", "I am on it already."]
    await atelier.desk.errands.close()


async def test_what_is_painted_anew_for_a_copy_is_kept(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=FIRST.name)
    _, sent = await atelier.paints(person)
    atelier.desk.jobs.copies.forget(person.user)
    await person.press(sent, "As a file")
    await atelier.paints(person)
    await person.press(sent, "Time-lapse")
    await person.hears("sendAnimation")
    assert atelier.door.idle


# Bad moments


async def test_one_bad_moment_does_not_end_the_preview(atelier: Atelier) -> None:
    person = atelier.person()
    await person.photo(picture(1), caption=FIRST.name)
    handle = await atelier.door.next()
    handle.happen(Started(job=handle.id))
    refusal = ApiRefusal("Bad Gateway", 502)
    atelier.bench.break_with(Fault("editMessageMedia", refusal, times=1, chat=person.chat))
    for step in (4, 8):
        image = picture(step, kind="JPEG")
        handle.happen(Previewed(job=handle.id, step=step, total=20, image=image))
        await atelier.bench.log.until(
            lambda call: call.method == "editMessageMedia" and call.chat == person.chat,
            len(atelier.bench.calls),
        )
    shown = await person.hears("editMessageMedia")
    assert list(shown.buttons) == ["Cancel"]
    handle.happen(painted(handle))
    await person.gets()


async def test_edits_of_one_chat_keep_their_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    interval = 0.4
    monkeypatch.setattr("bot.notice.PRIVATE_INTERVAL", interval)
    async with opened() as atelier:
        person = atelier.person()
        times: list[float] = []
        clock = asyncio.get_running_loop().time

        def note(call: Call) -> None:
            if call.method == "editMessageText" and call.chat == person.chat:
                times.append(clock())

        handles = []
        for number in range(3):
            await person.photo(picture(number), caption=FIRST.name)
            handles.append(await atelier.door.next())
        seen = len(atelier.bench.calls)
        for handle in handles:
            handle.happen(Started(job=handle.id))
        for _ in handles:
            seen = 1 + await atelier.bench.log.until(
                lambda call: call.method == "editMessageText", seen
            )
            note(atelier.bench.calls[seen - 1])
        assert all(later - earlier > 0.7 * interval for earlier, later in pairwise(times))


async def test_a_locked_database_costs_nobody_anything(tmp_path: Path) -> None:
    async with serving() as demo:
        bench = Bench(demo)
        async with at_work(bench, demo.address, data=tmp_path) as atelier:
            person = atelier.person()
            other = sqlite3.connect(tmp_path / "stylegram.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            try:
                photo = await person.photo(picture(1))
                await person.press(await person.is_asked(), FIRST.title)
                handle, sent = await atelier.paints(person)
            finally:
                other.execute("ROLLBACK")
                other.close()
            assert sent.file("photo") == painted(handle).image
            assert sent.reply_to == photo["message_id"]
            await person.hears("deleteMessage")
            told = [call.text for call in bench.calls if call.chat == person.chat]
            assert not any("went wrong" in text for text in told)


async def test_records_of_another_version_are_as_if_there_were_none(tmp_path: Path) -> None:
    async with serving() as demo:
        bench = Bench(demo)
        async with at_work(bench, demo.address, data=tmp_path) as atelier:
            person = atelier.person()
            await person.album(picture(1), picture(2))
            await atelier.paints(person)
            database = atelier.desk.store._database
            for odd in ('{"shape": 9}', "nonsense", "[1]", '"text"'):
                database.write(
                    ("UPDATE people SET last_style = ?, preferences = ?", (odd, odd)),
                    ("UPDATE styles SET data = ?", (odd,)),
                )
                await person.photo(picture(3), caption=FIRST.name)
                await atelier.paints(person)
                await person.photo(picture(4))
                await person.is_asked()
                await person.say("/cancel")
                await person.reads("Stopped")


async def test_a_broken_database_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "stylegram.db").write_bytes(b"no database at all, but long enough to be one" * 99)
    async with serving() as demo, at_work(Bench(demo), demo.address, data=tmp_path) as atelier:
        person = atelier.person()
        await person.photo(picture(1), caption=FIRST.name)
        await atelier.paints(person)
    assert await asyncio.to_thread(lambda: [*tmp_path.glob("stylegram.db.broken-*")])
