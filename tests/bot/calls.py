"""What the bot asked of a server, and how people hear of it. The same for every server."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lo_bot_api_emulator import ApiRefusal

TOKEN = "424242:TheSecretPartOfTheToken"  # noqa: S105 - of nobody
USERNAME = "style_bot"
PATIENCE = 60.0

Json = dict[str, Any]
_QUIET = {"getUpdates", "getMe", "getFile", "deleteWebhook"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the bot."""

    method: str
    fields: Mapping[str, Any]
    uploads: Mapping[str, bytes]
    result: Any = None
    refused: str = ""

    @property
    def chat(self) -> int:
        return int(self.fields.get("chat_id", 0))

    @property
    def text(self) -> str:
        return str(self.fields.get("text") or self.fields.get("caption") or "")

    @property
    def message_id(self) -> int:
        """Of the message that was sent or edited."""
        known = self.fields.get("message_id")
        return int(known) if known else int(self.result["message_id"])

    @property
    def reply_to(self) -> int | None:
        parameters = self.fields.get("reply_parameters")
        return json.loads(parameters)["message_id"] if parameters else None

    @property
    def buttons(self) -> dict[str, str]:
        """Label to callback data."""
        markup = json.loads(self.fields.get("reply_markup") or "{}")
        rows = markup.get("inline_keyboard", [])
        return {button["text"]: button.get("callback_data", "") for row in rows for button in row}

    def file(self, kind: str) -> bytes:
        """The bytes that were uploaded."""
        return self.uploads[kind] if kind in self.uploads else next(iter(self.uploads.values()))


@dataclass(slots=True)
class Fault:
    """An answer that replaces the true one, `times` times."""

    method: str
    refusal: ApiRefusal
    times: int = 1
    chat: int | None = None

    def hits(self, method: str, fields: Mapping[str, Any]) -> bool:
        chat_fits = self.chat is None or str(fields.get("chat_id")) == str(self.chat)
        return self.times > 0 and method == self.method and chat_fits


@dataclass(slots=True)
class Log:
    """The calls so far, to be waited for, `patience` seconds each."""

    patience: float = PATIENCE
    calls: list[Call] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    _heard: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, call: Call) -> None:
        self.asked.append(call.method)
        if call.method not in _QUIET or call.refused:
            self.calls.append(call)
            self._heard.set()

    async def until(self, wanted: Callable[[Call], bool], start: int = 0) -> int:
        """Where in `calls`, from `start` on, the wanted call is; waits for it."""
        async with asyncio.timeout(self.patience):
            for index in itertools.count(start):
                while index >= len(self.calls):
                    self._heard.clear()
                    await self._heard.wait()
                if wanted(self.calls[index]):
                    return index
        raise AssertionError


def is_question(call: Call) -> bool:
    """Whether it asks for a style."""
    return "Surprise me" in call.buttons


class Hearing:
    """Somebody in a chat, who hears what the bot says there."""

    def __init__(self, log: Log, user: int, chat: int) -> None:
        self.log = log
        self.user = user
        self.chat = chat
        self._cursor = len(log.calls)

    async def press_data(self, data: str, message_id: int) -> str:
        """Press a button that carries that; the id of the query."""
        raise NotImplementedError

    async def press(self, call: Call, label: str) -> str:
        """Press the button with that label, with or without a tile's number."""
        found = [data for name, data in call.buttons.items() if name.split(" · ", 1)[-1] == label]
        return await self.press_data(found[0], call.message_id)

    async def is_asked(self) -> Call:
        """The next question for a style."""
        return await self.hears("sendPhoto", "sendMessage", where=is_question)

    async def gets(self) -> Call:
        """The next painting, or copy of one."""
        methods = ("sendPhoto", "sendDocument", "sendAnimation")
        return await self.hears(*methods, where=lambda call: not is_question(call))

    async def hears(self, *methods: str, where: Callable[[Call], bool] = lambda _: True) -> Call:
        """The next call to this chat that is one of these; everything before it is passed over."""

        def wanted(call: Call) -> bool:
            return (
                call.method in methods
                and call.chat == self.chat
                and not call.refused
                and where(call)
            )

        index = await self.log.until(wanted, self._cursor)
        self._cursor = index + 1
        return self.log.calls[index]

    async def reads(self, words: str) -> Call:
        """The next message that says these words."""
        return await self.hears("sendMessage", where=lambda call: words in call.text)

    async def is_answered(self, query_id: str) -> str:
        """What the press of a button was answered with."""
        index = await self.log.until(
            lambda call: call.fields.get("callback_query_id") == query_id, 0
        )
        return str(self.log.calls[index].fields.get("text", ""))
