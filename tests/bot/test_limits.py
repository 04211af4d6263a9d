"""How much one person gets, and how much the bot takes on in all: by ordering one too many."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import Sorry
from bot.limits import Limits
from bot.rules import Quota
from bot.store import Store
from bot.tally import Tally
from bot.texts import Text
from bot.words import Language, words_in
from nst_core.executor.base import Failed, Queued
from tests.bot.atelier import painted
from tests.bot.door import picture
from tests.bot.town import Town, founded, gets, ids, order

DAY = 24 * 60 * 60.0
WAITING = {
    Text.COOLDOWN,
    Text.QUEUE_FULL,
    Text.QUEUE_FULL_UNTIL,
    Text.QUOTA_SPENT,
    Text.QUOTA_LEFT,
    Text.DRAINING,
    Text.NOT_ADMITTED,
}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with founded(tmp_path) as town:
        yield town


async def test_a_day_has_so_many_paintings_also_after_a_restart(town: Town) -> None:
    person, boss = town.person(), town.person()
    decided = {"daily": 3, "admins": ids(boss)}
    async with town.opens(**decided) as atelier:
        await gets(atelier, person)
        await order(person, count=3)
        await person.reads("only 2 more for you today")
        await gets(atelier, person)
    async with town.opens(**decided) as atelier:
        await order(person, count=2)
        await person.reads("only one more for you today")
        await order(person)
        _, sent = await atelier.paints(person)
        query = await person.press(sent, "Stronger")
        answer = await person.is_answered(query)
        assert "3 paintings a day. I paint the next one in about 24 hr." in answer
        await person.say("/forget")
        await person.reads("I remember nothing")
        await order(person)
        await person.reads("That was all for today")
        await gets(atelier, boss, count=4)


async def test_what_fails_is_given_back_and_what_is_cancelled_is_not(town: Town) -> None:
    person = town.person()
    async with town.opens(daily=1) as atelier:
        await order(person)
        handle = await atelier.door.next()
        handle.happen(Failed(job=handle.id, error="InternalError", message="It went wrong."))
        await person.reads("not your fault")
        await order(person)
        handle = await atelier.door.next()
        await person.say("/cancel")
        await person.reads("Stopped")
        await order(person)
        await person.reads("there is one a day")


async def test_a_style_that_cannot_be_had_gives_the_whole_album_back(town: Town) -> None:
    person = town.person()
    async with town.opens(daily=2) as atelier:
        await person.album(picture(1), picture(2), b"no picture", mime="image/png")
        await person.reads("I cannot read this as a picture")
        await gets(atelier, person, count=2)


async def test_what_goes_on_after_a_restart_is_not_ordered_again(town: Town) -> None:
    person, other = town.person(), town.person()
    decided = {"daily": 2, "queue": 1}
    async with town.opens(**decided) as atelier:
        await order(person, count=2)
        await atelier.door.next()
    async with town.opens(**decided) as atelier:
        await atelier.desk.jobs.resume()
        await order(other)
        await other.reads("my list is full")
        await atelier.paints(person)
        handle = await atelier.door.next()
        handle.happen(Failed(job=handle.id, error="InternalError", message="It went wrong."))
        await person.reads("not your fault")
        await gets(atelier, person)
        await order(person)
        await person.reads("That was all for today")


async def test_orders_keep_their_distance(town: Town) -> None:
    person, other, boss = town.person(), town.person(), town.person()
    async with town.opens(cooldown=7000, admins=ids(boss)) as atelier:
        await gets(atelier, person, count=2)
        await order(person)
        await person.reads("I take your next order in 117 min")
        await gets(atelier, other)
        await gets(atelier, boss)
        await gets(atelier, boss)


async def test_a_full_queue_says_when_to_come_back(town: Town) -> None:
    first, second, third, boss = (town.person() for _ in range(4))
    async with town.opens(queue=2, admins=ids(boss)) as atelier:
        await order(first)
        running = await atelier.door.next()
        await order(second)
        waiting = await atelier.door.next()
        await order(third)
        await third.reads("try again in a few minutes")
        waiting.happen(Queued(job=waiting.id, position=1, eta=3000))
        await second.hears("editMessageText", where=lambda call: "50 min" in call.text)
        await order(third)
        await third.reads("free in about 50 min")
        await gets(atelier, boss)
        running.happen(painted(running))
        await first.gets()
        await gets(atelier, third)


async def test_every_picture_of_an_album_takes_a_place_in_the_queue(town: Town) -> None:
    first, second = town.person(), town.person()
    async with town.opens(queue=3) as atelier:
        await order(first, count=3)
        handle = await atelier.door.next()
        await order(second)
        await second.reads("my list is full")
        handle.happen(painted(handle))
        await first.gets()
        await atelier.door.next()
        await gets(atelier, second)


def limits(store: Store, now: list[float], quota: Quota) -> Limits:
    return Limits(quota, store.ledger, Tally(store.ledger), clock=lambda: now[0])


def test_a_day_is_the_last_24_hours() -> None:
    now = [1000.0]
    with_clock = Store(None, clock=lambda: now[0])
    books = limits(with_clock, now, Quota(daily=2))
    books.take(7, 1, 0)
    now[0] += DAY / 2
    books.take(7, 1, 0)
    with pytest.raises(Sorry) as caught:
        books.take(7, 1, 0)
    assert caught.value.key is Text.QUOTA_SPENT
    assert caught.value.values["wait"] == timedelta(hours=12)
    books.take(8, 2, 0)
    now[0] += DAY / 2
    books.take(7, 1, 0)
    with pytest.raises(Sorry):
        books.take(7, 1, 0)
    now[0] += 10 * DAY
    books.take(8, 1, 0)
    assert with_clock.ledger.orders(7) == []
    with_clock.close()


def test_nothing_is_written_down_where_there_is_no_limit() -> None:
    store = Store(None)
    limits(store, [0.0], Quota(queue=5)).take(7, 1, 0)
    assert store.ledger.orders(7) == []
    store.close()


def test_an_order_gives_back_no_more_than_it_took() -> None:
    now = [0.0]
    store = Store(None, clock=lambda: now[0])
    books = limits(store, now, Quota(daily=5))
    books.take(7, 1, 0)
    books.take(7, 3, 0)
    books.give_back(7, 2)
    assert [ordered.pictures for ordered in store.ledger.orders(7)] == [1, 1]
    books.give_back(7, 2)
    assert [ordered.pictures for ordered in store.ledger.orders(7)] == [1, 0]
    store.close()


def test_a_disk_that_fails_costs_nobody_a_painting(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    store = Store(None, clock=lambda: now[0])
    books = limits(store, now, Quota(daily=1))
    store.close()
    books.take(7, 1, 0)
    books.take(7, 1, 0)
    books.give_back(7, 1)
    said = [record.getMessage() for record in caplog.records if record.name == "bot.limits"]
    assert said == ["an order was not counted"] * 2 + ["a painting that failed stays counted"]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", sorted(WAITING))
def test_refusals_fit_under_a_button(language: Language, key: Text) -> None:
    said = words_in(language).plain(key, count=100, wait=timedelta(seconds=119))
    assert len(said) <= 200
    assert "<" not in said
