"""Whatever people send that cannot be painted: one kind word, and the next photo is painted.

The lists are the program's own: a new reason to refuse a picture or a link, and a new kind of
message that the library knows, is asked for here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, TypeAlias

import pytest
import pytest_asyncio
from aiohttp import web
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image
from telegram.constants import MessageAttachmentType, MessageLimit

from bot.demo.people import Impossible
from bot.errors import LinkReason
from bot.links import Links
from bot.pictures import MAX_FILE_BYTES
from bot.texts import Text
from bot.words import Language, words_in
from nst_core.errors import RejectReason
from tests.bot.atelier import STYLES, Atelier, opened
from tests.bot.bench import Visitor
from tests.bot.calls import Call, is_question
from tests.bot.door import picture
from tests.bot.emulator import serving
from tests.bot.test_conversation import media, sticker
from tests.fuzz import thorough
from tests.hostile import encoded, photo

pytestmark = pytest.mark.asyncio(loop_scope="module")

STYLE = STYLES[0]
_HUGE = bytes(MAX_FILE_BYTES + 1)
Json: TypeAlias = dict[str, Any]


@dataclass(repr=False)
class Site:
    """The bot, a machine in the net with what a link may lead to, and what the log complains of."""

    atelier: Atelier
    address: str
    pages: dict[str, bytes]
    complaints: list[str]

    def link(self, data: bytes) -> str:
        """Where that file is to be had."""
        self.pages["file"] = data
        return f"{self.address}/file"

    async def is_well(self, person: Visitor) -> None:
        """The person's next photo is painted, and the log knows of nothing."""
        await person.photo(picture(5), caption=STYLE.name)
        await self.atelier.paints(person)
        assert not self.complaints


