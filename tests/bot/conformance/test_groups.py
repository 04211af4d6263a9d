"""Groups: what a bot hears there, several people, topics."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.conformance.client import Json, Upload, World, button, keyboard, picture

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def settled(world: World, **options: Any) -> Json:
    """A group whose news the bot has read."""
    group = await world.group(world.person["id"], **options)
    await world.catch_up()
    return group


async def heard(world: World, group: Json) -> list[str]:
    """What the bot got, up to a last word that it surely gets."""
    me = await world.call("getMe")
    last = f"/last@{me['username']}"
    await world.say(last, group["id"])
    words: list[str] = []
    while True:
        message = await world.next_message()
        word: str = message.get("text") or message.get("caption") or "photo"
        if word == last:
            return words
        words.append(word)


@pytest.mark.parametrize("text", ["hello all", "what/ever", "@ada_bot look", "/cmd@other_bot"])
async def test_privacy_hides_what_is_not_for_the_bot(world: World, text: str) -> None:
    group = await settled(world)
    await world.say(text, group["id"])
    assert await heard(world, group) == []


@pytest.mark.parametrize(
    "text", ["/cmd", "/cmd with words", "/cmd@{me}", "hey @{me} look", "/cmd@{upper}"]
)
async def test_privacy_lets_through_what_is_for_the_bot(world: World, text: str) -> None:
    group = await settled(world)
    me = (await world.call("getMe"))["username"]
    text = text.format(me=me, upper=me.upper())
    await world.say(text, group["id"])
    assert await heard(world, group) == [text]


async def test_privacy_lets_replies_to_the_bot_through(world: World) -> None:
    group = await settled(world)
    mine = await world.send("ask me", chat_id=group["id"])
    await world.say("answer", group["id"], reply_to=mine["message_id"])
    chatter = await world.say("chatter", group["id"])
    await world.say("among ourselves", group["id"], reply_to=chatter["message_id"])
    assert await heard(world, group) == ["answer"]


async def test_privacy_hides_photos_but_not_their_commands(world: World) -> None:
    group = await settled(world)
    me = (await world.call("getMe"))["username"]
    for caption in ("", "my cat", f"@{me} my cat", f"/style@{me}"):
        await world.say(caption, group["id"], files=[Upload(picture())])
    assert await heard(world, group) == [f"@{me} my cat", f"/style@{me}"]


async def test_a_reply_brings_the_photo_that_was_hidden(world: World) -> None:
    """The way a bot gets at a picture in a group: a command in reply to it."""
    group = await settled(world)
    photo = await world.say(chat=group["id"], files=[Upload(picture(300, 200))])
    await world.say("/style", group["id"], reply_to=photo["message_id"])
    message = await world.next_message()
    assert message["text"] == "/style"
    sizes = message["reply_to_message"]["photo"]
    assert sizes[-1]["width"] == 300
    assert await world.download(sizes[-1]["file_id"])


async def test_without_privacy_a_bot_hears_everything(open_world: World) -> None:
    world = open_world
    group = await settled(world)
    for text in ("hello all", "/cmd", "/cmd@other_bot"):
        await world.say(text, group["id"])
    await world.say(chat=group["id"], files=[Upload(picture())])
    assert await heard(world, group) == ["hello all", "/cmd", "/cmd@other_bot", "photo"]


async def test_privacy_does_not_touch_private_chats(world: World) -> None:
    await world.say("hello")
    assert (await world.next_message())["text"] == "hello"


async def test_a_group_is_a_chat_of_its_own(world: World) -> None:
    group = await settled(world)
    assert group["id"] < 0
    await world.say("/cmd", group["id"])
    message = await world.next_message()
    assert message["chat"]["id"] == group["id"]
    assert message["chat"]["type"] == group["type"]
    assert message["chat"]["type"] in {"group", "supergroup"}
    assert message["chat"]["title"] == "Painters"
    assert message["from"]["id"] == world.person["id"] != group["id"]
    sent = await world.send("hello all", chat_id=group["id"])
    assert (sent["chat"]["id"], sent["chat"]["title"]) == (group["id"], "Painters")
    full = await world.call("getChat", chat_id=group["id"])
    assert (full["title"], full["type"]) == ("Painters", group["type"])


async def test_several_people_in_a_group(world: World) -> None:
    bob = (await world.join("Bob"))["person"]
    group = await world.group(world.person["id"], bob["id"])
    assert set(group["members"]) >= {world.person["id"], bob["id"]}
    await world.catch_up()
    await world.say("/one", group["id"])
    await world.say("/two", group["id"], **{"from": bob["id"]})
    senders = [(await world.next_message())["from"] for _ in range(2)]
    assert [sender["first_name"] for sender in senders] == ["Ada", "Bob"]
    assert [sender["id"] for sender in senders] == [world.person["id"], bob["id"]]


async def test_anybody_may_press_a_button(world: World) -> None:
    bob = (await world.join("Bob"))["person"]
    group = await world.group(world.person["id"], bob["id"])
    sent = await world.send(chat_id=group["id"], reply_markup=keyboard([button()]))
    world.person = bob
    await world.press(sent, "go")
    queries = [update for update in await world.updates() if "callback_query" in update]
    assert queries[-1]["callback_query"]["from"]["id"] == bob["id"]


async def test_message_ids_of_chats_are_counted_apart(world: World) -> None:
    group = await settled(world)
    await world.send()
    ids = [(await world.send(chat_id=group["id"]))["message_id"] for _ in range(2)]
    assert ids[1] == ids[0] + 1
    refusal = await world.refused(
        "editMessageText", chat_id=world.chat, message_id=ids[1] + 50, text="x"
    )
    assert refusal == "400 Bad Request: message to edit not found"


async def test_others_messages_stay_in_groups(world: World) -> None:
    group = await settled(world)
    message = await world.say("/mine", group["id"])
    refusal = await world.refused(
        "deleteMessage", chat_id=group["id"], message_id=message["message_id"]
    )
    assert refusal == "400 Bad Request: message can't be deleted"


# Topics


async def topic(world: World) -> tuple[Json, int]:
    """A group with a topic, and the topic's number."""
    group = await world.group(world.person["id"], topics=["Lounge"])
    await world.catch_up()
    (found,) = group["topics"]
    assert found["name"] == "Lounge"
    return group, found["id"]


