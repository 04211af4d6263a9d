"""The menu of commands and what a bot tells about itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.conformance.client import Json, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


def menu(*names: str) -> list[Json]:
    return [{"command": name, "description": f"does {name}"} for name in names]


async def seen(world: World, chat: int | None = None) -> list[str]:
    """The names of the commands a person is offered in a chat."""
    state = await world.door("GET", f"/demo/state?bot={world.bot}")
    (found,) = [c for c in state["chats"] if c["id"] == (chat or world.chat)]
    return [entry["command"] for entry in found["commands"]]


async def test_commands_are_kept(world: World) -> None:
    assert await world.call("getMyCommands") == []
    assert await world.call("setMyCommands", commands=menu("start", "help")) is True
    assert await world.call("getMyCommands") == menu("start", "help")
    assert await world.call("setMyCommands", commands=menu("stop")) is True
    assert await world.call("getMyCommands") == menu("stop")
    assert await world.call("deleteMyCommands") is True
    assert await world.call("getMyCommands") == []


async def test_each_scope_and_language_is_kept_apart(world: World) -> None:
    places: list[Json] = [
        {},
        {"language_code": "de"},
        {"scope": {"type": "all_private_chats"}},
        {"scope": {"type": "all_group_chats"}},
        {"scope": {"type": "all_chat_administrators"}},
        {"scope": {"type": "chat", "chat_id": world.chat}},
        {"scope": {"type": "chat", "chat_id": world.chat}, "language_code": "de"},
    ]
    for number, place in enumerate(places):
        assert await world.call("setMyCommands", commands=menu(f"c{number}"), **place) is True
    for number, place in enumerate(places):
        assert await world.call("getMyCommands", **place) == menu(f"c{number}")
    await world.call("deleteMyCommands", **places[0])
    assert await world.call("getMyCommands") == []
    assert await world.call("getMyCommands", **places[1]) == menu("c1")


async def test_the_default_scope_may_be_named(world: World) -> None:
    await world.call("setMyCommands", commands=menu("start"), scope={"type": "default"})
    assert await world.call("getMyCommands") == menu("start")


async def test_asking_for_a_scope_gives_no_other(world: World) -> None:
    await world.call("setMyCommands", commands=menu("start"))
    scope = {"type": "all_private_chats"}
    assert await world.call("getMyCommands", scope=scope) == []
    assert await world.call("getMyCommands", language_code="de") == []


async def test_a_person_sees_the_nearest_commands(world: World) -> None:
    """Telegram's order for private chats: chat, all_private_chats, default."""
    chat = {"type": "chat", "chat_id": world.chat}
    steps: list[Json] = [
        {},
        {"language_code": "en"},
        {"scope": {"type": "all_private_chats"}},
        {"scope": {"type": "all_private_chats"}, "language_code": "en"},
        {"scope": chat},
        {"scope": chat, "language_code": "en"},
    ]
    for number, step in enumerate(steps):
        await world.call("setMyCommands", commands=menu(f"c{number}"), **step)
        assert await seen(world) == [f"c{number}"]
    for number, step in reversed(list(enumerate(steps))):
        await world.call("deleteMyCommands", **step)
        assert await seen(world) == ([f"c{number - 1}"] if number else [])


async def test_another_language_sees_the_default(world: World) -> None:
    await world.call("setMyCommands", commands=menu("hello"))
    await world.call("setMyCommands", commands=menu("hallo"), language_code="de")
    hans = await world.join("Hans", language="de")
    assert await seen(world) == ["hello"]
    assert await seen(world, hans["chat"]["id"]) == ["hallo"]


async def test_groups_have_commands_of_their_own(world: World) -> None:
    group = await world.group(world.person["id"])
    await world.call("setMyCommands", commands=menu("any"))
    assert await seen(world, group["id"]) == ["any"]
    await world.call("setMyCommands", commands=menu("alone"), scope={"type": "all_private_chats"})
    assert await seen(world, group["id"]) == ["any"]
    await world.call("setMyCommands", commands=menu("together"), scope={"type": "all_group_chats"})
    assert await seen(world, group["id"]) == ["together"]
    scope = {"type": "chat", "chat_id": group["id"]}
    await world.call("setMyCommands", commands=menu("here"), scope=scope)
    assert await seen(world, group["id"]) == ["here"]
    assert await seen(world) == ["alone"]


async def test_a_slash_and_spaces_are_dropped(world: World) -> None:
    commands = [{"command": " /start ", "description": " Begin "}]
    await world.call("setMyCommands", commands=commands)
    assert await world.call("getMyCommands") == [{"command": "start", "description": "Begin"}]


async def test_the_limits_of_commands(world: World) -> None:
    longest = [{"command": "c" * 32, "description": "ä" * 256}]
    await world.call("setMyCommands", commands=longest)
    assert await world.call("getMyCommands") == longest
    many = menu(*[f"c{number}" for number in range(100)])
    await world.call("setMyCommands", commands=many)
    assert await world.call("getMyCommands") == many
    refusal = await world.refused("setMyCommands", commands=[*many, *menu("more")])
    assert refusal == "400 Bad Request: BOT_COMMANDS_TOO_MUCH"


def one(command: str = "start", description: str = "Begin") -> Json:
    return {"command": command, "description": description}


