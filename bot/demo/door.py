"""The people's door: what the chat page asks for. JSON in, JSON out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from aiohttp import web

from bot.demo.account import Account
from bot.demo.api import WORLD
from bot.demo.asking import account_of, given_in
from bot.demo.files import StoredFile
from bot.demo.people import STICKER_EMOJI, Impossible, People, Saying
from bot.demo.samples import SAMPLES
from bot.demo.wire import Form, Json, parse_json, read_form
from bot.demo.world import World

__all__ = ["LISTENERS", "Listeners", "routes"]


@dataclass(frozen=True, slots=True)
class Listeners:
    """The event streams that are open."""

    tasks: set[asyncio.Task[None]] = field(default_factory=set)


LISTENERS: Final = web.AppKey("listeners", Listeners)

_MAX_BODY: Final = 101 * 1024 * 1024
_KEEP_ALIVE: Final = 15.0
_BESIDE: Final = {"entities", "caption_entities"}
# Only what a page may show by itself; anything else is a download.
_SHOWN: Final = ("image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4")

routes = web.RouteTableDef()


@routes.get("/demo/state")
async def state(request: web.Request) -> web.Response:
    """Everything there is to show."""
    world = request.app[WORLD]
    account = _chosen(request)
    known: Json = {
        "api_url": str(request.url.origin()),
        "bots": [each.page() for each in world],
        "samples": [_sample(each.name) for each in SAMPLES],
    }
    if account is None:
        return web.json_response({**known, "cursor": 0, "bot": None, "people": [], "chats": []})
    return web.json_response(
        {
            **known,
            "cursor": account.feed.cursor,
            "bot": account.page(),
            "people": [person.page() for person in account.people.values()],
            "chats": [
                {
                    **account.chat_page(chat),
                    "messages": [message.page() for message in chat.messages.values()],
                }
                for chat in account.chats.values()
            ],
        }
    )


@routes.get("/demo/events")
async def events(request: web.Request) -> web.StreamResponse:
    """What happens from now on, as server-sent events."""
    account = _chosen(request)
    after = int(request.headers.get("Last-Event-ID") or request.query.get("after") or 0)
    stream = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
    )
    await stream.prepare(request)
    happening = account.feed.listen(after) if account else _next_bot(request.app[WORLD])
    task = asyncio.create_task(_tell(happening, stream))
    request.app[LISTENERS].tasks.add(task)
    try:
        await task
    except (ConnectionError, asyncio.CancelledError):
        task.cancel()
    finally:
        request.app[LISTENERS].tasks.discard(task)
    return stream


@routes.get("/demo/files/{file}")
async def file(request: web.Request) -> web.Response:
    """A file that a message shows."""
    number = request.match_info["file"]
    for account in request.app[WORLD]:
        if account.files.content(number) or number in account.files:
            return _served(account.files.get(number), request)
    return web.json_response({"error": "That file is not there any more."}, status=404)


@routes.get("/demo/samples/{name}.jpg")
async def sample(request: web.Request) -> web.StreamResponse:
    """One of the sample pictures."""
    for each in SAMPLES:
        if each.name == request.match_info["name"]:
            return web.FileResponse(each.file)
    return web.json_response({"error": "There is no such picture."}, status=404)


@routes.post("/demo/bots")
async def add_bot(request: web.Request) -> web.Response:
    """Make a bot's account before the bot comes."""
    given = await given_in(request)
    account = request.app[WORLD].add(
        str(given["token"]),
        str(given.get("name", "")),
        str(given.get("username", "")),
        privacy=bool(given.get("privacy", True)),
    )
    return web.json_response({"bot": account.page()})


@routes.post("/demo/bots/{bot}/people")
async def add_person(request: web.Request) -> web.Response:
    """Somebody new."""
    account, given = account_of(request), await given_in(request)
    name = str(given.get("name", "")).strip()
    if not name:
        raise Impossible("Everybody needs a name.")
    chat = account.add_person(name, str(given.get("language", "en")))
    person = account.people[chat.id]
    return web.json_response({"person": person.page(), "chat": account.chat_page(chat)})


@routes.post("/demo/bots/{bot}/people/{person}")
async def rename(request: web.Request) -> web.Response:
    """Another name or language."""
    account, given = account_of(request), await given_in(request)
    people = People(account)
    person = people.person(int(request.match_info["person"]))
    name, language = given.get("name"), given.get("language")
    if not all(value is None or isinstance(value, str) for value in (name, language)):
        raise Impossible("A name and a language are words.")
    people.rename(person, name, language)
    return web.json_response({"person": person.page()})


@routes.post("/demo/bots/{bot}/people/{person}/photo")
async def portray(request: web.Request) -> web.Response:
    """A new profile photo."""
    people = People(account_of(request))
    person = people.person(int(request.match_info["person"]))
    form = await read_form(request, _MAX_BODY)
    if not form.files:
        raise Impossible("There is no picture in that.")
    await people.portray(person, form.files[0][1])
    return web.json_response({"person": person.page()})


@routes.post("/demo/bots/{bot}/groups")
async def add_group(request: web.Request) -> web.Response:
    """A group with the bot in it."""
    account, given = account_of(request), await given_in(request)
    members = [int(number) for number in given.get("members", [])]
    topics = [str(name) for name in given.get("topics", [])]
    chat = People(account).gather(str(given.get("title", "")), members, topics)
    return web.json_response({"chat": account.chat_page(chat)})