class Complaints(logging.Handler):
    """Collects what the log calls an error."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._found = found

    def emit(self, record: logging.LogRecord) -> None:
        self._found.append(logging.Formatter().format(record))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[Site]:
    pages: dict[str, bytes] = {}
    app = web.Application()

    async def answer(request: web.Request) -> web.Response:
        return await _answer(request, pages)

    app.router.add_get("/{name:.*}", answer)
    async with serving(app) as address:
        port = int(address.rpartition(":")[2])
        links = Links(
            is_allowed=lambda ip: ip == ip_address("127.0.0.1"),
            ports=frozenset({port, 443}),
            # Only one page is slow, and that for ever; the others come as soon as they can.
            first_byte=2.0,
        )
        async with opened(links=links) as atelier:
            site = Site(atelier, address, pages, [])
            handler = Complaints(site.complaints)
            logging.getLogger().addHandler(handler)
            yield site
            logging.getLogger().removeHandler(handler)


async def _answer(request: web.Request, pages: dict[str, bytes]) -> web.Response:
    match request.match_info["name"]:
        case "slow":
            await asyncio.Event().wait()
        case "round":
            raise web.HTTPFound(request.path)
        case "huge":
            return web.Response(body=_HUGE)
        case "page":
            return web.Response(text="<html>a cat</html>", content_type="text/html")
        case name if name in pages:
            return web.Response(body=pages[name], content_type="image/jpeg")
    raise web.HTTPNotFound


def said(key: Text, **values: object) -> str:
    return words_in(Language.ENGLISH).say(key, **values)


def is_last_word(call: Call) -> bool:
    """Neither progress nor a question."""
    return not call.buttons


# Pictures.

_SCANS = encoded(photo(), "JPEG", progressive=True)
PICTURES: dict[RejectReason, list[bytes]] = {
    RejectReason.NOT_A_PICTURE: [
        b"hello, I am a text named cat.jpg",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04 a bag of files",
        bytes(1000),
    ],
    RejectReason.TRUNCATED: [
        picture(1, 900, 600, kind="JPEG")[:3000],
        picture(1)[:600],
        b"GIF89a nonsense",
        _SCANS[:-2] + 200 * _SCANS[_SCANS.rindex(b"\xff\xda") : -2] + _SCANS[-2:],
    ],
    RejectReason.TOO_SMALL: [encoded(Image.new("RGB", (1, 1)), "PNG")],
    RejectReason.TOO_LARGE: [
        encoded(Image.new("1", (9000, 7000)), "PNG"),
    ],
    RejectReason.TOO_NARROW: [encoded(Image.new("RGB", (1, 9_000)), "PNG")],
}
_TOLD = {
    RejectReason.NOT_A_PICTURE: Text.NOT_A_PICTURE,
    RejectReason.TRUNCATED: Text.TRUNCATED,
    RejectReason.TOO_SMALL: Text.TOO_SMALL,
    RejectReason.TOO_LARGE: Text.TOO_LARGE,
    RejectReason.TOO_NARROW: Text.TOO_NARROW,
}


async def as_file(_: Site, person: Visitor, data: bytes) -> None:
    await person.document(data, "photo.jpg", "image/jpeg", caption=STYLE.name)


async def as_style(_: Site, person: Visitor, data: bytes) -> None:
    await person.album(picture(3), data, mime="image/jpeg")


async def in_answer(_: Site, person: Visitor, data: bytes) -> None:
    sent = await person.document(data, "photo.jpg", "image/jpeg")
    await person.is_asked()
    await person.say(f"/{STYLE.name}", answers=sent["message_id"])


async def by_link(site: Site, person: Visitor, data: bytes) -> None:
    await person.say(f"{site.link(data)} {STYLE.name}")


WAYS = (as_file, by_link, as_style, in_answer)
# Each picture comes as a file, and the first of each kind in every way.
SPOILED = [
    pytest.param(reason, data, send, id=f"{reason}-{number}-{send.__name__}")
    for reason in RejectReason
    for number, data in enumerate(PICTURES[reason])
    for send in (WAYS[:1] if number else WAYS)
]


@pytest.mark.parametrize(("reason", "data", "send"), SPOILED)
async def test_pictures_that_cannot_be_painted(
    site: Site,
    reason: RejectReason,
    data: bytes,
    send: Callable[[Site, Visitor, bytes], Awaitable[None]],
) -> None:
    person = site.atelier.person()
    await send(site, person, data)
    told = await person.hears("sendMessage", where=is_last_word)
    is_page = send is by_link and reason is RejectReason.NOT_A_PICTURE
    assert told.text == said(Text.LINK_NOT_A_PICTURE if is_page else _TOLD[reason])
    assert site.atelier.door.idle
    await site.is_well(person)


# Links.

LINKS: dict[LinkReason, tuple[str, Text]] = {
    LinkReason.BAD_URL: ("http://me:secret@example.com/cat.png", Text.LINK_BAD),
    LinkReason.FORBIDDEN_ADDRESS: ("https://127.0.0.2/cat.png", Text.LINK_FORBIDDEN),
    LinkReason.UNREACHABLE: ("https://127.0.0.1/cat.png", Text.LINK_UNREACHABLE),
    LinkReason.REFUSED: ("{}/nothing", Text.LINK_REFUSED),
    LinkReason.TOO_BIG: ("{}/huge", Text.LINK_TOO_BIG),
    LinkReason.TOO_SLOW: ("{}/slow", Text.LINK_UNREACHABLE),
    LinkReason.NOT_A_PICTURE: ("{}/page", Text.LINK_NOT_A_PICTURE),
    LinkReason.TOO_MANY_REDIRECTS: ("{}/round", Text.LINK_BAD),
}


@pytest.mark.parametrize("reason", LinkReason)
async def test_links_that_lead_to_no_picture(site: Site, reason: LinkReason) -> None:
    link, key = LINKS[reason]
    person = site.atelier.person()
    await person.say(link.format(site.address))
    told = await person.hears("sendMessage")
    assert told.text == said(key)
    await site.is_well(person)


# Other kinds of messages.

_PHOTO = {"file_id": "p", "file_unique_id": "p", "width": 9, "height": 9}
_PLACE = {"latitude": 1.0, "longitude": 2.0}
KINDS: dict[MessageAttachmentType, tuple[Json, Text]] = {
    MessageAttachmentType.ANIMATION: (
        {"animation": media(width=9, height=9), "document": {**media(), "mime_type": "video/mp4"}},
        Text.ANIMATION,
    ),
    MessageAttachmentType.AUDIO: ({"audio": media()}, Text.VOICE),
    MessageAttachmentType.CONTACT: (
        {"contact": {"phone_number": "1", "first_name": "x"}},
        Text.OTHER_KIND,
    ),
    MessageAttachmentType.DICE: ({"dice": {"value": 6, "emoji": "🎲"}}, Text.OTHER_KIND),
    MessageAttachmentType.DOCUMENT: (
        {"document": {**media(), "file_name": "x.zip", "mime_type": "application/zip"}},
        Text.NOT_A_FILE_I_READ,
    ),
    MessageAttachmentType.GAME: (
        {"game": {"title": "x", "description": "x", "photo": [_PHOTO]}},
        Text.OTHER_KIND,
    ),
    MessageAttachmentType.INVOICE: (
        {
            "invoice": {
                "title": "x",
                "description": "x",
                "start_parameter": "x",
                "currency": "XTR",
                "total_amount": 1,
            }
        },
        Text.OTHER_KIND,
    ),
    MessageAttachmentType.LIVE_PHOTO: (
        {"live_photo": {**media(width=9, height=9), "photo": [_PHOTO]}},
        Text.OTHER_KIND,
    ),
    MessageAttachmentType.LOCATION: ({"location": _PLACE}, Text.OTHER_KIND),
    MessageAttachmentType.PAID_MEDIA: (
        {"paid_media": {"star_count": 1, "paid_media": [{"type": "preview"}]}},
        Text.OTHER_KIND,
    ),
    MessageAttachmentType.PASSPORT_DATA: (
        {
            "passport_data": {
                "data": [],
                "credentials": {"data": "eA==", "hash": "eA==", "secret": "eA=="},
            }
        },
        Text.OTHER_KIND,
    ),
    MessageAttachmentType.PHOTO: (
        {"document": {**media(), "file_size": 30 * 2**20, "file_name": "huge.jpg"}},
        Text.TOO_BIG,
    ),
    MessageAttachmentType.POLL: (
        {
            "poll": {
                "id": "1",
                "question": "x",
                "options": [],
                "total_voter_count": 0,
                "is_closed": False,
                "is_anonymous": True,
                "type": "regular",
                "allows_multiple_answers": False,
                "allows_revoting": False,
                "members_only": False,
            }
        },
        Text.OTHER_KIND,
    ),
    MessageAttachmentType.STICKER: (
        {"sticker": sticker() | {"is_video": True}},
        Text.STICKER_MOVES,
    ),
    MessageAttachmentType.STORY: (
        {"story": {"id": 1, "chat": {"id": 1, "type": "private"}}},
        Text.OTHER_KIND,
    ),
    MessageAttachmentType.SUCCESSFUL_PAYMENT: (
        {
            "successful_payment": {
                "currency": "XTR",
                "total_amount": 1,
                "invoice_payload": "x",
                "telegram_payment_charge_id": "x",
                "provider_payment_charge_id": "x",
            }
        },
        Text.OTHER_KIND,
    ),
    MessageAttachmentType.VIDEO: ({"video": media(width=9, height=9)}, Text.VIDEO),
    MessageAttachmentType.VIDEO_NOTE: ({"video_note": media(length=9)}, Text.VIDEO),
    MessageAttachmentType.VOICE: ({"voice": media()}, Text.VOICE),
    MessageAttachmentType.VENUE: (
        {"venue": {"location": _PLACE, "title": "x", "address": "x"}},
        Text.OTHER_KIND,
    ),
}


@pytest.mark.parametrize("kind", MessageAttachmentType)
async def test_kinds_of_messages_that_are_no_picture(
    site: Site, kind: MessageAttachmentType
) -> None:
    content, key = KINDS[kind]
    person = site.atelier.person()
    await person.send(**content)
    told = await person.hears("sendMessage")
    assert told.text == said(key, limit=MAX_FILE_BYTES // 2**20)
    await site.is_well(person)


async def test_what_cannot_be_read_stops_nobody(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    person, other = site.atelier.person(), site.atelier.person()
    # Such as a version of tomorrow may send.
    await person.send(poll={"id": "tomorrow", "question": "a secret"})
    await other.say("/help")
    await other.reads("How to get a painting")
    assert [text.partition("\n")[0] for text in site.complaints] == [
        "An update could not be read: TypeError"
    ]
    assert "secret" not in caplog.text
    site.complaints.clear()
    await site.is_well(person)


# Words.

_letters = st.text("abc/@_-#<>&{}%\"'\\ \n\t\u202e\u200b\u0301é中🎨0123456789.:", max_size=60)
_commands = st.builds(
    "/{} {}".format,
    st.sampled_from(
        ["start", "help", "style", "styles", "mix", "me", "settings", "queue", "mosaic", "nothing"]
    ),
    _letters | st.sampled_from(["style_mosaic", "mosaic 0", "mosaic -1 waves nan", "1e9 mosaic"]),
)


@given(st.text(min_size=1, max_size=80) | _letters | _commands)
@thorough(150)
@example("x" * MessageLimit.MAX_TEXT_LENGTH)
@example("/style " + "<b>" * 1000)
@example("/start " + "x" * 1000)
@example("/mix " + "mosaic " * 500)
@example("<a href='tg://user?id=1'>")
@example("http://\x80/cat.png")
async def test_whatever_is_said_is_answered(site: Site, text: str) -> None:
    person = site.atelier.person()
    try:
        await person.say(text)
    except Impossible:
        # No app would send that.
        return
    await person.hears("sendMessage", "sendPhoto")
    assert not site.complaints


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.jpg", "<b>.png", "a" * 250 + ".jpg", "\u202egnp"]
)
async def test_names_of_files_are_only_names(site: Site, name: str) -> None:
    person = site.atelier.person()
    await person.document(picture(4), name, "image/png", caption=STYLE.name)
    handle, _ = await site.atelier.paints(person)
    assert handle.job.content == picture(4)
    await site.is_well(person)


async def test_a_long_caption_is_a_story_and_no_style(site: Site) -> None:
    person = site.atelier.person()
    await person.photo(picture(4), caption="<i>" * 300)
    assert is_question(await person.is_asked())
    await site.is_well(person)


async def test_every_reason_has_a_sample() -> None:
    assert set(PICTURES) == set(_TOLD) == set(RejectReason)
    assert set(LINKS) == set(LinkReason)
    assert set(KINDS) == set(MessageAttachmentType)
