"""Texts, replies, keyboards, chat actions, reactions: what goes out and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.conformance.client import Json, Upload, World, button, keyboard, picture

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_sent_message_comes_back_whole(world: World) -> None:
    me = await world.call("getMe")
    message = await world.send("hello")
    assert message["text"] == "hello"
    assert message["from"] == {key: me[key] for key in ("id", "is_bot", "first_name", "username")}
    assert message["chat"]["id"] == world.chat
    assert message["chat"]["type"] == "private"
    assert isinstance(message["date"], int)
    assert "edit_date" not in message
    assert "entities" not in message


async def test_message_ids_rise(world: World) -> None:
    ids = [(await world.send())["message_id"]]
    ids.append((await world.say("a person between"))["message_id"])
    ids.append((await world.send())["message_id"])
    assert ids == sorted(set(ids))


REFUSED: list[tuple[str, Json, str]] = [
    ("sendMessage", {}, "message text is empty"),
    ("sendMessage", {"text": ""}, "message text is empty"),
    ("sendMessage", {"text": "x", "parse_mode": "RTF"}, "unsupported parse_mode"),
    ("sendMessage", {"text": "x" * 32769}, "text is too long"),
    ("sendMessage", {"text": "ä" * 16385}, "text is too long"),
    ("sendMessage", {"text": "x" * 4097}, "message is too long"),
    ("sendMessage", {"text": "x", "chat_id": ""}, "chat_id is empty"),
    ("sendMessage", {"text": "x", "chat_id": "77"}, "chat not found"),
    ("sendMessage", {"text": "x", "chat_id": "-77"}, "chat not found"),
    ("sendMessage", {"text": "x", "chat_id": "Ada"}, "chat not found"),
    ("sendMessage", {"text": "x", "chat_id": "@nobody_here"}, "chat not found"),
    ("sendPhoto", {}, "there is no photo in the request"),
    ("sendDocument", {}, "there is no document in the request"),
    ("sendAnimation", {}, "there is no animation in the request"),
    ("sendPhoto", {"chat_id": ""}, "there is no photo in the request"),
    ("sendPhoto", {"photo": "attach://none"}, "there is no photo in the request"),
    ("sendChatAction", {"action": "dancing"}, "wrong parameter action in request"),
    ("sendChatAction", {"chat_id": ""}, "wrong parameter action in request"),
    ("sendChatAction", {"action": "typing", "chat_id": ""}, "chat_id is empty"),
    ("sendChatAction", {"action": "typing", "chat_id": "77"}, "chat not found"),
    ("getChat", {"chat_id": ""}, "chat_id is empty"),
    ("getChat", {"chat_id": "77"}, "chat not found"),
    ("getChatMember", {}, "invalid user_id specified"),
    ("getUserProfilePhotos", {}, "invalid user_id specified"),
    ("getUserProfilePhotos", {"user_id": "77"}, "user not found"),
    ("setMessageReaction", {"message_id": 999}, "message to react not found"),
    ("setMessageReaction", {"reaction": "{"}, "can't parse reaction types JSON object"),
    ("setMessageReaction", {"reaction": {}}, "expected an Array of ReactionType"),
    (
        "setMessageReaction",
        {"reaction": [{"type": "smile"}]},
        "can't parse ReactionType: invalid reaction type specified",
    ),
]


@pytest.mark.parametrize(("method", "params", "wording"), REFUSED)
async def test_refusals(world: World, method: str, params: Json, wording: str) -> None:
    refusal = await world.refused(method, **{"chat_id": world.chat} | params)
    assert refusal == f"400 Bad Request: {wording}"


async def test_a_refused_message_leaves_no_trace(world: World) -> None:
    first = await world.send()
    await world.refused("sendMessage", chat_id=world.chat, text="x" * 4097)
    assert (await world.send())["message_id"] == first["message_id"] + 1


@pytest.mark.parametrize("letter", ["x", "ä", "я", "漢"])
async def test_a_text_may_have_4096_characters(world: World, letter: str) -> None:
    assert (await world.send(letter * 4096))["text"] == letter * 4096
    refusal = await world.refused("sendMessage", chat_id=world.chat, text=letter * 4097)
    assert refusal == "400 Bad Request: message is too long"


async def test_length_is_counted_after_parsing(world: World) -> None:
    text = "<b>" + "&lt;" * 4096 + "</b>"
    assert (await world.send(text, parse_mode="HTML"))["text"] == "<" * 4096


async def test_white_space_around_does_not_count(world: World) -> None:
    assert (await world.send("  " + "x" * 4096 + "\n\n"))["text"] == "x" * 4096


@pytest.mark.parametrize("text", ["   ", " \n\t ", "\u200b", "\u00a0"])
async def test_a_text_of_nothing_visible_is_empty(world: World, text: str) -> None:
    refusal = await world.refused("sendMessage", chat_id=world.chat, text=text)
    assert refusal in {
        "400 Bad Request: text must be non-empty",
        "400 Bad Request: message text is empty",
    }


@pytest.mark.parametrize("kind", ["photo", "document"])
async def test_a_caption_may_have_1024_characters(world: World, kind: str) -> None:
    upload = Upload(picture())
    message = await world.send_file(kind, upload, caption="ä" * 1024)
    assert message["caption"] == "ä" * 1024
    refusal = await world.refused(
        f"send{kind}", files={kind: upload}, chat_id=world.chat, caption="ä" * 1025
    )
    assert refusal == "400 Bad Request: message caption is too long"


# Replies


async def test_a_reply_shows_what_it_answers(world: World) -> None:
    question = await world.say("why?")
    answer = await world.send("because", reply_parameters={"message_id": question["message_id"]})
    original = answer["reply_to_message"]
    assert original["message_id"] == question["message_id"]
    assert original["text"] == "why?"
    assert original["from"]["id"] == world.person["id"]


async def test_a_reply_goes_one_level_deep(world: World) -> None:
    first = await world.send("first")
    second = await world.send("second", reply_parameters={"message_id": first["message_id"]})
    third = await world.send("third", reply_parameters={"message_id": second["message_id"]})
    assert third["reply_to_message"]["text"] == "second"
    assert "reply_to_message" not in third["reply_to_message"]


async def test_the_old_way_to_reply_still_works(world: World) -> None:
    question = await world.say("why?")
    answer = await world.send("because", reply_to_message_id=question["message_id"])
    assert answer["reply_to_message"]["message_id"] == question["message_id"]


async def test_a_person_replies_to_the_bot(world: World) -> None:
    question = await world.send("why?")
    await world.say("because", reply_to=question["message_id"])
    message = await world.next_message()
    assert message["reply_to_message"]["message_id"] == question["message_id"]
    assert message["reply_to_message"]["from"]["is_bot"] is True


async def test_a_reply_to_nothing_is_refused(world: World) -> None:
    refusal = await world.refused(
        "sendMessage", chat_id=world.chat, text="x", reply_parameters={"message_id": 999}
    )
    assert refusal == "400 Bad Request: message to be replied not found"


@pytest.mark.parametrize("kind", ["photo", "document"])
async def test_any_message_may_go_without_its_original(world: World, kind: str) -> None:
    lost = {"message_id": 999, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await world.send("x", reply_parameters=lost)
    sent = await world.send_file(kind, Upload(picture()), reply_parameters=lost)
    assert "reply_to_message" not in sent


async def test_a_deleted_original_counts_as_lost(world: World) -> None:
    question = await world.send("why?")
    await world.call("deleteMessage", chat_id=world.chat, message_id=question["message_id"])
    refusal = await world.refused(
        "sendMessage",
        chat_id=world.chat,
        text="x",
        reply_parameters={"message_id": question["message_id"]},
    )
    assert refusal == "400 Bad Request: message to be replied not found"


async def test_a_reply_may_quote(world: World) -> None:
    question = await world.say("why 🏔 so high?")
    reply = {"message_id": question["message_id"], "quote": "so high"}
    answer = await world.send("because", reply_parameters=reply)
    assert answer["quote"]["text"] == "so high"
    assert answer["quote"]["position"] == 7
    refusal = await world.refused(
        "sendMessage", chat_id=world.chat, text="x", reply_parameters=reply | {"quote": "so low"}
    )
    assert refusal == "400 Bad Request: QUOTE_TEXT_INVALID"


@pytest.mark.parametrize(
    ("value", "wording"),
    [
        ("{", "can't parse reply parameters JSON object"),
        ("[]", "object expected as reply parameters"),
        ({"quote": "x"}, 'can\'t find field "message_id"'),
    ],
)
async def test_broken_reply_parameters(world: World, value: Any, wording: str) -> None:
    refusal = await world.refused(
        "sendMessage", chat_id=world.chat, text="x", reply_parameters=value
    )
    assert refusal == f"400 Bad Request: {wording}"


# Keyboards


async def test_a_keyboard_comes_back_as_it_was(world: World) -> None:
    markup = keyboard(
        [button("One", "1"), {"text": "Site", "url": "https://example.org/"}],
        [{"text": "Copy", "copy_text": {"text": "abc"}}],
        [{"text": "Start", "callback_data": "s", "style": "success"}],
    )
    assert (await world.send(reply_markup=markup))["reply_markup"] == markup


@pytest.mark.parametrize(
    "markup", [{"inline_keyboard": []}, {"keyboard": [["a"]]}, {"remove_keyboard": True}, {}]
)
async def test_only_buttons_below_a_message_are_shown(world: World, markup: Json) -> None:
    assert "reply_markup" not in await world.send(reply_markup=markup)


@pytest.mark.parametrize("data", ["x" * 64, "я" * 32, "🏔" * 16])
async def test_callback_data_may_have_64_bytes(world: World, data: str) -> None:
    markup = keyboard([button("Go", data)])
    assert (await world.send(reply_markup=markup))["reply_markup"] == markup
    refusal = await world.refused(
        "sendMessage",
        chat_id=world.chat,
        text="x",
        reply_markup=keyboard([button("Go", data + "x")]),
    )
    assert refusal == "400 Bad Request: BUTTON_DATA_INVALID"


@pytest.mark.parametrize(
    ("markup", "wording"),
    [
        ("{", "can't parse reply keyboard markup JSON object"),
        ([], "object expected as reply markup"),
        (
            {"inline_keyboard": ["a"]},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        (
            keyboard([{"text": "only text"}]),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            keyboard([button("Go", "")]),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            keyboard([{"callback_data": "x"}]),
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            {"inline_keyboard": [["Go"]]},
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object",
        ),
    ],
)
async def test_broken_keyboards(world: World, markup: Any, wording: str) -> None:
    refusal = await world.refused("sendMessage", chat_id=world.chat, text="x", reply_markup=markup)
    assert refusal == f"400 Bad Request: {wording}"


async def test_a_keyboard_has_at_most_100_buttons(world: World) -> None:
    rows = [[button(f"{row}.{n}", f"{row}.{n}") for n in range(8)] for row in range(12)]
    full = keyboard(*rows, [button(f"x{n}", f"x{n}") for n in range(4)])
    assert (await world.send(reply_markup=full))["reply_markup"] == full
    full["inline_keyboard"].append([button("one too many")])
    refusal = await world.refused("sendMessage", chat_id=world.chat, text="x", reply_markup=full)
    assert refusal.startswith("400 Bad Request: ")


# Actions and reactions


@pytest.mark.parametrize(
    "action", ["typing", "upload_photo", "upload_document", "UPLOAD_PHOTO", "cancel"]
)
async def test_chat_actions(world: World, action: str) -> None:
    assert await world.call("sendChatAction", chat_id=world.chat, action=action) is True


async def test_a_reaction_is_set_and_taken_back(world: World) -> None:
    message = await world.say("nice?")
    target = {"chat_id": world.chat, "message_id": message["message_id"]}
    for reaction in ([{"type": "emoji", "emoji": "👍"}], []):
        assert await world.call("setMessageReaction", **target, reaction=reaction) is True


@pytest.mark.parametrize(
    "emojis", [["🏔"], ["x"], ["👍", "👎"]], ids=["not a reaction", "no emoji", "two"]
)
async def test_impossible_reactions(world: World, emojis: list[str]) -> None:
    message = await world.say("nice?")
    refusal = await world.refused(
        "setMessageReaction",
        chat_id=world.chat,
        message_id=message["message_id"],
        reaction=[{"type": "emoji", "emoji": emoji} for emoji in emojis],
    )
    assert refusal.startswith("400 Bad Request: REACTION")


# People who want nothing yet, or no more


async def test_a_bot_never_writes_first(world: World) -> None:
    shy = (await world.join("Bob"))["chat"]["id"]
    refusal = await world.refused("sendMessage", chat_id=shy, text="hello?")
    assert refusal in {
        "400 Bad Request: chat not found",
        "403 Forbidden: bot can't initiate conversation with a user",
    }
    await world.say("/start", shy, **{"from": shy})
    assert (await world.send(chat_id=shy))["chat"]["id"] == shy


@pytest.mark.parametrize(
    ("method", "params"),
    [("sendMessage", {"text": "x"}), ("sendChatAction", {"action": "typing"})],
)
async def test_a_blocked_bot_is_told(world: World, method: str, params: Json) -> None:
    await world.block()
    refusal = await world.refused(method, chat_id=world.chat, **params)
    assert refusal == "403 Forbidden: bot was blocked by the user"


async def test_a_blocked_bot_sends_no_files(world: World) -> None:
    await world.block()
    refusal = await world.refused(
        "sendPhoto", files={"photo": Upload(picture())}, chat_id=world.chat
    )
    assert refusal == "403 Forbidden: bot was blocked by the user"


async def test_unblocking_makes_peace(world: World) -> None:
    await world.block()
    await world.block(blocked=False)
    assert (await world.send("again"))["text"] == "again"
