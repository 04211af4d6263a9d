"""Both ends of the wire: a bot that speaks plain HTTP and the people it talks to."""

from __future__ import annotations

import io
import itertools
import json
from typing import Any, NamedTuple

import av
import numpy as np
from aiohttp import ClientResponse, ClientSession, FormData
from PIL import Image

Json = dict[str, Any]
_numbers = itertools.count(5_000_001)

NOT_MODIFIED = (
    "400 Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)
TOO_OLD = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
SURROGATES = (
    "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched "
    "surrogate code units"
)


class Reply(NamedTuple):
    """An answer of the Bot API door."""

    status: int
    body: Json

    @property
    def refusal(self) -> str:
        """Code and wording of a refusal in one line."""
        assert self.body["ok"] is False, self.body
        assert self.body["error_code"] == self.status
        return f"{self.status} {self.body['description']}"

    @property
    def result(self) -> Any:
        assert self.status == 200, self.body
        assert self.body["ok"] is True
        return self.body["result"]


class Upload(NamedTuple):
    """A file on its way."""

    data: bytes
    name: str = "picture.png"
    kind: str = "image/png"


def picture(width: int = 120, height: int = 80, kind: str = "PNG", seed: int = 0) -> bytes:
    """An encoded picture of coloured patches."""
    patches = np.random.default_rng(seed).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(patches).resize((width, height), Image.Resampling.NEAREST).save(buffer, kind)
    return buffer.getvalue()


def gif(seed: int = 0) -> bytes:
    frames = [Image.open(io.BytesIO(picture(64, 48, seed=seed + step))) for step in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=100, loop=0)
    return buffer.getvalue()


def film(width: int = 96, height: int = 64, seconds: int = 1, seed: int = 0) -> bytes:
    """A silent film in MP4, its index in front; all its frames are one picture."""
    sink = io.BytesIO()
    image = Image.open(io.BytesIO(picture(width, height, seed=seed)))
    frame = np.asarray(image.convert("RGB"))
    options = {"movflags": "+faststart"}
    with av.open(
        sink,
        "w",
        format="mp4",
        options=options,
        # To put the index in front, the muxer reads again what it wrote.
        io_open=lambda *_: io.BytesIO(sink.getvalue()),
    ) as container:
        stream = container.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for _ in range(5 * seconds):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame)))
        container.mux(stream.encode())
    return sink.getvalue()


def keyboard(*rows: list[Json]) -> Json:
    return {"inline_keyboard": list(rows)}


def button(text: str = "Go", data: str = "go") -> Json:
    return {"text": text, "callback_data": data}


def form(params: Json, files: dict[str, Upload] | None = None) -> FormData:
    """The parameters as a form: nested values are JSON text, as every library sends them."""
    data = FormData(quote_fields=False, default_to_multipart=bool(files))
    for name, value in params.items():
        data.add_field(name, value if isinstance(value, str) else json.dumps(value))
    for name, upload in (files or {}).items():
        attach(data, name, upload)
    return data


def attach(data: FormData, name: str, upload: Upload) -> None:
    data.add_field(name, io.BytesIO(upload.data), filename=upload.name, content_type=upload.kind)


