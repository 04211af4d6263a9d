"""Formatting: HTML of bots, what Telegram finds by itself, offsets in UTF-16."""

from __future__ import annotations

import pytest

from tests.bot.conformance.client import SURROGATES, Json, Upload, World, covered, picture, utf16

pytestmark = pytest.mark.asyncio(loop_scope="module")

E = "🏔"  # two units of UTF-16, four bytes of UTF-8


def entity(kind: str, offset: int, length: int, **more: str) -> Json:
    return {"type": kind, "offset": offset, "length": length, **more}


PARSED: list[tuple[str, str, list[Json]]] = [
    ("<b>bold</b>", "bold", [entity("bold", 0, 4)]),
    ("<strong>x</strong>", "x", [entity("bold", 0, 1)]),
    ("<i>x</i>", "x", [entity("italic", 0, 1)]),
    ("<em>x</em>", "x", [entity("italic", 0, 1)]),
    ("<u>x</u>", "x", [entity("underline", 0, 1)]),
    ("<ins>x</ins>", "x", [entity("underline", 0, 1)]),
    ("<s>x</s>", "x", [entity("strikethrough", 0, 1)]),
    ("<strike>x</strike>", "x", [entity("strikethrough", 0, 1)]),
    ("<del>x</del>", "x", [entity("strikethrough", 0, 1)]),
    ("<code>x</code>", "x", [entity("code", 0, 1)]),
    ("<pre>x</pre>", "x", [entity("pre", 0, 1)]),
    ("<tg-spoiler>x</tg-spoiler>", "x", [entity("spoiler", 0, 1)]),
    ('<span class="tg-spoiler">x</span>', "x", [entity("spoiler", 0, 1)]),
    ("<blockquote>x</blockquote>", "x", [entity("blockquote", 0, 1)]),
    ("<blockquote expandable>x</blockquote>", "x", [entity("expandable_blockquote", 0, 1)]),
    ('<pre><code class="language-py">x</code></pre>', "x", [entity("pre", 0, 1, language="py")]),
    ('<code class="language-py">x</code>', "x", [entity("code", 0, 1)]),
    (
        '<a href="https://example.org/a?b=1&amp;c=2">x</a>',
        "x",
        [entity("text_link", 0, 1, url="https://example.org/a?b=1&c=2")],
    ),
    (
        "<A href='https://example.org/'>x</A>",
        "x",
        [entity("text_link", 0, 1, url="https://example.org/")],
    ),
    ("<b>bold <i>both</i></b>", "bold both", [entity("bold", 0, 9), entity("italic", 5, 4)]),
    (f"{E}<b>{E}x</b>", f"{E}{E}x", [entity("bold", 2, 3)]),
    (f"ä{E}漢<i>{E}</i>", f"ä{E}漢{E}", [entity("italic", 4, 2)]),
    ("👩‍👩‍👧<b>x</b>", "👩‍👩‍👧x", [entity("bold", 8, 1)]),
    ("&lt;b&gt; &amp; &quot;", '<b> & "', []),
    ("&#65;&#x42;<b>C</b>", "ABC", [entity("bold", 2, 1)]),
    ("&nbsp; &copy; & &x", "&nbsp; &copy; & &x", []),
    ("a<b></b>b", "ab", []),
    ("<b>x</>", "x", [entity("bold", 0, 1)]),
    ("<b >x</b >", "x", [entity("bold", 0, 1)]),
    ("<B>x</b>", "x", [entity("bold", 0, 1)]),
    ("<b id=1 hidden>x</b>", "x", [entity("bold", 0, 1)]),
    ("  \n<b>x</b>  ", "x", [entity("bold", 0, 1)]),
    ("<b>x  \n</b>", "x", [entity("bold", 0, 1)]),
    ("x<b>   </b>", "x", []),
    ("<b>a</b> <i>b</i>", "a b", [entity("bold", 0, 1), entity("italic", 2, 1)]),
    ("one\n<b>two</b>\nthree", "one\ntwo\nthree", [entity("bold", 4, 3)]),
]


@pytest.mark.parametrize(("html", "text", "entities"), PARSED)
async def test_html(world: World, html: str, text: str, entities: list[Json]) -> None:
    message = await world.send(html, parse_mode="HTML")
    assert message["text"] == text
    assert message.get("entities", []) == entities


BROKEN: list[tuple[str, str]] = [
    ("<div>x</div>", 'Unsupported start tag "div" at byte offset 0'),
    ("a < b", 'Unsupported start tag "" at byte offset 2'),
    (f"{E}ä<br>", 'Unsupported start tag "br" at byte offset 6'),
    ("x<b", "Unclosed start tag at byte offset 1"),
    ('<a href="x', "Unclosed start tag at byte offset 0"),
    ('<a href="x>y</a>', "Unclosed start tag at byte offset 0"),
    ("<b =x>", 'Empty attribute name in the tag "b" at byte offset 0'),
    ("<b a = ", 'Unclosed start tag "b" at byte offset 0'),
    ("<b a=x,>y</b>", "Unexpected end of name token at byte offset 5"),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b>x</b></b>", "Unexpected end tag at byte offset 8"),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    (f"<i>{E}<b>x</b>", 'Can\'t find end tag corresponding to start tag "i"'),
    ("&#55357;", SURROGATES),
]


