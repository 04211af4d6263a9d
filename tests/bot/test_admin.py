"""What those who run the bot can do in the chat, by doing it; and that nobody else can."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lo_bot_api_emulator import ApiRefusal

from bot import broadcast
from bot.commands import ADMIN
from bot.demo.chats import Person
from bot.demo.people import People
from bot.introduction import introduce
from bot.ledger import SEEN_DAYS
from bot.metrics import Milestone
from bot.store import Store
from bot.tally import Tally
from nst_core.executor.base import Failed
from tests.bot.bench import Visitor
from tests.bot.calls import Call, Fault
from tests.bot.town import Town, founded, gets, greet, ids, order

DAY = 24 * 60 * 60.0


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with founded(tmp_path) as town:
        yield town


async def asked(boss: Visitor, text: str) -> Call:
    """The question whether to send that to everybody."""
    await boss.say(f"/broadcast {text}")
    await boss.reads(text)
    return await boss.reads("what people will see")


async def reports(boss: Visitor, words: str) -> Call:
    return await boss.hears("editMessageText", where=lambda call: words in call.text)


# Stats and drain


async def test_stats_tell_what_came_of_the_jobs(town: Town) -> None:
    boss, person = town.person(), town.person()
    decided = {"admins": ids(boss)}
    async with town.opens(**decided) as atelier:
        await boss.say("/stats")
        said = await boss.reads("People: 1, within 24 hours: 1")
        assert "nothing tried since the start" in said.text
        await order(person)
        await atelier.paints(person, report={"device": "Abacus <2>"})
        await person.hears("deleteMessage")
        await order(person)
        handle = await atelier.door.next()
        handle.happen(Failed(job=handle.id, error="OutOfMemory", message="x"))
        await person.reads("My memory is too full")
        await boss.say("/stats")
        said = await boss.reads("People: 2")
        assert "the last job failed 1 sec ago: OutOfMemory" in said.text
        await order(person)
        await atelier.door.next()
        await person.say("/cancel")
        await person.hears("editMessageText", where=lambda call: "Cancelled" in call.text)
    async with town.opens(**decided) as atelier:
        await gets(atelier, person)
        await person.hears("deleteMessage")
        await order(person)
        handle = await atelier.door.next()
        await boss.say("/stats")
        said = await boss.reads("(UTC): 2 delivered, 1 failed, 1 cancelled")
        for words in ("Under way: 1", "python-telegram-bot 22", "Running for", "I take orders"):
            assert words in said.text
        await person.say("/stats")
        await person.reads("do not know that command")


async def test_draining_finishes_what_there_is_and_tells_why_not_more(town: Town) -> None:
    boss, person, german = town.person(), town.person(), town.person("de")
    async with town.opens(admins=ids(boss)) as atelier:
        await order(person, count=2)
        first = await atelier.door.next()
        await boss.say("/drain on")
        await boss.reads("I take no new orders, and finish what is under way (2)")
        await order(german)
        await german.reads("fange nichts Neues an")
        await order(boss)
        await boss.reads("begin nothing new")
        await first.cancel()
        await atelier.paints(person)
        await boss.say("/drain")
        await boss.reads("under way (0)")
        await boss.say("/drain off")
        await boss.reads("I take orders")
        await gets(atelier, german)


def test_a_job_that_cannot_be_counted_spoils_nothing(caplog: pytest.LogCaptureFixture) -> None:
    store = Store(None)
    tally = Tally(store.ledger)
    store.close()
    tally.count(Milestone.DELIVERED)
    assert "a job was not counted" in caplog.text
    assert set(tally.today().values()) == {0}


def test_a_restart_is_no_end_of_a_job() -> None:
    store = Store(None)
    tally = Tally(store.ledger)
    for milestone in (Milestone.ACCEPTED, Milestone.INTERRUPTED, Milestone.SHUT_OUT):
        tally.count(milestone)
    assert {outcome.value: count for outcome, count in tally.today().items()} == {
        "delivered": 0,
        "failed": 0,
        "cancelled": 1,
    }
    store.close()


# The menu


def commands(town: Town, person: Visitor, language: str) -> set[str]:
    """What the menu of somebody with that language shows."""
    somebody = Person(person.user, "Somebody", language)
    chat = town.bench.account.chats[person.chat]
    return {each["command"] for each in town.bench.account.menus.shown(chat, somebody)}


async def test_only_the_menu_of_an_admin_shows_what_admins_may_do(town: Town) -> None:
    boss, late, person = town.person(), town.person(), town.person()
    async with town.opens(admins=ids(boss, late)) as atelier:
        await greet(person)
        await greet(boss)
        await town.bench.log.until(lambda call: is_menu(call, boss, "de"))
        bot = atelier.desk.source.bot
        await introduce(bot, atelier.desk.gallery, [late.user])
        for language in ("en", "de", "fr"):
            assert commands(town, boss, language) > set(ADMIN)
            assert not commands(town, person, language) & set(ADMIN)
            assert commands(town, person, language) < commands(town, boss, language)
        assert not commands(town, late, "en") & set(ADMIN), "has never written"
        await greet(late)
        await town.bench.log.until(lambda call: is_menu(call, late, "de"))
        assert commands(town, late, "en") > set(ADMIN)


def is_menu(call: Call, person: Visitor, language: str) -> bool:
    if call.method != "setMyCommands" or call.fields.get("language_code") != language:
        return False
    return bool(json.loads(call.fields["scope"]).get("chat_id") == person.chat)


# Broadcasts


async def test_a_broadcast_reaches_everybody_once_and_nobody_else(town: Town) -> None:
    boss, friend, busy, gone, pest = (town.person() for _ in range(5))
    member, _ = town.group(friend, boss)
    async with town.opens(admins=ids(boss)) as atelier:
        for person in (friend, busy, gone, pest, boss):
            await greet(person)
        await member.say("/style mosaic")
        await member.reads("Now send the photo")
        await boss.say(f"/block {pest.user}")
        await boss.reads("is blocked")
        People(town.bench.account).block(town.bench.account.chats[gone.chat], blocked=True)
        text = "/broadcast 🎨 Hello & <all>\nSee you"
        at = len("/broadcast 🎨 ".encode("utf-16-le")) // 2
        bold = {"type": "bold", "offset": at, "length": 5}
        await boss.say(text, entities=[{"type": "bot_command", "offset": 0, "length": 10}, bold])
        shown = await boss.reads("🎨 Hello & <all>\nSee you")
        assert json.loads(shown.fields["entities"]) == [{**bold, "offset": 3}]
        question = await boss.reads("It goes to 4 chats")
        assert list(question.buttons) == ["Send (4)", "Cancel"]
        refusal = ApiRefusal("Too Many Requests: retry after 1", 429, {"retry_after": 1})
        town.bench.break_with(Fault("sendMessage", refusal, chat=busy.chat))
        await boss.press(question, "Send (4)")
        await reports(boss, "Sent to 3 of 4. Have left me: 1. Failed: 0.")
        said = "🎨 Hello & <all>\nSee you"
        for person, copies in ((friend, 1), (busy, 1), (boss, 2), (pest, 0), (member, 0)):
            calls = [c for c in town.bench.calls if c.chat == person.chat and c.text == said]
            assert len([call for call in calls if not call.refused]) == copies
        assert gone.user not in atelier.desk.store.ledger.seen()
        query = await boss.press(question, "Send (4)")
        assert "does nothing any more" in await boss.is_answered(query)


async def test_a_broadcast_is_sent_to_nobody_before_it_is_confirmed(town: Town) -> None:
    boss, friend = town.person(), town.person()
    async with town.opens(admins=ids(boss)):
        await greet(friend)
        await boss.say("/broadcast")
        await boss.reads("What shall I tell everybody?")
        earlier = await asked(boss, "First")
        question = await asked(boss, "Second")
        query = await boss.press(earlier, "Send (2)")
        assert "does nothing any more" in await boss.is_answered(query)
        # Whoever knows what the button says may send it, and gets nothing for it.
        forged = await friend.press_data(question.buttons["Send (2)"], 2)
        assert "does nothing any more" in await friend.is_answered(forged)
        await boss.press(question, "Cancel")
        await reports(boss, "Sent to nobody")
        query = await boss.press(question, "Send (2)")
        assert "does nothing any more" in await boss.is_answered(query)
    assert len(town.told(friend)) == 1


async def test_whoever_is_forgotten_or_blocked_before_it_is_confirmed_gets_no_broadcast(
    town: Town,
) -> None:
    boss, friend, quiet, pest = (town.person() for _ in range(4))
    async with town.opens(admins=ids(boss)):
        for person in (friend, quiet, pest, boss):
            await greet(person)
        question = await asked(boss, "Hello")
        await quiet.say("/forget")
        await quiet.reads("Done")
        await boss.say(f"/block {pest.user}")
        await boss.reads("is blocked")
        await boss.press(question, "Send (4)")
        await reports(boss, "Sent to 2 of 2.")
        assert not [c for c in town.bench.calls if c.text == "Hello" and c.chat == quiet.chat]


async def test_a_broadcast_is_stopped_while_telegram_wants_a_pause(town: Town) -> None:
    boss, friend, busy = (town.person() for _ in range(3))
    async with town.opens(admins=ids(boss)):
        for person in (friend, busy, boss):
            await greet(person)
        question = await asked(boss, "Hello")
        # Those who came last are first.
        refusal = ApiRefusal("Too Many Requests: retry after 600", 429, {"retry_after": 600})
        town.bench.break_with(Fault("sendMessage", refusal, chat=friend.chat))
        town.bench.break_with(Fault("sendMessage", refusal, chat=busy.chat))
        await boss.press(question, "Send (3)")
        running = await reports(boss, "Sending: 0 of 3")
        assert list(running.buttons) == ["Cancel"]
        await town.bench.log.until(lambda call: bool(call.refused))
        await boss.say("/broadcast Another")
        await boss.reads("still sending the last one")
        await boss.press(running, "Cancel")
        await reports(boss, "Stopped after ")
        assert not [words for words in town.told(friend) + town.told(busy) if "Another" in words]


async def test_a_broadcast_takes_its_time_between_two_chats(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert broadcast._EVERY >= 1 / 25
    monkeypatch.setattr(broadcast, "_EVERY", 600.0)
    monkeypatch.setattr(broadcast, "_NEWS_EVERY", 1)
    boss, *people = (town.person() for _ in range(4))
    async with town.opens(admins=ids(boss)):
        for person in people:
            await greet(person)
        question = await asked(boss, "Hello")
        await boss.press(question, "Send (4)")
        running = await reports(boss, "Sending: 1 of 4")
        await boss.press(running, "Cancel")
        await reports(boss, "Stopped after 1 of 4")


async def test_a_restart_stops_a_broadcast_and_says_so(town: Town) -> None:
    boss, friend = town.person(), town.person()
    async with town.opens(admins=ids(boss)):
        await greet(boss)
        await greet(friend)
        question = await asked(boss, "Hello")
        refusal = ApiRefusal("Too Many Requests: retry after 600", 429, {"retry_after": 600})
        town.bench.break_with(Fault("sendMessage", refusal, chat=friend.chat))
        await boss.press(question, "Send (2)")
        await town.bench.log.until(lambda call: bool(call.refused))
    await reports(boss, "Stopped after ")
    async with town.opens(admins=ids(boss)):
        query = await boss.press(question, "Send (2)")
        assert "does nothing any more" in await boss.is_answered(query)


# Who is remembered


async def test_whoever_wants_to_be_forgotten_is_not_written_to(town: Town) -> None:
    boss, friend, shy = (town.person() for _ in range(3))
    async with town.opens(admins=ids(boss)) as atelier:
        await greet(friend)
        await greet(shy)
        await shy.say("/privacy")
        await shy.reads(f"for {SEEN_DAYS} days at most: that you have written to me")
        await shy.say("/forget")
        await shy.reads("I remember nothing")
        await boss.say("/broadcast Hello")
        await boss.reads("It goes to 2 chats")
        assert sorted(atelier.desk.store.ledger.seen()) == sorted([friend.user, boss.user])


def test_people_are_forgotten_after_a_year() -> None:
    now = 1000.0
    store = Store(None, clock=lambda: now)
    store.ledger.see(1)
    now += (SEEN_DAYS - 1) * DAY
    store.ledger.see(2)
    assert store.ledger.seen() == [2, 1]
    assert store.ledger.seen_lately() == 1
    now += 2 * DAY
    store.ledger.clear_away()
    assert store.ledger.seen() == [2]
    assert store.ledger.seen_lately() == 0
    store.ledger.see(2)
    assert store.ledger.seen_lately() == 1
    store.close()
