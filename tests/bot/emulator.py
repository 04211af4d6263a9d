"""The test bench: a Bot API server that others wrote, people who talk to it, and the real bot.

`lo_bot_api_emulator` checks each request against a contract of its own. `Emulator` adds what
Telegram has and it lacks: a username, sizes of photos, memory of the messages, coloured buttons;
and what only a test bench has: a journal to await, and faults.
"""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from lo_bot_api_emulator import ApiRefusal, LoBotApiEmulator

from tests.bot.calls import TOKEN, USERNAME, Call, Fault, Hearing, Json, Log

_BOT = {"id": 7, "is_bot": True, "first_name": "Fixture", "username": USERNAME}

_NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)


class Emulator(LoBotApiEmulator):  # type: ignore[misc]
    """The server, in the test's own event loop."""

    def __init__(self) -> None:
        super().__init__(max_assets=10_000)
        self.log = Log()
        self.faults: list[Fault] = []
        self.messages: dict[tuple[int, int], Json] = {}
        # A request waits until its method's gate is opened; the first one that waits knocks.
        self.gates: dict[str, asyncio.Event] = {}
        self.knocked = asyncio.Event()

    @classmethod
    def validate_markup(cls, markup: Json, *, private_chat: bool = True) -> None:
        """Bot API 9.4 knows coloured buttons, the contract is older."""
        plain = copy.deepcopy(markup)
        for button in itertools.chain(*plain.get("inline_keyboard", [])):
            assert button.pop("style", "danger") in {"danger", "success", "primary"}
        super().validate_markup(plain, private_chat=private_chat)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if gate := self.gates.get(request.match_info["method"]):
            self.knocked.set()
            await gate.wait()
        response: web.StreamResponse = await super().handle(request)
        return response

    def validate(self, method: str, fields: Json, uploads: Json) -> Any:
        try:
            for fault in self.faults:
                if fault.hits(method, fields):
                    fault.times -= 1
                    raise fault.refusal
            self._check_memory(method, fields)
            result = super().validate(method, fields, uploads)
        except ApiRefusal as error:
            self.log.note(Call(method, dict(fields), _bytes(uploads), refused=error.description))
            raise
        result = _completed(method, result)
        self._remember(method, fields, result)
        self.log.note(Call(method, dict(fields), _bytes(uploads), result))
        return result

    @property
    def calls(self) -> list[Call]:
        return self.log.calls

    def give_message_id(self) -> int:
        self.next_id += 1
        return int(self.next_id) - 1

    def _check_memory(self, method: str, fields: Json) -> None:
        if method not in {"editMessageText", "deleteMessage"}:
            return
        message = self.messages.get((int(fields["chat_id"]), int(fields["message_id"])))
        if message is None:
            verb = "edit" if method == "editMessageText" else "delete"
            description = f"Bad Request: message to {verb} not found"
            raise ApiRefusal(description)
        before = message.get("text"), message.get("reply_markup")
        after = fields.get("text"), _markup(fields)
        if method == "editMessageText" and before == after:
            raise ApiRefusal(_NOT_MODIFIED)

    def _remember(self, method: str, fields: Json, result: Any) -> None:
        if method == "deleteMessage":
            del self.messages[int(fields["chat_id"]), int(fields["message_id"])]
        elif method.startswith("send") and isinstance(result, dict):
            message = {**result, "reply_markup": _markup(fields)}
            parameters = json.loads(fields.get("reply_parameters") or "{}")
            answered = self.messages.get((int(fields["chat_id"]), parameters.get("message_id", 0)))
            if answered:
                message["reply_to_message"] = answered
            self.messages[int(fields["chat_id"]), result["message_id"]] = message
        elif method == "editMessageText":
            message = self.messages[int(fields["chat_id"]), int(fields["message_id"])]
            message |= {"text": fields["text"], "reply_markup": _markup(fields)}


def _bytes(uploads: Json) -> dict[str, bytes]:
    return {name: bytes(upload["data"]) for name, upload in uploads.items()}


