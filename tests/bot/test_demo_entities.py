"""Markup is read, and plain text searched, as Telegram's servers do it.

Most rows about HTML restate what TDLib expects of itself (``test/message_entities.cpp`` there).
"""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.entities import detect, merged, trimmed
from bot.demo.hypertext import EntityError, parse_html
from bot.demo.spans import Entity, units


def of(kind: str, offset: int, length: int, **more: object) -> Entity:
    return {"type": kind, "offset": offset, "length": length, **more}


def brief(entities: list[Entity]) -> list[tuple[str, int, int]]:
    return [(entity["type"], entity["offset"], entity["length"]) for entity in entities]


def words(text: str, entities: list[Entity]) -> list[tuple[str, str]]:
    wide = text.encode("utf-16-le")
    return [
        (kind, wide[2 * offset : 2 * (offset + length)].decode("utf-16-le"))
        for kind, offset, length in brief(entities)
    ]


@pytest.mark.parametrize(
    ("html", "plain", "entities"),
    [
        ("", "", []),
        ("plain", "plain", []),
        ("a > b", "a > b", []),
        ("&lt;&gt;&amp;&quot;&laquo;&#12345678;", '<>&"&laquo;&#12345678;', []),
        ("&lt &#x41;&#66 &#0; &apos;", "< AB &#0; &apos;", []),
        ("<i>\N{STADIUM} &lt</i>", "\N{STADIUM} <", [of("italic", 0, 4)]),
        ("<STRONG>a</strong><em>b</EM>", "ab", [of("bold", 0, 1), of("italic", 1, 1)]),
        ("<ins>a</ins><del>b</del>", "ab", [of("underline", 0, 1), of("strikethrough", 1, 1)]),
        ("<u>a</u><strike>b</strike>", "ab", [of("underline", 0, 1), of("strikethrough", 1, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [of("spoiler", 0, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [of("spoiler", 0, 1)]),
        ("<i>a<b x  =  y>b</b></i>", "ab", [of("italic", 0, 2), of("bold", 1, 1)]),
        ("<i>a</>", "a", [of("italic", 0, 1)]),
        ("<i >a</i  >", "a", [of("italic", 0, 1)]),
        ("x<b></b>", "x", []),
        ("<b>a<b>b</b>c</b>", "abc", [of("bold", 0, 3)]),
        ("<b>a</b><b>b</b>", "ab", [of("bold", 0, 2)]),
        ("<i><b>a</b></i>", "a", [of("bold", 0, 1), of("italic", 0, 1)]),
        ("<code><b>a</b></code>", "a", [of("code", 0, 1)]),
        (
            "<b>a<code>b</code>c</b>",
            "abc",
            [of("bold", 0, 1), of("code", 1, 1), of("bold", 2, 1)],
        ),
        ("<pre><code>a</code></pre>", "a", [of("pre", 0, 1)]),
        (
            '<pre><code class="language-py">a</code></pre>',
            "a",
            [of("pre", 0, 1, language="py")],
        ),
        (
            '<code class="language-py"><pre>a</pre></code>',
            "a",
            [of("pre", 0, 1, language="py")],
        ),
        ('<code class="language-py">a</code>', "a", [of("code", 0, 1)]),
        ("<a href=telegram.org>a</a>", "a", [of("text_link", 0, 1, url="http://telegram.org/")]),
        (
            "<a href='https://T.me/a?b&amp;c'>a</a>",
            "a",
            [of("text_link", 0, 1, url="https://t.me/a?b&c")],
        ),
        (
            "<a>telegram.org</a>",
            "telegram.org",
            [of("text_link", 0, 12, url="http://telegram.org/")],
        ),
        ("<a>telegram.org </a>", "telegram.org ", []),
        ("<a href='nowhere'>a</a>", "a", []),
        ("<a href='ftp://telegram.org'>a</a>", "a", []),
        (
            "<a href='tg://resolve?domain=x'>a</a>",
            "a",
            [of("text_link", 0, 1, url="tg://resolve?domain=x")],
        ),
        ("<a href='tg://user?id=42'>a</a>", "a", [of("text_mention", 0, 1, user={"id": 42})]),
        (
            '<tg-emoji emoji-id="5368324170671202286">x</tg-emoji>',
            "x",
            [of("custom_emoji", 0, 1, custom_emoji_id="5368324170671202286")],
        ),
        ("<blockquote>a</blockquote>", "a", [of("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [of("expandable_blockquote", 0, 1)]),
        (
            "<blockquote>a<blockquote><b>b</b></blockquote></blockquote>",
            "ab",
            [of("blockquote", 0, 2), of("bold", 1, 1)],
        ),
    ],
)
def test_html_is_taken_apart(html: str, plain: str, entities: list[Entity]) -> None:
    assert parse_html(html) == (plain, entities)


HEAD = "\N{STADIUM} \N{STADIUM}&lt;"  # 13 bytes
SURROGATES = (
    "Text contains invalid Unicode characters after decoding HTML entities, "
    "check for unmatched surrogate code units"
)


@pytest.mark.parametrize(
    ("html", "error"),
    [
        ("&#57311;", SURROGATES),
        ("&#xDFDF", SURROGATES),
        (f"{HEAD}<abacaba", "Unclosed start tag at byte offset 13"),
        (f"{HEAD}<ABAC aba>", 'Unsupported start tag "abac" at byte offset 13'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("1 <2> 3", 'Unsupported start tag "2" at byte offset 2'),
        (f"{HEAD}<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
        (f"{HEAD}<i    aba  =  ", 'Unclosed start tag "i" at byte offset 13'),
        (f"{HEAD}<i    aba  =  1aZ-.,", "Unexpected end of name token at byte offset 27"),
        (f'{HEAD}<i a="&lt;>', "Unclosed start tag at byte offset 13"),
        (f"{HEAD}<i a=b", "Unclosed start tag at byte offset 13"),
        (f"{HEAD}</", "Unexpected end tag at byte offset 13"),
        (f"{HEAD}<b></b></", "Unexpected end tag at byte offset 20"),
        (f"{HEAD}<i>a</i   ", "Unclosed end tag at byte offset 17"),
        (
            f"{HEAD}<i>a</em   >",
            'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"',
        ),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>a", 'Can\'t find end tag corresponding to start tag "i"'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<tg-emoji>a</tg-emoji>", "Invalid custom emoji identifier specified"),
    ],
)
def test_bad_html_is_refused_in_telegrams_words(html: str, error: str) -> None:
    with pytest.raises(EntityError) as caught:
        parse_html(html)
    assert str(caught.value) == error


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start", [("bot_command", "/start")]),
        ("say /help, now", [("bot_command", "/help")]),
        ("/paint@style_bot lake", [("bot_command", "/paint@style_bot")]),
        ("/привет a/b //c /d/ </e", []),
        ("/" + "a" * 65, []),
        ("hi @durov!", [("mention", "@durov")]),
        ("@a me@durov", []),
        ("\N{STADIUM}#art_1 #1", [("hashtag", "#art_1")]),
        ("#a#b #", []),
        ("write to ann.lee@example.com.", [("email", "ann.lee@example.com")]),
        ("see https://example.com/a_(b)?c=d#e.", [("url", "https://example.com/a_(b)?c=d#e")]),
        ("example.org, Example.COM/x!", [("url", "example.org"), ("url", "Example.COM/x")]),
        ("http://example.com:80/@ann", [("url", "http://example.com:80/@ann")]),
        ("e.g. cat.jpeg at 12.5 https://x", []),
        ("пример.рф", [("url", "пример.рф")]),
        ("tg://resolve?domain=x", [("url", "tg://resolve?domain=x")]),
    ],
)
def test_plain_text_is_searched(text: str, found: list[tuple[str, str]]) -> None:
    assert words(text, detect(text)) == found


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<code>/start</code> /help", [("code", "/start"), ("bot_command", "/help")]),
        ("<a href='t.me/x'>example.com</a>", [("text_link", "example.com")]),
        ("<b>@durov</b>", [("mention", "@durov"), ("bold", "@durov")]),
        ("<b>see /help</b>", [("bold", "see /help"), ("bot_command", "/help")]),
        ("/he<blockquote>lp</blockquote>", [("blockquote", "lp")]),
        (
            "<blockquote>#art</blockquote>",
            [("blockquote", "#art"), ("hashtag", "#art")],
        ),
    ],
)
def test_what_is_found_yields_to_what_is_marked(html: str, found: list[tuple[str, str]]) -> None:
    plain, marked = parse_html(html)
    assert words(plain, merged(plain, marked)) == found


@pytest.mark.parametrize(
    ("html", "plain", "found"),
    [
        ("  a\n ", "a", []),
        (" \n", "", []),
        (" <b> </b>\n", "", []),
        ("\n <b> a </b> ", "a", [("bold", "a")]),
        ("<b>a\r\nb</b>\t.", "a\nb .", [("bold", "a\nb")]),
        (
            "\N{STADIUM}\r <i>\N{STADIUM}</i> ",
            "\N{STADIUM} \N{STADIUM}",
            [("italic", "\N{STADIUM}")],
        ),
    ],
)
def test_blank_ends_go(html: str, plain: str, found: list[tuple[str, str]]) -> None:
    text, entities = trimmed(*parse_html(html))
    assert (text, words(text, entities)) == (plain, found)


PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TAGS = ["b", "i", "u", "s", "code", "pre", "tg-spoiler", "blockquote", "a"]
WORDS = ["\N{STADIUM}", " ", "\n", "\r", "a", "/start", "#art", "@durov", "example.com", "&lt;"]
MARKUP = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map("".join),
        st.tuples(st.sampled_from(TAGS), inner).map(lambda pair: "<{0}>{1}</{0}>".format(*pair)),
    ),
    max_leaves=20,
)


@given(MARKUP)
def test_entities_lie_on_characters(html: str) -> None:
    text, entities = trimmed(*parse_html(html))
    entities = merged(text, entities)
    assert text == text.strip(" \n")
    for entity in entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= units(text)
    # Decoding fails where an entity cuts a surrogate pair in two.
    assert all(word.strip() for _, word in words(text, entities))


@given(PLAIN)
def test_escaped_text_stays_as_it_is(text: str) -> None:
    assert parse_html(escape(text).replace("&#x27;", "'")) == (text, [])
    assert parse_html(escape(text)) == (text, [])
