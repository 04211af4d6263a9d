"""A group becomes a supergroup: another chat for Telegram, and the same one for its people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from telegram.error import ChatMigrated

from bot.access import Access, Verdict
from bot.demo.chats import Chat
from bot.demo.people import Impossible, People
from bot.demo.server import serving
from bot.limiter import RetryLimiter
from bot.store import Store
from nst_core.executor.base import Progressed, Started
from tests.bot.atelier import STYLES, Atelier, at_work, opened, painted
from tests.bot.bench import Bench, Visitor
from tests.bot.calls import USERNAME, Call
from tests.bot.door import Handle, picture
from tests.bot.test_scenarios import shows

STYLE = STYLES[0]


@pytest_asyncio.fixture
async def atelier(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Atelier]:
    monkeypatch.setattr("bot.notice.GROUP_INTERVAL", 0.01)
    async with opened() as atelier:
        yield atelier


def group_of(atelier: Atelier, person: Visitor) -> Chat:
    return atelier.bench.account.chats[person.chat]


def there(atelier: Atelier, person: Visitor, chat: Chat) -> Visitor:
    """The same person, in the supergroup."""
    return Visitor(atelier.bench, person.user, chat.id)


async def orders(atelier: Atelier, person: Visitor) -> Handle:
    photo = await person.photo(picture(1))
    await person.say(f"/{STYLE.name}@{USERNAME}", answers=photo["message_id"])
    handle = await atelier.door.next()
    handle.happen(Started(job=handle.id))
    await person.hears("editMessageText", where=lambda call: "Cancel" in call.buttons)
    return handle


def progressed(handle: Handle, share: float) -> Progressed:
    known: dict[str, Any] = {"level": 1, "levels": 1, "seconds": 0.0, "losses": {}}
    step = round(100 * share)
    return Progressed(job=handle.id, step=step, total=100, share=share, eta=9.0, **known)


def paintings(atelier: Atelier) -> list[Call]:
    sent = [call for call in atelier.bench.calls if call.method == "sendPhoto"]
    return [call for call in sent if not call.refused]


async def test_a_painting_follows_its_group(atelier: Atelier) -> None:
    person = atelier.person("painters")
    handle = await orders(atelier, person)
    # Telegram has not told of it yet.
    chat = atelier.bench.account.upgrade(group_of(atelier, person))
    after = there(atelier, person, chat)
    handle.happen(painted(handle))
    sent = await after.gets()
    assert sent.file("photo") == painted(handle).image
    assert sent.reply_to is None
    assert [call.chat for call in paintings(atelier)] == [chat.id]


async def test_progress_goes_on_in_a_new_message(atelier: Atelier) -> None:
    person = atelier.person("painters")
    handle = await orders(atelier, person)
    chat = atelier.bench.account.upgrade(group_of(atelier, person))
    after = there(atelier, person, chat)
    handle.happen(progressed(handle, 0.5))
    progress = await after.hears("sendMessage")
    assert list(progress.buttons) == ["Cancel"]
    await after.press(progress, "Cancel")
    assert await handle.was_cancelled.wait()
    await after.hears("editMessageText", where=lambda call: "Cancelled" in call.text)


async def test_a_dialogue_follows_its_group(atelier: Atelier) -> None:
    person = atelier.person("painters")
    await person.photo(picture(2), caption=f"@{USERNAME}")
    await person.is_asked()
    chat = People(atelier.bench.account).upgrade(group_of(atelier, person))
    after = there(atelier, person, chat)
    await after.say(f"/{STYLE.name}@{USERNAME}")
    handle, sent = await atelier.paints(after)
    assert shows(handle.job.content, picture(2))
    assert sent.reply_to is None
    await after.hears("deleteMessage")
    await after.say(f"/queue@{USERNAME}")
    await after.reads("Nothing of yours")


async def test_what_the_group_itself_began_is_the_supergroups(atelier: Atelier) -> None:
    person = atelier.person("painters")
    group = {"id": person.chat, "type": "group", "title": "painters"}
    photo = await person.photo(picture(1))
    command = f"/{STYLE.name}@{USERNAME}"
    await person.say(command, answers=photo["message_id"], sender_chat=group)
    await atelier.door.next()
    chat = People(atelier.bench.account).upgrade(group_of(atelier, person))
    after = there(atelier, person, chat)
    await after.say(f"/cancel@{USERNAME}", sender_chat={**group, "id": chat.id})
    await after.reads("Stopped")


async def test_the_next_process_knows_where_its_people_are(tmp_path: Path) -> None:
    async with serving() as demo:
        bench = Bench(demo)
        async with at_work(bench, demo.address, data=tmp_path) as atelier:
            person, other = atelier.person("painters"), atelier.person("painters")
            await orders(atelier, person)
            await other.photo(picture(3), caption=f"@{USERNAME}")
            await other.is_asked()
            chat = People(bench.account).upgrade(group_of(atelier, person))
            after = there(atelier, person, chat)
            await after.say(f"/help@{USERNAME}")
            await after.reads("How to get a painting")
        async with at_work(bench, demo.address, data=tmp_path) as atelier:
            await atelier.desk.jobs.resume()
            await atelier.paints(after)
            await there(atelier, other, chat).say(f"/{STYLE.name}@{USERNAME}")
            handle, _ = await atelier.paints(there(atelier, other, chat))
            assert shows(handle.job.content, picture(3))


async def test_a_blocked_group_gets_no_new_door(atelier: Atelier) -> None:
    person = atelier.person("shut out")
    atelier.desk.access.block(person.chat, "spam", 1)
    chat = People(atelier.bench.account).upgrade(group_of(atelier, person))
    await there(atelier, person, chat).say(f"/help@{USERNAME}")
    await atelier.person().say("/help")
    await atelier.bench.log.until(lambda call: "How to get a painting" in call.text)
    assert chat.id not in {call.chat for call in atelier.bench.calls}
    assert [each.reason for each in atelier.desk.store.ledger.blocked()] == ["spam", "spam"]


def test_an_allowed_group_is_let_in_again(caplog: pytest.LogCaptureFixture) -> None:
    store = Store(None)
    access = Access(store.ledger, allow=[-1])
    access.move(-1, -100)
    access.move(-1, -100)
    assert access.verdict(-100) is Verdict.WELCOME
    assert access.verdict(-101) is Verdict.STRANGER
    assert caplog.text.count("has become -100") == 1
    store.close()


def test_a_move_that_could_not_be_kept_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.close()
    assert not store.move(-1, -2)


async def test_what_is_about_a_message_is_not_done_to_another_one() -> None:
    asked, moves = [], []

    async def refuse() -> None:
        asked.append(True)
        raise ChatMigrated(-100)

    limiter = RetryLimiter()
    limiter.on_moved = lambda old, new: moves.append((old, new))
    data = {"chat_id": -1, "message_id": 7}
    with pytest.raises(ChatMigrated):
        await limiter.process_request(refuse, (), {}, "editMessageText", data, None)
    assert (asked, moves) == ([True], [(-1, -100)])


async def test_a_group_moves_once() -> None:
    async with serving() as demo:
        bench = Bench(demo)
        people = People(bench.account)
        person = bench.account.add_person("Somebody")
        group = bench.account.add_group("painters", [person.id], [])
        people.upgrade(group)
        for chat in (group, person):
            with pytest.raises(Impossible):
                people.upgrade(chat)
        with pytest.raises(Impossible, match="go on there"):
            await Visitor(bench, person.id, group.id).say("hello")