@pytest.mark.parametrize(("html", "wording"), BROKEN)
async def test_broken_html(world: World, html: str, wording: str) -> None:
    refusal = await world.refused("sendMessage", chat_id=world.chat, text=html, parse_mode="HTML")
    assert refusal == f"400 Bad Request: can't parse entities: {wording}"


@pytest.mark.parametrize("mode", ["html", "HTML", "Html"])
async def test_the_mode_knows_no_case(world: World, mode: str) -> None:
    assert (await world.send("<b>x</b>", parse_mode=mode))["text"] == "x"


@pytest.mark.parametrize("mode", ["", "none"])
async def test_without_a_mode_text_is_text(world: World, mode: str) -> None:
    message = await world.send("<b>x</b> &lt;", parse_mode=mode)
    assert message["text"] == "<b>x</b> &lt;"
    assert "entities" not in message


async def test_captions_are_parsed_alike(world: World) -> None:
    sent = await world.send_file(
        "photo", Upload(picture()), caption=f"{E}<b>x</b>", parse_mode="HTML"
    )
    assert sent["caption"] == f"{E}x"
    assert sent["caption_entities"] == [entity("bold", 2, 1)]


async def test_entities_may_be_given_ready_made(world: World) -> None:
    given = [entity("bold", 0, 2), entity("text_link", 3, 1, url="https://example.org/")]
    message = await world.send(f"{E} x", entities=given)
    assert message["entities"] == given


async def test_a_mode_beats_ready_made_entities(world: World) -> None:
    message = await world.send("<b>abc</b>", parse_mode="HTML", entities=[entity("italic", 0, 1)])
    assert message["entities"] == [entity("bold", 0, 3)]


@pytest.mark.parametrize(
    ("given", "wording"),
    [
        ({"type": "bold", "length": 1}, 'Can\'t find field "offset"'),
        ({"type": "loud", "offset": 0, "length": 1}, "Unsupported type specified"),
        ("bold", "expected an Object"),
    ],
)
async def test_broken_entities(world: World, given: object, wording: str) -> None:
    refusal = await world.refused("sendMessage", chat_id=world.chat, text="x", entities=[given])
    assert refusal == f"400 Bad Request: can't parse MessageEntity: {wording}"


async def test_a_bots_text_is_searched_too(world: World) -> None:
    message = await world.send("<b>Hi</b>, /help or https://example.org", parse_mode="HTML")
    assert message["entities"] == [
        entity("bold", 0, 2),
        entity("bot_command", 4, 5),
        entity("url", 13, 19),
    ]


async def test_code_is_not_searched(world: World) -> None:
    message = await world.send("<code>/help #x</code>", parse_mode="HTML")
    assert message["entities"] == [entity("code", 0, 8)]


# What people write

FOUND: list[tuple[str, list[tuple[str, str]]]] = [
    ("/start", [("bot_command", "/start")]),
    ("/start 12 now", [("bot_command", "/start")]),
    ("/style@some_bot now", [("bot_command", "/style@some_bot")]),
    ("try /help", [("bot_command", "/help")]),
    (f"{E} /a_1 {E}", [("bot_command", "/a_1")]),
    ("(/help)", [("bot_command", "/help")]),
    ("and/or", []),
    ("/ start", []),
    ("//start", []),
    ("@some_bot look", [("mention", "@some_bot")]),
    (f"{E}{E} hey @some_bot!", [("mention", "@some_bot")]),
    ("mail me@example.org now", [("email", "me@example.org")]),
    ("see https://example.org/a?b=1 now", [("url", "https://example.org/a?b=1")]),
    ("see example.org.", [("url", "example.org")]),
    ("(http://example.org/x)", [("url", "http://example.org/x")]),
    ("so #nice #ämter_1", [("hashtag", "#nice"), ("hashtag", "#ämter_1")]),
    ("no #1 and c#x", []),
    ("just words, 3 < 4 & <b>x</b>", []),
]


@pytest.mark.parametrize(("text", "found"), FOUND)
async def test_what_telegram_finds(world: World, text: str, found: list[tuple[str, str]]) -> None:
    await world.say(text)
    message = await world.next_message()
    assert message["text"] == text
    assert [(e["type"], covered(text, e)) for e in message.get("entities", [])] == found
    assert all(e["offset"] + e["length"] <= utf16(text) for e in message.get("entities", []))


async def test_commands_are_found_in_captions(world: World) -> None:
    await world.say("/style mosaic", files=[Upload(picture())])
    message = await world.next_message()
    assert message["caption"] == "/style mosaic"
    assert message["caption_entities"] == [entity("bot_command", 0, 6)]
