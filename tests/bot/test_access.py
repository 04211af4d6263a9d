"""Who may use the bot, by causing it: lists of the operator, and blocks by the admins."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from lo_bot_api_emulator import ApiRefusal

from bot.access import Access
from bot.store import Store
from tests.bot.calls import Fault
from tests.bot.door import picture
from tests.bot.town import Town, founded, greet, ids


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with founded(tmp_path) as town:
        yield town


async def test_only_those_on_the_list_and_in_its_groups(town: Town) -> None:
    friend, stranger, german = town.person(), town.person(), town.person("de")
    inside, _ = town.group(stranger, friend)
    outside, friend_outside = town.group(german, friend)
    async with town.opens(allow=ids(friend, inside)):
        for _ in range(3):
            await stranger.say("/start")
        await german.photo(picture(1), caption="mosaic")
        await outside.say("/style mosaic")
        await inside.say("/style mosaic")
        await inside.reads("Now send the photo")
        await friend_outside.say("/style mosaic")
        await friend_outside.reads("Now send the photo")
        await greet(friend)
    assert len(town.told(stranger)) == 1, "once an hour"
    assert "you are not among them" in town.told(stranger)[0]
    assert ["du bist nicht dabei" in words for words in town.told(german)] == [True]
    assert all("not among them" not in words for words in town.told(outside))


async def test_buttons_of_strangers_do_nothing(town: Town) -> None:
    person, friend = town.person(), town.person()
    group, _ = town.group(person, friend)
    async with town.opens():
        await person.photo(picture(1))
        question = await person.is_asked()
        photo = await group.photo(picture(1))
        await group.say("/style", answers=photo["message_id"])
        asked = await group.is_asked()
    async with town.opens(allow=ids(friend)) as atelier:
        query = await group.press(asked, "Surprise me")
        assert await group.is_answered(query) == ""
        query = await person.press(question, "Surprise me")
        assert "you are not among them" in await person.is_answered(query)
        query = await person.press(question, "Surprise me")
        assert await person.is_answered(query) == ""
        await greet(friend)
        assert len(atelier.desk.jobs) == 0


async def test_a_stranger_who_cannot_be_told_gets_no_further(town: Town) -> None:
    stranger, friend = town.person(), town.person()
    async with town.opens(allow=ids(friend)):
        refusal = ApiRefusal("Forbidden: bot was blocked by the user", 403)
        town.bench.break_with(Fault("sendMessage", refusal, chat=stranger.chat))
        await stranger.say("/start")
        await stranger.say("/start")
        await greet(friend)
    assert len(town.told(stranger)) == 1
    assert "not among them" in town.told(stranger)[0]


async def test_an_admin_blocks_for_as_long_as_it_takes(town: Town) -> None:
    boss, pest, fixed = town.person(), town.person(), town.person()
    decided = {"admins": ids(boss), "block": ids(fixed)}
    async with town.opens(**decided) as atelier:
        await pest.photo(picture(1), caption="mosaic")
        await pest.hears("sendMessage")
        handle = await atelier.door.next()
        await boss.say(f"/block {pest.user} <b>too many</b> words")
        await boss.reads(f"<code>{pest.user}</code> is blocked")
        assert handle.was_cancelled.is_set()
        await pest.hears("editMessageText", where=lambda call: "Cancelled" in call.text)
        before = len(town.told(pest))
    async with town.opens(**decided):
        await pest.say("/start")
        await fixed.say("/start")
        await boss.say("/block")
        await boss.reads(f"<code>{pest.user}</code> &lt;b&gt;too many&lt;/b&gt; words")
        await boss.say(f"/unblock {fixed.user}")
        await boss.reads("stays blocked")
        await boss.say(f"/unblock {pest.user}")
        await boss.reads("not blocked any more")
        await pest.say("/help")
        await pest.reads("How to get a painting")
    assert len(town.told(pest)) == before + 1, "to /start nothing was said"
    assert town.told(fixed) == []


async def test_a_blocked_group_gets_no_painting_that_was_under_way(town: Town) -> None:
    boss, member = town.person(), town.person()
    inside, _ = town.group(member, boss)
    async with town.opens(admins=ids(boss)) as atelier:
        photo = await inside.photo(picture(1))
        await inside.say("/style mosaic", answers=photo["message_id"])
        handle = await atelier.door.next()
        await boss.say(f"/block {inside.chat}")
        await boss.reads("is blocked")
        assert handle.was_cancelled.is_set()


async def test_a_blocked_person_gets_nothing_for_what_is_still_arriving(town: Town) -> None:
    boss, pest = town.person(), town.person()
    async with town.opens(admins=ids(boss)) as atelier:
        await pest.album(picture(1), picture(2), caption="mosaic")
        await boss.say(f"/block {pest.user}")
        await boss.reads("is blocked")
        assert len(atelier.desk.albums) == 1
        # An album of later is complete later.
        await boss.album(picture(1), picture(2), caption="mosaic")
        await atelier.paints(boss)
        assert atelier.door.idle
    assert town.told(pest) == []


async def test_a_block_that_cannot_be_written_down_is_no_lasting_one(
    town: Town, tmp_path: Path
) -> None:
    boss, pest = town.person(), town.person()
    async with town.opens(admins=ids(boss)):
        with closing(sqlite3.connect(tmp_path / "stylegram.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await boss.say(f"/block {pest.user} pest")
            assert "holds until my next start only" in (await boss.reads("is blocked")).text
            await boss.say("/block")
            await boss.reads(f"<code>{pest.user}</code> pest")
            other.execute("ROLLBACK")
        await pest.say("/start")
        await greet(boss)
    assert town.told(pest) == []
    async with town.opens(admins=ids(boss)):
        await greet(pest)


@pytest.mark.parametrize("words", ["/block somebody", "/unblock", "/block 0", "/unblock 1e9"])
async def test_a_block_of_nobody_is_explained(town: Town, words: str) -> None:
    boss = town.person()
    async with town.opens(admins=ids(boss)):
        await boss.say(words)
        await boss.reads("Whom?")
        await boss.say(f"/block {boss.user}")
        await boss.reads("That is an admin")
        await greet(boss)


async def test_admins_come_in_everywhere_and_nobody_else_commands(town: Town) -> None:
    boss, friend = town.person(), town.person()
    inside, with_friend = town.group(boss, friend)
    async with town.opens(admins=ids(boss), block=ids(inside, boss), allow=ids(friend)):
        await inside.say("/style mosaic")
        await inside.reads("Now send the photo")
        await inside.say(f"/block {friend.user}")
        await with_friend.say("/style mosaic")
        await friend.say(f"/block {boss.user}")
        await friend.reads("do not know that command")
        await greet(boss)
    assert len(town.told(inside)) == 1, "an admin commands in private only"


def test_a_stranger_is_told_again_after_an_hour() -> None:
    now = 0.0
    store = Store(None)
    access = Access(store.ledger, allow={1}, clock=lambda: now)
    assert access.may_tell(2)
    now = 1800
    assert access.may_tell(3)
    now = 3599
    assert not access.may_tell(2)
    now = 3600
    assert access.may_tell(2)
    assert not access.may_tell(3)
    assert not access.may_tell(2)
    store.close()