BROKEN: list[tuple[Any, str]] = [
    ("[", "can't parse commands JSON object"),
    ({}, "expected an Array of BotCommand"),
    (["start"], "can't parse BotCommand: expected an Object"),
    ([{"description": "x"}], "can't parse BotCommand: Can't find field \"command\""),
    ([{"command": "x"}], "can't parse BotCommand: Can't find field \"description\""),
    ([one("")], "command must be non-empty"),
    ([one("/")], "command must be non-empty"),
    ([one("c" * 33)], "command length must not exceed 32"),
    ([one(description=" ")], "command description must be non-empty"),
    ([one(description="x" * 257)], "command description length must not exceed 256"),
    ([one("Start")], "BOT_COMMAND_INVALID"),
    ([one("two words")], "BOT_COMMAND_INVALID"),
    ([one("größe")], "BOT_COMMAND_INVALID"),
]


@pytest.mark.parametrize(("commands", "wording"), BROKEN)
async def test_broken_commands(world: World, commands: Any, wording: str) -> None:
    await world.call("setMyCommands", commands=menu("old"))
    refusal = await world.refused("setMyCommands", commands=commands)
    assert refusal == f"400 Bad Request: {wording}"
    assert await world.call("getMyCommands") == menu("old")


@pytest.mark.parametrize(
    ("scope", "wording"),
    [
        ("{", "can't parse BotCommandScope JSON object"),
        ([], "can't parse BotCommandScope: BotCommandScope must be an Object"),
        ({}, "can't parse BotCommandScope: Can't find field \"type\""),
        ({"type": "moon"}, "can't parse BotCommandScope: Unsupported type specified"),
        ({"type": "chat"}, "can't parse BotCommandScope: Can't find field \"chat_id\""),
        (
            {"type": "chat", "chat_id": ""},
            "can't parse BotCommandScope: Empty chat_id specified",
        ),
        ({"type": "chat", "chat_id": 77}, "chat not found"),
    ],
)
@pytest.mark.parametrize("method", ["setMyCommands", "getMyCommands", "deleteMyCommands"])
async def test_broken_scopes(world: World, method: str, scope: Any, wording: str) -> None:
    refusal = await world.refused(method, commands=menu("x"), scope=scope)
    assert refusal == f"400 Bad Request: {wording}"


@pytest.mark.parametrize("method", ["setMyCommands", "getMyCommands", "deleteMyCommands"])
@pytest.mark.parametrize("code", ["eng", "E", "EN", "1x"])
async def test_a_language_has_two_small_letters(world: World, method: str, code: str) -> None:
    refusal = await world.refused(method, commands=menu("x"), language_code=code)
    assert refusal == "400 Bad Request: invalid language code specified"


# What a bot tells about itself

PROFILE = [
    ("Name", "name", 64),
    ("Description", "description", 512),
    ("ShortDescription", "short_description", 120),
]


@pytest.mark.parametrize(("noun", "field", "limit"), PROFILE)
async def test_a_profile_text_is_kept(world: World, noun: str, field: str, limit: int) -> None:
    for value in ("Painter", "ä" * limit):
        assert await world.call(f"setMy{noun}", **{field: value}) is True
        assert await world.call(f"getMy{noun}") == {field: value}
    refusal = await world.refused(f"setMy{noun}", **{field: "x" * (limit + 1)})
    assert refusal.startswith("400 Bad Request: ")
    assert await world.call(f"getMy{noun}") == {field: "ä" * limit}


@pytest.mark.parametrize(("noun", "field", "limit"), PROFILE)
async def test_a_profile_text_has_languages(
    world: World, noun: str, field: str, limit: int
) -> None:
    assert limit
    await world.call(f"setMy{noun}", **{field: "Painter"})
    await world.call(f"setMy{noun}", **{field: "Maler"}, language_code="de")
    assert await world.call(f"getMy{noun}") == {field: "Painter"}
    assert await world.call(f"getMy{noun}", language_code="de") == {field: "Maler"}


async def test_a_new_name_is_the_bots_name(world: World) -> None:
    await world.call("setMyName", name="Painter")
    assert (await world.call("getMe"))["first_name"] == "Painter"
    assert (await world.send())["from"]["first_name"] == "Painter"


async def test_a_person_sees_the_description(world: World) -> None:
    await world.call("setMyDescription", description="Paints")
    await world.call("setMyShortDescription", short_description="P.")
    state = await world.door("GET", f"/demo/state?bot={world.bot}")
    assert (state["bot"]["description"], state["bot"]["short_description"]) == ("Paints", "P.")


# People and chats


async def test_get_chat_of_a_person(world: World) -> None:
    chat = await world.call("getChat", chat_id=world.chat)
    assert (chat["id"], chat["type"], chat["first_name"]) == (world.chat, "private", "Ada")
    assert {"accent_color_id", "max_reaction_count"} <= set(chat)


async def test_get_chat_works_when_blocked(world: World) -> None:
    await world.block()
    assert (await world.call("getChat", chat_id=world.chat))["id"] == world.chat


async def test_members(world: World) -> None:
    group = await world.group(world.person["id"])
    for user, status in ((world.person["id"], {"member", "creator"}), (world.bot, {"member"})):
        member = await world.call("getChatMember", chat_id=group["id"], user_id=user)
        assert member["user"]["id"] == user
        assert member["status"] in status | {"administrator"}
    refusal = await world.refused("getChatMember", chat_id=group["id"], user_id=77)
    assert refusal.startswith("400 Bad Request: ")


async def test_profile_photos(world: World) -> None:
    photos = await world.call("getUserProfilePhotos", user_id=world.person["id"])
    assert photos["total_count"] >= len(photos["photos"])
    for sizes in photos["photos"]:
        assert {"file_id", "file_unique_id", "width", "height"} <= set(sizes[0])
