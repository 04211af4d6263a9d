"""How updates reach a bot that polls."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.bot.conformance.client import World, button, keyboard

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONFLICT = (
    "409 Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


async def texts(world: World, **params: Any) -> list[str]:
    return [update["message"]["text"] for update in await world.updates(**params)]


async def three(world: World) -> list[int]:
    """Three messages wait; returns the ids of their updates."""
    for text in ("one", "two", "three"):
        await world.say(text)
    return [update["update_id"] for update in await world.updates()]


async def waiting_poll(world: World) -> asyncio.Task[Any]:
    """A poll that has reached the server."""
    poll = asyncio.create_task(world.ask("getUpdates", timeout=20))
    for _ in range(3):  # answered after the poll was read: the server takes them as they come
        await world.call("getMe")
    return poll


async def test_an_empty_queue_is_answered_at_once(world: World) -> None:
    assert await world.updates() == []


async def test_a_message_comes_as_an_update(world: World) -> None:
    before = int(time.time()) - 2
    await world.say("hello")
    (update,) = await world.updates()
    assert set(update) == {"update_id", "message"}
    assert isinstance(update["update_id"], int)
    message = update["message"]
    assert message["text"] == "hello"
    assert message["message_id"] > 0
    assert message["chat"]["id"] == world.chat
    assert message["chat"]["type"] == "private"
    assert message["chat"]["first_name"] == "Ada"
    assert message["from"]["id"] == world.person["id"] == world.chat
    assert message["from"]["is_bot"] is False
    assert message["from"]["first_name"] == "Ada"
    assert message["from"]["language_code"] == "en"
    assert before <= message["date"] < before + 86400, "seconds since 1970"


async def test_update_ids_rise_by_one(world: World) -> None:
    first, second, third = await three(world)
    assert (second, third) == (first + 1, first + 2)


async def test_unacknowledged_updates_come_again(world: World) -> None:
    await three(world)
    assert await texts(world) == await texts(world) == ["one", "two", "three"]


async def test_an_offset_forgets_what_is_below_it(world: World) -> None:
    ids = await three(world)
    assert await texts(world, offset=ids[1]) == ["two", "three"]
    assert await texts(world) == ["two", "three"]
    assert await texts(world, offset=ids[2] + 1) == []
    assert await texts(world) == []


@pytest.mark.parametrize(("offset", "left"), [(-1, ["three"]), (-2, ["two", "three"])])
async def test_a_negative_offset_keeps_only_the_last(
    world: World, offset: int, left: list[str]
) -> None:
    await three(world)
    assert await texts(world, offset=offset) == left
    assert await texts(world) == left


async def test_a_negative_offset_beyond_the_queue_keeps_all(world: World) -> None:
    await three(world)
    assert await texts(world, offset=-50) == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("limit", "count"), [("1", 1), ("2", 2), ("0", 1), ("-7", 1), ("500", 3), ("", 3)]
)
async def test_limit_is_clamped_never_refused(world: World, limit: str, count: int) -> None:
    await three(world)
    assert len(await world.updates(limit=limit)) == count


async def test_at_most_a_hundred_at_once(world: World) -> None:
    for number in range(101):
        await world.say(str(number))
    assert await texts(world) == [str(number) for number in range(100)]


async def test_a_long_poll_waits_its_timeout(world: World) -> None:
    started = time.monotonic()
    assert await world.updates(timeout=1) == []
    assert 0.8 < time.monotonic() - started < 4


async def test_an_update_ends_the_wait(world: World) -> None:
    poll = await waiting_poll(world)
    assert not poll.done()
    started = time.monotonic()
    await world.say("wake")
    (update,) = (await poll).result
    assert update["message"]["text"] == "wake"
    assert time.monotonic() - started < 5


async def test_a_new_poll_ends_the_older_one(world: World) -> None:
    older = await waiting_poll(world)
    newer = asyncio.create_task(world.ask("getUpdates", timeout=20))
    assert (await older).refusal == CONFLICT
    assert not newer.done()
    await world.say("for the newer")
    (update,) = (await newer).result
    assert update["message"]["text"] == "for the newer"


async def test_polls_of_two_bots_do_not_meet(world: World, open_world: World) -> None:
    mine, other = await waiting_poll(world), await waiting_poll(open_world)
    await world.say("mine")
    await open_world.say("other")
    assert [(await poll).result[0]["message"]["text"] for poll in (mine, other)] == [
        "mine",
        "other",
    ]


async def test_allowed_updates_choose_the_kinds_and_stay(world: World) -> None:
    await world.updates(allowed_updates=["callback_query"])
    await world.say("unheard")
    assert await world.updates() == []
    await world.updates(allowed_updates=["message"])
    await world.say("heard")
    assert await texts(world) == ["heard"]


async def test_an_empty_list_of_allowed_updates_means_the_usual_ones(world: World) -> None:
    await world.updates(allowed_updates=["callback_query"])
    await world.updates(allowed_updates=[])
    await world.say("heard")
    assert await texts(world) == ["heard"]


async def test_allowed_updates_leave_the_queue_alone(world: World) -> None:
    await world.say("queued before")
    assert len(await world.updates(allowed_updates=["callback_query"])) == 1


async def test_unknown_kinds_are_ignored(world: World) -> None:
    await world.updates(allowed_updates=["message", "thoughts"])
    await world.say("heard")
    assert await texts(world) == ["heard"]


async def test_updates_are_kept_for_a_day(world: World) -> None:
    await world.say("old")
    await world.advance(24 * 3600 - 60)
    await world.say("young")
    assert await texts(world) == ["old", "young"]
    await world.advance(120)
    assert await texts(world) == ["young"]


async def test_pressed_buttons_are_kept_for_minutes(world: World) -> None:
    """The official server gives a callback_query 150 seconds in the queue."""
    message = await world.send(reply_markup=keyboard([button()]))
    await world.press(message, "go")
    await world.advance(100)
    assert len(await world.updates()) == 1
    await world.advance(100)
    assert await world.updates() == []


async def test_an_edit_comes_as_edited_message(world: World) -> None:
    message = await world.say("frist")
    path = f"{world.home}/chats/{world.chat}/messages/{message['message_id']}"
    await world.door("POST", path, json={"text": "first"})
    created, edited = await world.updates()
    assert created["message"]["message_id"] == message["message_id"]
    assert "edit_date" not in created["message"]
    assert edited["edited_message"]["message_id"] == message["message_id"]
    assert edited["edited_message"]["text"] == "first"
    assert edited["edited_message"]["edit_date"] >= edited["edited_message"]["date"]


async def test_deleting_tells_a_bot_nothing(world: World) -> None:
    message = await world.say("regretted")
    last = (await world.updates())[-1]["update_id"]
    path = f"{world.home}/chats/{world.chat}/messages/{message['message_id']}"
    await world.door("DELETE", path)
    assert await world.updates(offset=last + 1) == []


async def test_a_bots_own_messages_are_no_updates(world: World) -> None:
    await world.send("me")
    assert await world.updates() == []


async def test_a_raw_update_is_delivered_as_it_is(world: World) -> None:
    poll = {"id": "1", "question": "?"}
    answer = await world.door("POST", f"{world.home}/updates", json={"poll": poll})
    assert await world.updates() == [{"update_id": answer["update_id"], "poll": poll}]