def _markup(fields: Mapping[str, Any]) -> Any:
    text = fields.get("reply_markup")
    return json.loads(text) if text else None


def _completed(method: str, result: Any) -> Any:
    if method == "getMe":
        return {**result, "username": USERNAME}
    if isinstance(result, dict):
        for size in result.get("photo", []):
            size |= {"width": 64, "height": 48}
        if "chat" in result and result["chat"]["id"] < 0:
            result["chat"]["type"] = "group"
    return result


class Person(Hearing):
    """Somebody with a telephone: says things, and hears what the bot says in that chat."""

    def __init__(self, server: Emulator, user: int, chat: int = 0) -> None:
        super().__init__(server.log, user, chat or user)
        self.server = server

    async def say(self, text: str, **more: Any) -> Json:
        """Words, or a command with the entity that Telegram adds to it."""
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            more["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return await self.send(text=text, **more)

    async def photo(self, data: bytes, **more: Any) -> Json:
        file_id = self._store(data)
        sizes = [
            {"file_id": f"{name}{file_id}", "file_unique_id": f"u{name}", "width": w, "height": w}
            for name, w in (("thumb-", 20), ("", 90))
        ]
        return await self.send(photo=sizes, **more)

    async def document(self, data: bytes, name: str, mime: str, **more: Any) -> Json:
        file_id = self._store(data)
        size = more.pop("size", len(data))
        described = {"file_id": file_id, "file_unique_id": "u", "file_name": name}
        return await self.send(document={**described, "mime_type": mime, "file_size": size}, **more)

    async def album(self, *files: bytes, caption: str = "", mime: str = "") -> Json:
        """Several pictures, or with a media type several files; the first message."""
        more = {"media_group_id": str(self.server.give_message_id())}
        messages = []
        for number, data in enumerate(files):
            words = {"caption": caption} if caption and not number else {}
            if mime:
                messages.append(await self.document(data, f"{number}.bin", mime, **words, **more))
            else:
                messages.append(await self.photo(data, **words, **more))
        return messages[0]

    async def send(self, *, answers: int | None = None, **content: Any) -> Json:
        """Any message.

        Args:
            answers: the id of the message it replies to.
            content: fields of the message.
        """
        if answers is not None:
            known = self.server.messages[self.chat, answers]
            answered = {name: value for name, value in known.items() if value is not None}
            content["reply_to_message"] = {"from": _BOT, "chat": self._chat(), **answered}
        message = {
            "message_id": self.server.give_message_id(),
            "date": 1_790_000_000,
            "chat": self._chat(),
            "from": self._me(),
            **content,
        }
        self.server.messages[self.chat, message["message_id"]] = message
        await self.server.enqueue_update({"message": message}, token=TOKEN)
        return message

    async def press_data(self, data: str, message_id: int) -> str:
        query_id = f"query-{self.server.give_message_id()}"
        shown = self.server.messages.get((self.chat, message_id), {})
        message = {**shown, "message_id": message_id, "chat": self._chat(), "from": _BOT}
        message = {name: value for name, value in message.items() if value is not None}
        query = {"id": query_id, "from": self._me(), "chat_instance": "1", "data": data}
        await self.server.enqueue_update(
            {"callback_query": {**query, "message": {"date": 1, **message}}}, token=TOKEN
        )
        return query_id

    def _store(self, data: bytes) -> str:
        file_id = f"user-{self.server.give_message_id()}"
        self.server.assets[file_id] = {"data": data, "size": len(data)}
        return file_id

    def _me(self) -> Json:
        return {"id": self.user, "is_bot": False, "first_name": f"Person {self.user}"}

    def _chat(self) -> Json:
        if self.chat < 0:
            return {"id": self.chat, "type": "group", "title": "Painters"}
        return {"id": self.chat, "type": "private", "first_name": f"Person {self.user}"}


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """The address where the application is served, on a free port."""
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
