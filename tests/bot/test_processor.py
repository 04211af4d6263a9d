"""Order within a chat, concurrency between chats, and no lane left behind."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime

import pytest
from telegram import CallbackQuery, Chat, Message, Update, User

from bot.inbox import Inbox
from bot.processor import MAX_CONCURRENT, MAX_IN_LANE, PerChatProcessor
from bot.speaker import key_of

NUMBERS = itertools.count(1)


def update(chat: int, user: int = 1, text: str = "x", alias: int = 0) -> Update:
    kind = Chat.GROUP if chat < 0 else Chat.PRIVATE
    message = Message(
        1,
        datetime.now(UTC),
        Chat(chat, kind),
        from_user=User(user, "P", is_bot=False),
        sender_chat=Chat(alias, Chat.CHANNEL) if alias else None,
        text=text,
    )
    return Update(next(NUMBERS), message=message)


def press(chat: int, data: str) -> Update:
    query = CallbackQuery(
        "1", User(1, "P", is_bot=False), "1", message=update(chat).message, data=data
    )
    return Update(next(NUMBERS), callback_query=query)


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


async def test_one_after_the_other_within_a_chat(inbox: Inbox) -> None:
    processor = PerChatProcessor(inbox)
    handlers = [Handler() for _ in range(3)]
    tasks = [asyncio.create_task(processor.process_update(update(5), h())) for h in handlers]
    for number, handler in enumerate(handlers):
        await handler.began.wait()
        await spin()
        assert [h.began.is_set() for h in handlers] == [n <= number for n in range(3)]
        handler.may_end.set()
    await asyncio.gather(*tasks)
    assert len(processor) == 0


async def test_side_by_side_for_different_chats_and_people(inbox: Inbox) -> None:
    processor = PerChatProcessor(inbox)
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


def flood(
    processor: PerChatProcessor, chat: int, count: int
) -> tuple[Handler, list[asyncio.Task[None]]]:
    """Many updates of one chat, the first of which does not end."""
    handler = Handler()
    return handler, [
        asyncio.create_task(processor.process_update(update(chat), handler())) for _ in range(count)
    ]


async def test_one_chat_cannot_take_every_place(
    caplog: pytest.LogCaptureFixture, inbox: Inbox
) -> None:
    processor = PerChatProcessor(inbox)
    handler, tasks = flood(processor, 5, MAX_CONCURRENT + 50)
    await spin()
    other = Handler()
    other.may_end.set()
    await asyncio.wait_for(processor.process_update(update(6), other()), 5)
    assert other.began.is_set()
    assert "one was dropped" in caplog.text
    handler.may_end.set()
    await asyncio.gather(*tasks)
    assert len(processor) == 0


@pytest.mark.parametrize("by", [update(5, text="/cancel"), press(5, "1:c:0123456789abcdef")])
async def test_cancelling_waits_for_nothing(by: Update, inbox: Inbox) -> None:
    processor = PerChatProcessor(inbox)
    handler, tasks = flood(processor, 5, MAX_IN_LANE)
    await handler.began.wait()
    cancel = Handler()
    cancel.may_end.set()
    await asyncio.wait_for(processor.process_update(by, cancel()), 5)
    assert cancel.began.is_set()
    handler.may_end.set()
    await asyncio.gather(*tasks)


async def test_another_button_waits_for_its_turn(inbox: Inbox) -> None:
    processor = PerChatProcessor(inbox)
    first, second = Handler(), Handler()
    updates = [(update(5), first), (press(5, "1:s::mosaic"), second)]
    tasks = [asyncio.create_task(processor.process_update(u, h())) for u, h in updates]
    await first.began.wait()
    await spin()
    assert not second.began.is_set()
    first.may_end.set()
    second.may_end.set()
    await asyncio.gather(*tasks)
    assert second.began.is_set()


async def test_even_cancelling_has_an_end(inbox: Inbox) -> None:
    processor = PerChatProcessor(inbox)
    handlers = [Handler() for _ in range(MAX_CONCURRENT)]
    tasks = [
        asyncio.create_task(processor.process_update(update(5, text="/cancel"), h()))
        for h in handlers
    ]
    await handlers[0].began.wait()
    await spin()
    assert sum(h.began.is_set() for h in handlers) < MAX_CONCURRENT / 8
    for handler in handlers:
        handler.may_end.set()
    await asyncio.gather(*tasks)
    assert len(processor) == 0


async def test_what_was_said_before_cancel_is_not_begun_after_it(inbox: Inbox) -> None:
    processor = PerChatProcessor(inbox)
    handlers = [Handler() for _ in range(4)]
    words = ["first", "second", "/cancel@style_bot", "third"]
    tasks = [
        asyncio.create_task(processor.process_update(update(5, text=text), handler()))
        for text, handler in zip(words, handlers, strict=True)
    ]
    for number in (0, 2):
        await handlers[number].began.wait()
    for handler in handlers:
        handler.may_end.set()
    await asyncio.gather(*tasks)
    assert [handler.began.is_set() for handler in handlers] == [True, False, True, True]


async def test_a_failing_update_frees_its_lane(inbox: Inbox) -> None:
    processor = PerChatProcessor(inbox)

    async def fail() -> None:
        raise LookupError

    result = await asyncio.gather(
        processor.process_update(update(5), fail()), return_exceptions=True
    )
    assert isinstance(result[0], LookupError)
    assert len(processor) == 0


async def test_an_update_of_no_chat_waits_for_nobody(inbox: Inbox) -> None:
    processor = PerChatProcessor(inbox)
    handler = Handler()
    handler.may_end.set()
    await processor.process_update(Update(1), handler())
    assert handler.began.is_set()
    assert key_of(Update(1)) is None


async def test_keys() -> None:
    assert key_of(update(5, user=5)) == (5, 5)
    assert key_of(update(-7, user=3)) == (-7, 3)
    # An anonymous administrator, and somebody who writes as a channel.
    assert key_of(update(-7, user=3, alias=-7)) == (-7, -7)
    assert key_of(update(-7, user=3, alias=-1009)) == (-7, -1009)
