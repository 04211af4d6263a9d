"""Order within a chat, concurrency between chats, and no lane left behind."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from telegram import Chat, Message, Update, User

from bot.processor import PerChatProcessor, key_of


def update(chat: int, user: int = 1) -> Update:
    kind = Chat.GROUP if chat < 0 else Chat.PRIVATE
    message = Message(
        1, datetime.now(UTC), Chat(chat, kind), from_user=User(user, "P", is_bot=False), text="x"
    )
    return Update(1, message=message)


class Handler:
    """Says when it began, and ends when it is told to."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.may_end = asyncio.Event()

    async def __call__(self) -> None:
        self.began.set()
        await self.may_end.wait()


async def spin() -> None:
    """Let every task run until it has to wait for something."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_after_the_other_within_a_chat() -> None:
    processor = PerChatProcessor()
    handlers = [Handler() for _ in range(3)]
    tasks = [asyncio.create_task(processor.process_update(update(5), h())) for h in handlers]
    for number, handler in enumerate(handlers):
        await handler.began.wait()
        await spin()
        assert [h.began.is_set() for h in handlers] == [n <= number for n in range(3)]
        handler.may_end.set()
    await asyncio.gather(*tasks)
    assert len(processor) == 0


async def test_side_by_side_for_different_chats_and_people() -> None:
    processor = PerChatProcessor()
    updates = [update(5), update(6), update(-7, user=1), update(-7, user=2)]
    handlers = [Handler() for _ in updates]
    tasks = [
        asyncio.create_task(processor.process_update(u, h()))
        for u, h in zip(updates, handlers, strict=True)
    ]
    for handler in handlers:
        await asyncio.wait_for(handler.began.wait(), 5)
    assert len(processor) == 4
    for handler in handlers:
        handler.may_end.set()
    await asyncio.gather(*tasks)
    assert len(processor) == 0


async def test_a_failing_update_frees_its_lane() -> None:
    processor = PerChatProcessor()

    async def fail() -> None:
        raise LookupError

    result = await asyncio.gather(
        processor.process_update(update(5), fail()), return_exceptions=True
    )
    assert isinstance(result[0], LookupError)
    assert len(processor) == 0


async def test_an_update_of_no_chat_waits_for_nobody() -> None:
    processor = PerChatProcessor()
    handler = Handler()
    handler.may_end.set()
    await processor.process_update(Update(1), handler())
    assert handler.began.is_set()
    assert key_of(Update(1)) is None


async def test_keys() -> None:
    assert key_of(update(5, user=5)) == (5, 5)
    assert key_of(update(-7, user=3)) == (-7, 3)