class World:
    """A bot of its own with one person: nothing here meets any other test."""

    def __init__(self, http: ClientSession, address: str) -> None:
        self.http = http
        self.address = address
        self.bot = next(_numbers)
        self.token = f"{self.bot}:Conformance-test_{self.bot}"
        self.person: Json = {}
        self.chat = 0
        self._offset = 0

    async def settle(self, *, privacy: bool = True) -> None:
        """Makes the account and its first person, who has started the bot: it may write now."""
        await self.door("POST", "/demo/bots", json={"token": self.token, "privacy": privacy})
        answer = await self.join("Ada")
        self.person, self.chat = answer["person"], answer["chat"]["id"]
        await self.say("/start")
        await self.catch_up()

    # The bot's side

    def url(self, method: str) -> str:
        return f"{self.address}/bot{self.token}/{method}"

    async def ask(
        self, method: str, *, files: dict[str, Upload] | None = None, **params: Any
    ) -> Reply:
        async with self.http.post(self.url(method), data=form(params, files)) as response:
            return await reply(response)

    async def call(self, method: str, **params: Any) -> Any:
        return (await self.ask(method, **params)).result

    async def refused(self, method: str, **params: Any) -> str:
        return (await self.ask(method, **params)).refusal

    async def send(self, text: str = "hello", **params: Any) -> Json:
        message: Json = await self.call(
            "sendMessage", **{"chat_id": self.chat, "text": text} | params
        )
        return message

    async def send_file(self, kind: str, upload: Upload, **params: Any) -> Json:
        message: Json = await self.call(
            f"send{kind.capitalize()}", files={kind: upload}, **{"chat_id": self.chat} | params
        )
        return message

    async def updates(self, **params: Any) -> list[Json]:
        updates: list[Json] = await self.call("getUpdates", **params)
        return updates

    async def next_update(self) -> Json:
        """The oldest update not seen yet; waits for it."""
        (update,) = await self.updates(offset=self._offset, limit=1, timeout=10)
        self._offset = update["update_id"] + 1
        return update

    async def catch_up(self) -> None:
        """Forgets what is waiting."""
        for update in await self.updates(offset=self._offset):
            self._offset = update["update_id"] + 1
        await self.updates(offset=self._offset)

    async def next_message(self) -> Json:
        message: Json = (await self.next_update())["message"]
        return message

    async def download(self, file_id: str) -> bytes:
        path = (await self.call("getFile", file_id=file_id))["file_path"]
        url = f"{self.address}/file/bot{self.token}/{path}"
        async with self.http.get(url) as response:
            assert response.status == 200
            return await response.read()

    # The people's side

    async def door(self, verb: str, path: str, **options: Any) -> Any:
        async with self.http.request(verb, self.address + path, **options) as response:
            body = await response.json()
            assert response.status < 300, body
            return body

    @property
    def home(self) -> str:
        return f"/demo/bots/{self.bot}"

    async def join(self, name: str, language: str = "en") -> Json:
        answer: Json = await self.door(
            "POST", f"{self.home}/people", json={"name": name, "language": language}
        )
        return answer

    async def say(self, text: str = "", chat: int | None = None, **fields: Any) -> Json:
        """A person writes; returns the message as the server shows it."""
        (message,) = await self.say_many(text, chat, **fields)
        return message

    async def say_many(
        self,
        text: str = "",
        chat: int | None = None,
        files: list[Upload] | None = None,
        **fields: Any,
    ) -> list[Json]:
        params = {"text": text, **fields} if text else dict(fields)
        params.setdefault("from", self.person["id"])
        path = f"{self.home}/chats/{chat or self.chat}/messages"
        if files is None:
            answer = await self.door("POST", path, json=params)
        else:
            data = form(params, {"file": files[0]})
            for upload in files[1:]:
                attach(data, "file", upload)
            answer = await self.door("POST", path, data=data)
        messages: list[Json] = answer["messages"]
        return messages

    async def press(self, message: Json, data: str) -> str:
        """A person presses a button; returns the query's id."""
        answer = await self.door(
            "POST",
            f"{self.home}/chats/{message['chat']['id']}/press",
            json={
                "from": self.person["id"],
                "message_id": message["message_id"],
                "data": data,
            },
        )
        query_id: str = answer["query_id"]
        return query_id

    async def block(self, *, blocked: bool = True) -> None:
        path = f"{self.home}/chats/{self.chat}/block"
        await self.door("POST", path, json={"blocked": blocked})

    async def group(self, *members: int, **options: Any) -> Json:
        answer = await self.door(
            "POST",
            f"{self.home}/groups",
            json={"title": "Painters", "members": list(members), **options},
        )
        chat: Json = answer["chat"]
        return chat

    # The control door

    async def advance(self, seconds: float) -> None:
        await self.door("POST", "/demo/clock", json={"advance": seconds})

    async def fault(self, method: str, kind: str, **options: Any) -> None:
        wanted = {"method": method, "kind": kind, **options}
        await self.door("POST", f"{self.home}/faults", json=wanted)

    async def calls(self, **query: Any) -> list[Json]:
        answer = await self.door("GET", f"{self.home}/calls", params=query)
        calls: list[Json] = answer["calls"]
        return calls


async def reply(response: ClientResponse) -> Reply:
    """Reads an answer, which is JSON whatever happened."""
    assert response.content_type == "application/json"
    body = await response.json()
    assert isinstance(body, dict)
    return Reply(response.status, body)


def utf16(text: str) -> int:
    """Telegram counts in units of UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def covered(text: str, entity: Json) -> str:
    """The part of the text that an entity stands over."""
    data = text.encode("utf-16-le")
    start = entity["offset"] * 2
    return data[start : start + entity["length"] * 2].decode("utf-16-le")
