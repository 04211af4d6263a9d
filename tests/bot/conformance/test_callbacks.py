"""Pressed buttons and their answers."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from tests.bot.conformance.client import TOO_OLD, Json, Upload, World, button, keyboard, picture

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def pressed(world: World) -> Json:
    """A query that reached the bot."""
    message = await world.send("choose", reply_markup=keyboard([button("Go", "go:1")]))
    query_id = await world.press(message, "go:1")
    query: Json = (await world.next_update())["callback_query"]
    assert query["id"] == query_id
    return query


async def test_a_press_reaches_the_bot(world: World) -> None:
    query = await pressed(world)
    assert isinstance(query["id"], str)
    assert query["data"] == "go:1"
    assert query["chat_instance"]
    assert query["from"]["id"] == world.person["id"]
    assert query["from"]["is_bot"] is False
    assert query["message"]["text"] == "choose"
    assert query["message"]["chat"]["id"] == world.chat
    assert query["message"]["from"]["id"] == world.bot
    assert query["message"]["reply_markup"] == keyboard([button("Go", "go:1")])


async def test_the_message_of_a_query_is_as_it_is_now(world: World) -> None:
    sent = await world.send_file(
        "photo", Upload(picture()), caption="old", reply_markup=keyboard([button()])
    )
    await world.call(
        "editMessageCaption",
        chat_id=world.chat,
        message_id=sent["message_id"],
        caption="new",
        reply_markup=keyboard([button()]),
    )
    await world.press(sent, "go")
    message = (await world.next_update())["callback_query"]["message"]
    assert message["caption"] == "new"
    assert message["photo"] == sent["photo"]


async def test_an_answer_counts_once(world: World) -> None:
    query = await pressed(world)
    assert await world.call("answerCallbackQuery", callback_query_id=query["id"]) is True
    assert await world.refused("answerCallbackQuery", callback_query_id=query["id"]) == TOO_OLD


@pytest.mark.parametrize("query_id", ["12345", "none", "", "0"])
async def test_an_unknown_query(world: World, query_id: str) -> None:
    assert await world.refused("answerCallbackQuery", callback_query_id=query_id) == TOO_OLD


async def test_no_query_at_all(world: World) -> None:
    assert await world.refused("answerCallbackQuery", text="hello") == TOO_OLD


async def test_a_query_of_another_bot(world: World, open_world: World) -> None:
    query = await pressed(world)
    refusal = await open_world.refused("answerCallbackQuery", callback_query_id=query["id"])
    assert refusal == TOO_OLD


async def test_a_query_expires(world: World) -> None:
    query = await pressed(world)
    await world.advance(10)
    younger = await pressed(world)
    await world.advance(24 * 3600)
    for late in (query, younger):
        assert await world.refused("answerCallbackQuery", callback_query_id=late["id"]) == TOO_OLD


async def test_a_query_lives_for_a_moment(world: World) -> None:
    query = await pressed(world)
    await world.advance(10)
    assert await world.call("answerCallbackQuery", callback_query_id=query["id"]) is True


@pytest.mark.parametrize("letter", ["x", "я"])
async def test_an_answer_may_have_200_characters(world: World, letter: str) -> None:
    query = await pressed(world)
    params = {"callback_query_id": query["id"], "show_alert": True}
    refusal = await world.refused("answerCallbackQuery", **params, text=letter * 201)
    assert refusal.startswith("400 Bad Request: ")
    assert refusal != TOO_OLD
    assert await world.call("answerCallbackQuery", **params, text=letter * 200) is True


async def test_two_presses_are_two_queries(world: World) -> None:
    message = await world.send(reply_markup=keyboard([button()]))
    first, second = await world.press(message, "go"), await world.press(message, "go")
    assert first != second
    for query_id in (second, first):
        assert await world.call("answerCallbackQuery", callback_query_id=query_id) is True


async def next_toast(stream: aiohttp.ClientResponse) -> Json:
    """The next answer to a press on the people's event stream."""
    async for line in stream.content:
        if line.startswith(b"data:"):
            event: Json = json.loads(line.removeprefix(b"data:"))
            if event["type"] == "toast":
                return event
    pytest.fail("the stream ended")


@pytest.mark.parametrize(
    ("params", "text", "alert"),
    [
        ({}, "", False),
        ({"text": "done"}, "done", False),
        ({"text": "look!", "show_alert": True}, "look!", True),
    ],
)
async def test_a_person_sees_the_answer(
    world: World, params: Json, text: str, *, alert: bool
) -> None:
    query = await pressed(world)
    state = await world.door("GET", f"/demo/state?bot={world.bot}")
    after: Any = {"bot": world.bot, "after": state["cursor"]}
    async with world.http.get(f"{world.address}/demo/events", params=after) as stream:
        assert stream.content_type == "text/event-stream"
        await world.call("answerCallbackQuery", callback_query_id=query["id"], **params)
        toast = await next_toast(stream)
    assert (toast["query_id"], toast["text"], toast["alert"]) == (query["id"], text, alert)
    assert (toast["chat"], toast["user"]) == (world.chat, world.person["id"])


async def test_a_query_may_come_from_a_button_that_is_gone(world: World) -> None:
    """`The message originated the query can contain no callback buttons with this data.`"""
    message = await world.send(reply_markup=keyboard([button("Old", "old")]))
    address = {"chat_id": world.chat, "message_id": message["message_id"]}
    await world.call("editMessageReplyMarkup", **address)
    await world.press(message, "old")
    query = (await world.next_update())["callback_query"]
    assert query["data"] == "old"
    assert "reply_markup" not in query["message"]