@routes.post("/demo/bots/{bot}/chats/{chat}/upgrade")
async def upgrade(request: web.Request) -> web.Response:
    """Let a group become a supergroup, which is another chat."""
    account = account_of(request)
    people = People(account)
    chat = people.upgrade(people.chat(int(request.match_info["chat"])))
    return web.json_response({"chat": account.chat_page(chat)})


@routes.post("/demo/bots/{bot}/chats/{chat}/messages")
async def say(request: web.Request) -> web.Response:
    """Send words, files or anything else."""
    people = People(account_of(request))
    chat = people.chat(int(request.match_info["chat"]))
    saying = _saying(await read_form(request, _MAX_BODY))
    messages = await people.say(chat, saying)
    return web.json_response({"messages": [message.page() for message in messages]})


@routes.post("/demo/bots/{bot}/chats/{chat}/messages/{message}")
async def edit(request: web.Request) -> web.Response:
    """Change one's own words."""
    people, given = People(account_of(request)), await given_in(request)
    chat = people.chat(int(request.match_info["chat"]))
    message = people.edit(chat, int(request.match_info["message"]), str(given["text"]))
    return web.json_response({"messages": [message.page()]})


@routes.delete("/demo/bots/{bot}/chats/{chat}/messages/{message}")
async def remove(request: web.Request) -> web.Response:
    """Delete a message."""
    people = People(account_of(request))
    chat = people.chat(int(request.match_info["chat"]))
    people.remove(chat, int(request.match_info["message"]))
    return web.json_response({})


@routes.post("/demo/bots/{bot}/chats/{chat}/press")
async def press(request: web.Request) -> web.Response:
    """Press a button."""
    people, given = People(account_of(request)), await given_in(request)
    chat = people.chat(int(request.match_info["chat"]))
    query = people.press(chat, int(given["message_id"]), str(given["data"]), given.get("from"))
    return web.json_response({"query_id": query})


@routes.post("/demo/bots/{bot}/chats/{chat}/block")
async def block(request: web.Request) -> web.Response:
    """Shut the bot out, or let it in again."""
    account, given = account_of(request), await given_in(request)
    people = People(account)
    chat = people.chat(int(request.match_info["chat"]))
    people.block(chat, blocked=bool(given["blocked"]))
    return web.json_response({"chat": account.chat_page(chat)})


@routes.post("/demo/bots/{bot}/chats/{chat}/clear")
async def clear(request: web.Request) -> web.Response:
    """Delete all that was said."""
    people = People(account_of(request))
    people.clear(people.chat(int(request.match_info["chat"])))
    return web.json_response({})


def _chosen(request: web.Request) -> Account | None:
    """The bot that the page asks for; the first one where it does not say."""
    world = request.app[WORLD]
    if "bot" in request.query:
        return world.find(int(request.query["bot"]))
    return next(iter(world), None)


def _sample(name: str) -> Json:
    found = next(each for each in SAMPLES if each.name == name)
    return {
        "name": found.name,
        "title": found.title,
        "url": f"/demo/samples/{found.name}.jpg",
        "width": found.width,
        "height": found.height,
    }


def _served(found: StoredFile, request: web.Request) -> web.Response:
    """A file, or the part of it that a player of films asks for."""
    headers = {**_headers(found.type, request), "Accept-Ranges": "bytes"}
    if "Range" not in request.headers:
        return web.Response(body=found.data, headers=headers)
    size = len(found.data)
    begin, end, _ = request.http_range.indices(size)
    if begin >= end:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    return web.Response(status=206, body=found.data[begin:end], headers=headers)


def _headers(kind: str, request: web.Request) -> dict[str, str]:
    shown = kind if kind in _SHOWN else "application/octet-stream"
    headers = {"Content-Type": shown, "Cache-Control": "private, max-age=86400, immutable"}
    name = request.query.get("download")
    if name is not None:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return headers


def _saying(form: Form) -> Saying:
    values = form.values
    kind = values.get("kind", "photo")
    if kind not in ("photo", "document", "sticker"):
        raise Impossible("Files are sent as a photo, as a document or as a sticker.")
    content = parse_json(values["content"]) if values.get("content") else None
    if content is not None and (not isinstance(content, dict) or not _BESIDE.isdisjoint(content)):
        raise Impossible("The content is an object, without entities, which go beside the text.")
    return Saying(
        text=values.get("text", ""),
        files=[upload for name, upload in form.files if name == "file"],
        entities=_entities(values.get("entities")),
        kind=kind,
        emoji=values.get("emoji") or STICKER_EMOJI,
        content=content,
        sender=_optional(values.get("from")),
        reply_to=_optional(values.get("reply_to")),
        thread=_optional(values.get("thread")),
    )


def _entities(text: str | None) -> list[Json]:
    given = parse_json(text) if text else []
    if not isinstance(given, list):
        raise Impossible("The entities are a list.")
    return given


def _optional(text: str | None) -> int | None:
    return int(text) if text else None


async def _next_bot(world: World) -> AsyncIterator[tuple[int, str]]:
    """Where there is no such bot, the next one that comes is all there is to tell."""
    await world.next()
    yield 0, '{"n": 0, "type": "reset"}'


async def _tell(happening: AsyncIterator[tuple[int, str]], stream: web.StreamResponse) -> None:
    """Pass on what happens, with a sign of life now and then: only writing shows a broken line."""
    while True:
        step = asyncio.ensure_future(anext(happening, None))
        try:
            while not (await asyncio.wait({step}, timeout=_KEEP_ALIVE))[0]:
                await stream.write(b": still here\n\n")
        finally:
            step.cancel()
        event = step.result()
        if event is None:
            return
        await stream.write(f"id: {event[0]}\ndata: {event[1]}\n\n".encode())
