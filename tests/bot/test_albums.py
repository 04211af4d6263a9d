"""Albums come one picture at a time, in any order, and leave together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from telegram import Chat, Message

from bot.albums import LARGEST, Albums
from bot.inbox import Inbox

ME = (5, 7)


def part(number: int, album: str = "a", chat: int = 5) -> Message:
    now = datetime.now(UTC)
    return Message(number, now, Chat(chat, Chat.PRIVATE), media_group_id=album)


class Listener:
    def __init__(self) -> None:
        self.heard: asyncio.Queue[list[int]] = asyncio.Queue()

    async def __call__(self, messages: Sequence[Message]) -> None:
        self.heard.put_nowait([message.message_id for message in messages])

    async def next(self) -> list[int]:
        return await asyncio.wait_for(self.heard.get(), 10)


async def test_together_and_in_order(inbox: Inbox) -> None:
    albums, listener = Albums(inbox, quiet=0.05), Listener()
    for number in (3, 1, 2):
        albums.add(part(number), ME, listener)
    assert await listener.next() == [1, 2, 3]
    assert len(albums) == 0


async def test_apart_by_album_and_chat(inbox: Inbox) -> None:
    albums, listener = Albums(inbox, quiet=0.05), Listener()
    albums.add(part(1, "a"), ME, listener)
    albums.add(part(2, "b"), ME, listener)
    albums.add(part(3, "a", chat=6), ME, listener)
    assert len(albums) == 3
    assert sorted([await listener.next() for _ in range(3)]) == [[1], [2], [3]]


async def test_a_full_album_is_not_waited_for(inbox: Inbox) -> None:
    albums, listener = Albums(inbox, quiet=3600), Listener()
    for number in range(LARGEST):
        albums.add(part(number), ME, listener)
    assert await listener.next() == list(range(LARGEST))


async def test_closing_forgets_what_is_incomplete(inbox: Inbox) -> None:
    albums, listener = Albums(inbox, quiet=3600), Listener()
    albums.add(part(1), ME, listener)
    await asyncio.wait_for(albums.close(), 5)
    assert len(albums) == 0
    assert listener.heard.empty()


async def test_what_somebody_is_sending_can_be_forgotten(inbox: Inbox) -> None:
    albums, listener = Albums(inbox, quiet=0.05), Listener()
    albums.add(part(1, "a"), ME, listener)
    albums.add(part(2, "b"), (5, 8), listener)
    assert not albums.drop(7, chat=6)
    assert albums.drop(7, chat=5)
    assert not albums.drop(7)
    assert await listener.next() == [2]
    assert listener.heard.empty()
