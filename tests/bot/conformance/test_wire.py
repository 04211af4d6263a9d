"""Addresses, tokens, ways to pass parameters, and who may knock at all."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from yarl import URL

from tests.bot.conformance.client import Json, Upload, World, form, picture, reply

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_get_me(world: World) -> None:
    me = await world.call("getMe")
    assert me["id"] == world.bot
    assert me["is_bot"] is True
    assert me["first_name"]
    assert me["username"].lower().endswith("bot")
    assert {"can_join_groups", "can_read_all_group_messages", "supports_inline_queries"} <= set(me)
    assert me["can_read_all_group_messages"] is False, "privacy mode is on"


async def test_privacy_mode_shows_in_get_me(open_world: World) -> None:
    assert (await open_world.call("getMe"))["can_read_all_group_messages"] is True


@pytest.mark.parametrize("method", ["getme", "GETME", "gEtMe"])
async def test_method_names_know_no_case(world: World, method: str) -> None:
    assert (await world.call(method))["id"] == world.bot


@pytest.mark.parametrize("method", ["sendThought", "getMeNot", "send_message"])
async def test_unknown_methods_are_refused(world: World, method: str) -> None:
    assert await world.refused(method) == "404 Not Found: method not found"


@pytest.mark.parametrize("token", ["nonsense", "abc:def", "0:abc", ":abc", "12345", "1:a b"])
async def test_a_malformed_token_is_refused(world: World, token: str) -> None:
    async with world.http.get(f"{world.address}/bot{quote(token)}/getMe") as response:
        answer = await reply(response)
    assert answer.body["ok"] is False
    assert answer.status in {401, 404}  # the two doors of Telegram differ


def ways(params: Json) -> dict[str, dict[str, object]]:
    texts = {key: v if isinstance(v, str) else json.dumps(v) for key, v in params.items()}
    return {
        "query": {"params": texts},
        "urlencoded": {"data": form(params)},
        "multipart": {"data": form(params, {"unused": Upload(b"x", "x.bin")})},
        "json": {"json": params},
        "json with texts": {"json": texts},
    }


@pytest.mark.parametrize(("verb", "way"), [("GET", "query"), *(("POST", way) for way in ways({}))])
async def test_parameters_travel_in_any_way(world: World, verb: str, way: str) -> None:
    params = {
        "chat_id": world.chat,
        "text": "ä & <b>b</b> 🏔",
        "parse_mode": "HTML",
        "disable_notification": True,
        "reply_markup": {"inline_keyboard": [[{"text": "+1 %", "callback_data": "a=1&b"}]]},
    }
    options = ways(params)[way]
    async with world.http.request(verb, world.url("sendMessage"), **options) as response:  # type: ignore[arg-type]
        message = (await reply(response)).result
    assert message["text"] == "ä & b 🏔"
    assert message["entities"] == [{"type": "bold", "offset": 4, "length": 1}]
    assert message["reply_markup"] == params["reply_markup"]


async def test_query_and_body_are_read_together(world: World) -> None:
    url = world.url("sendMessage") + f"?chat_id={world.chat}"
    async with world.http.post(url, data={"text": "both"}) as response:
        assert (await reply(response)).result["text"] == "both"


@pytest.mark.parametrize("value", ["true", "True", "yes", "1", " TRUE "])
async def test_words_for_yes(world: World, value: str) -> None:
    photo = Upload(picture())
    message = await world.send_file("photo", photo, has_spoiler=value)
    assert message["has_media_spoiler"] is True


@pytest.mark.parametrize("value", ["false", "0", "no", "on", ""])
async def test_everything_else_is_no(world: World, value: str) -> None:
    message = await world.send_file("photo", Upload(picture()), has_spoiler=value)
    assert not message.get("has_media_spoiler", False)


async def test_each_bot_lives_in_its_own_world(world: World, open_world: World) -> None:
    await world.say("not for others")
    assert await open_world.updates() == []
    message = await world.send_file("photo", Upload(picture()))
    file_id = message["photo"][-1]["file_id"]
    assert (await open_world.refused("getFile", file_id=file_id)).startswith("400 Bad Request: ")


@pytest.mark.parametrize("colon", [":", "%3A"])
async def test_the_token_of_a_file_address_may_be_encoded(world: World, colon: str) -> None:
    data = b"exactly these bytes"
    sent = await world.send_file("document", Upload(data, "a.txt", "text/plain"))
    file = await world.call("getFile", file_id=sent["document"]["file_id"])
    token = world.token.replace(":", colon)
    url = f"{world.address}/file/bot{token}/{file['file_path']}"
    async with world.http.get(URL(url, encoded=True)) as response:
        assert response.status == 200
        assert await response.read() == data


async def test_a_file_is_only_for_its_bot(world: World, open_world: World) -> None:
    sent = await world.send_file("document", Upload(b"mine", "a.txt", "text/plain"))
    file = await world.call("getFile", file_id=sent["document"]["file_id"])
    url = f"{world.address}/file/bot{open_world.token}/{file['file_path']}"
    async with world.http.get(url) as response:
        assert response.status in {401, 404}
        assert (await reply(response)).body["ok"] is False


@pytest.mark.parametrize("path", ["photos/none.jpg", "../server.py", "%2e%2e/%2e%2e/etc/passwd"])
async def test_a_file_that_is_not_there(world: World, path: str) -> None:
    url = URL(f"{world.address}/file/bot{world.token}/{path}", encoded=True)
    async with world.http.get(url) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Host": "127.0.0.1.evil.example"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/demo/state", "/bot{token}/getMe"])
async def test_strange_pages_are_turned_away(
    world: World, path: str, headers: dict[str, str]
) -> None:
    """A page of another site must not reach a server on this computer (DNS rebinding)."""
    url = world.address + path.format(token=world.token)
    async with world.http.get(url, headers=headers) as response:
        assert response.status == 403


async def test_the_own_page_is_welcome(world: World) -> None:
    headers = {"Origin": world.address}
    async with world.http.get(f"{world.address}/demo/state", headers=headers) as response:
        assert response.status == 200