async def test_a_forum_has_threads(world: World) -> None:
    group, thread = await topic(world)
    assert group["type"] == "supergroup"
    await world.say("/here", group["id"], thread=thread)
    message = await world.next_message()
    assert message["chat"]["is_forum"] is True
    assert (message["message_thread_id"], message["is_topic_message"]) == (thread, True)
    sent = await world.send("there", chat_id=group["id"], message_thread_id=thread)
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (thread, True)


async def test_the_general_topic_has_no_number(world: World) -> None:
    group, _ = await topic(world)
    await world.say("/here", group["id"])
    assert "is_topic_message" not in await world.next_message()
    assert "is_topic_message" not in await world.send(chat_id=group["id"])


async def test_files_go_to_a_thread_too(world: World) -> None:
    group, thread = await topic(world)
    where = {"chat_id": group["id"], "message_thread_id": thread}
    sent = await world.send_file("photo", Upload(picture()), **where)
    assert sent["message_thread_id"] == thread
    album = await world.call(
        "sendMediaGroup",
        **where,
        media=[{"type": "photo", "media": f"attach://{n}"} for n in "ab"],
        files={n: Upload(picture()) for n in "ab"},
    )
    assert {message["message_thread_id"] for message in album} == {thread}
    assert await world.call("sendChatAction", **where, action="typing") is True


@pytest.mark.parametrize("private", [True, False])
async def test_an_unknown_thread_is_refused(world: World, *, private: bool) -> None:
    group, _ = await topic(world)
    refusal = await world.refused(
        "sendMessage",
        chat_id=world.chat if private else group["id"],
        text="x",
        message_thread_id=999,
    )
    assert refusal == "400 Bad Request: message thread not found"
