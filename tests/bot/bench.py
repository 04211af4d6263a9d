"""The demo server as a test bench, with the same people's doors as the other server's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.demo.journal import Entry
from bot.demo.people import People, Saying
from bot.demo.server import Demo
from bot.demo.wire import Json, Upload
from tests.bot.calls import TOKEN, USERNAME, Call, Fault, Hearing, Log


class Bench:
    """A bot's world on the demo server."""

    def __init__(self, demo: Demo) -> None:
        self.account = demo.world.add(TOKEN, "Fixture", USERNAME)
        self.log = Log()
        self.account.journal.listen(self._note)

    @property
    def calls(self) -> list[Call]:
        return self.log.calls

    def break_with(self, fault: Fault) -> None:
        """Put a fault in force."""
        given = {
            "kind": "error",
            "method": fault.method,
            "times": fault.times,
            "error_code": fault.refusal.status,
            "description": fault.refusal.description,
            **(fault.refusal.parameters or {}),
        }
        self.account.faults.add(given if fault.chat is None else {**given, "chat_id": fault.chat})

    def _note(self, entry: Entry) -> None:
        uploads = {name: upload.data for name, upload in entry.params.uploads.items()}
        refused = entry.error["description"] if entry.error else ""
        self.log.note(Call(entry.method, entry.params.values, uploads, entry.result, refused))


class Visitor(Hearing):
    """Somebody with a telephone, through the people's door."""

    def __init__(self, bench: Bench, user: int, chat: int) -> None:
        super().__init__(bench.log, user, chat)
        self._people = People(bench.account)

    async def say(self, text: str, **more: Any) -> Json:
        return await self._say(text=text, **more)

    async def photo(self, data: bytes, *, caption: str = "", **more: Any) -> Json:
        return await self._say(text=caption, files=[Upload("photo", "", data)], **more)

    async def document(
        self, data: bytes, name: str, mime: str, *, size: int = 0, caption: str = "", **more: Any
    ) -> Json:
        upload = Upload(name, mime, data.ljust(size, b"\0"))
        return await self._say(text=caption, files=[upload], kind="document", **more)

    async def album(self, *files: bytes, caption: str = "", mime: str = "") -> Json:
        uploads = [Upload(f"{number}.bin", mime, data) for number, data in enumerate(files)]
        kind: str = "document" if mime else "photo"
        return await self._say(text=caption, files=uploads, kind=kind)

    async def sticker(self, data: bytes) -> Json:
        return await self._say(files=[Upload("sticker", "image/webp", data)], kind="sticker")

    async def send(self, **content: Any) -> Json:
        return await self._say(content=content)

    async def press_data(self, data: str, message_id: int) -> str:
        return self._people.press(self._people.chat(self.chat), message_id, data, self.user)

    async def _say(
        self,
        *,
        text: str = "",
        entities: Sequence[Json] = (),
        files: Sequence[Upload] = (),
        kind: str = "photo",
        answers: int | None = None,
        content: Json | None = None,
        thread: int | None = None,
        **more: Any,
    ) -> Json:
        saying = Saying(
            text=text,
            entities=entities,
            files=files,
            kind=kind,
            content={**(content or {}), **more} or None,
            sender=self.user,
            reply_to=answers,
            thread=thread,
        )
        messages = await self._people.say(self._people.chat(self.chat), saying)
        return messages[0].json()
