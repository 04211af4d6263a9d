"""The life of a job: a real bot and a server, and an executor in the test's hands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import pytest
from lo_bot_api_emulator import ApiRefusal
from telegram.error import NetworkError
from telegram.ext import ExtBot

from bot import courier
from bot.archive import Archive
from bot.copies import film
from bot.errors import Sorry
from bot.jobs import Jobs, Refusal
from bot.limiter import RetryLimiter
from bot.links import Links
from bot.look import Look
from bot.orders import Form, Order, Place, Takeover
from bot.preparation import Preparation
from bot.rules import Rules
from bot.source import Source
from bot.spool import Spool
from bot.store import Store
from bot.style import Mix, Part, Picture, Preset, Style
from bot.transport import Transport
from nst_core.errors import (
    Diverged,
    ImageRejected,
    OutOfMemory,
    SketchUnavailable,
    WeightsError,
)
from nst_core.executor.base import Failed, Finished, Previewed, Progressed, Queued, Started
from nst_core.result import Note
from nst_core.settings import Settings
from nst_core.styles import Gallery
from tests.bot.calls import TOKEN, Fault
from tests.bot.door import Door, Handle, finished, picture
from tests.bot.emulator import Emulator, Person, serving

CHAT = 11
SETTINGS = Settings(size=64)
LOOK = Look.of(SETTINGS)


@dataclass
class Shop:
    """Everything that a job needs."""

    server: Emulator
    bot: ExtBot[int]
    door: Door
    jobs: Jobs
    person: Person
    style: str
    store: Store

    async def order(self, *, user: int = CHAT, data: bytes | None = None, **more: Any) -> Order:
        """An order for a photo that has just been sent."""
        as_file = more.pop("as_file", False)
        style: Style = more.pop("style", Preset(self.style))
        message = await self.person.photo(picture() if data is None else data)
        content = Picture(message["photo"][-1]["file_id"], message["message_id"], as_file)
        place = Place(CHAT)
        known: dict[str, Any] = {"look": LOOK, "title": "S<b>"} | more
        return Order(place=place, user=user, content=content, style=style, **known)


RULES = Rules(settings=SETTINGS, per_user=2, largest=128)


@pytest.fixture
def rules() -> Rules:
    return RULES


@pytest.fixture
async def shop(monkeypatch: pytest.MonkeyPatch, rules: Rules) -> AsyncIterator[Shop]:
    monkeypatch.setattr("bot.notice.PRIVATE_INTERVAL", 0.01)
    monkeypatch.setattr(courier, "_PAUSES", (0.01, 0.01))
    server, door, gallery = Emulator(), Door(), Gallery.load(None)
    async with serving(server.app()) as address:
        bot: ExtBot[int] = ExtBot(
            TOKEN,
            base_url=f"{address}/bot",
            request=Transport(),
            base_file_url=f"{address}/file/bot",
            rate_limiter=RetryLimiter(),
        )
        store = Store(None)
        async with Links() as links, bot:
            preparation = Preparation(gallery, Source(bot, links), rules)
            jobs = Jobs(bot, door, Archive(store, Spool(None)), preparation)
            style = next(iter(gallery)).name
            yield Shop(server, bot, door, jobs, Person(server, CHAT), style, store)
            await jobs.close()
        store.close()


async def test_from_order_to_painting(shop: Shop) -> None:
    order = await shop.order()
    job = shop.jobs.place(order)
    opened = await shop.person.hears("sendMessage")
    assert opened.text.startswith("<b>S&lt;b&gt;</b>")
    assert opened.reply_to == order.content.message
    handle = await shop.door.next()
    assert handle.id == job
    assert handle.job.content == picture()
    assert handle.job.settings == replace(SETTINGS, preview_every=4)
    for event, words in (
        (Queued(job=job, position=3), "number 3"),
        (Queued(job=job, position=3, eta=130), "number 3 in the queue. I begin in about 2 min"),
        (Queued(job=job, position=1, eta=45), "next in the queue. I begin in about 45 sec"),
        (Queued(job=job, position=1, eta=0.5), "next in the queue."),
        (Started(job=job), "colours"),
        (
            progressed(job, 0.25),
            "▰▰▰▱▱▱▱▱▱▱▱▱ 25 %\n61 sec to go",
        ),
    ):
        handle.happen(event)
        edit = await shop.person.hears("editMessageText")
        assert words in edit.text
        assert edit.message_id == opened.message_id
        assert list(edit.buttons) == ["Cancel"]
    painting = finished(job)
    handle.happen(painting)
    sent = await shop.person.hears("sendPhoto")
    assert sent.file("photo") == painting.image
    assert sent.reply_to == order.content.message
    assert sent.text == "S&lt;b&gt;, painted in 12 sec"
    gone = await shop.person.hears("deleteMessage")
    assert gone.message_id == opened.message_id
    await nothing_left(shop)


async def nothing_left(shop: Shop) -> None:
    await asyncio.wait_for(asyncio.gather(*_tasks(shop)), 20)
    assert len(shop.jobs) == 0


def _tasks(shop: Shop) -> list[asyncio.Task[None]]:
    return [ticket.task for ticket in shop.jobs._tickets.values() if ticket.task]


async def test_a_question_becomes_the_progress_message(shop: Shop) -> None:
    question = await shop.bot.send_message(CHAT, "Which style?")
    shop.jobs.place(await shop.order(notice=Takeover(question.message_id)))
    assert shop.jobs.owns(CHAT, question.message_id)
    assert not shop.jobs.owns(CHAT + 1, question.message_id)
    edit = await shop.person.hears("editMessageText")
    assert edit.message_id == question.message_id
    handle = await shop.door.next()
    handle.happen(finished(handle.id))
    assert (await shop.person.hears("deleteMessage")).message_id == question.message_id
    await nothing_left(shop)
    assert not shop.jobs.owns(CHAT, question.message_id)


async def test_a_question_that_was_deleted_is_replaced(shop: Shop) -> None:
    shop.jobs.place(await shop.order(notice=Takeover(999)))
    assert "Looking" in (await shop.person.hears("sendMessage")).text


TOO_MANY = ApiRefusal("Too Many Requests: retry after 1", 429, {"retry_after": 1})


async def test_a_question_that_may_not_be_edited_yet_is_edited_later(shop: Shop) -> None:
    question = await shop.bot.send_message(CHAT, "Which style?")
    shop.server.faults = [Fault("editMessageText", TOO_MANY)]
    shop.jobs.place(await shop.order(notice=Takeover(question.message_id)))
    edit = await shop.person.hears("editMessageText")
    assert (edit.message_id, list(edit.buttons)) == (question.message_id, ["Cancel"])


async def test_a_progress_message_that_may_not_be_sent_yet_is_sent_later(shop: Shop) -> None:
    shop.server.faults = [Fault("sendMessage", TOO_MANY)]
    shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    # The job has not waited for it.
    assert not any(call.method == "sendMessage" and not call.refused for call in shop.server.calls)
    handle.happen(Started(job=handle.id))
    opened = await shop.person.hears("sendMessage")
    assert "colours" in opened.text
    assert list(opened.buttons) == ["Cancel"]


async def test_the_end_does_not_wait_for_the_beginning(shop: Shop) -> None:
    never = ApiRefusal("Too Many Requests: retry after 9999", 429, {"retry_after": 9999})
    shop.server.faults = [Fault("sendMessage", never)]
    shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(finished(handle.id))
    await shop.person.hears("sendPhoto")
    await nothing_left(shop)
    assert [call.refused for call in shop.server.calls if call.method == "sendMessage"] == [
        never.description
    ]


async def test_no_progress_message_is_no_misfortune(shop: Shop) -> None:
    shop.server.faults = [Fault("sendMessage", ApiRefusal("Internal Server Error", 500))]
    shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(finished(handle.id))
    await shop.person.hears("sendPhoto")
    await nothing_left(shop)


async def test_too_many_at_once(shop: Shop) -> None:
    orders = [await shop.order() for _ in range(3)]
    first = shop.jobs.place(orders[0])
    shop.jobs.place(orders[1])
    with pytest.raises(Sorry) as caught:
        shop.jobs.place(orders[2])
    assert caught.value.values == {"count": 2}
    shop.jobs.place(await shop.order(user=CHAT + 1))
    task = shop.jobs._tickets[first].task
    assert task
    handles = {handle.id: handle for handle in [await shop.door.next() for _ in range(3)]}
    handles[first].happen(finished(first))
    await asyncio.wait_for(task, 20)
    shop.jobs.place(orders[2])


async def test_what_is_as_good_as_over_takes_no_place(shop: Shop) -> None:
    jobs = [shop.jobs.place(await shop.order()) for _ in range(2)]
    handles = {handle.id: handle for handle in [await shop.door.next() for _ in range(2)]}
    await shop.jobs.cancel(jobs[0])
    third = shop.jobs.place(await shop.order())
    handles[jobs[1]].happen(finished(jobs[1]))
    await shop.person.hears("sendChatAction")
    shop.jobs.place(await shop.order())
    assert shop.jobs.may_cancel(third, (CHAT, CHAT)) is None


async def test_people_cannot_heap_up_what_is_as_good_as_over(shop: Shop) -> None:
    shop.server.gates["editMessageText"] = asyncio.Event()
    for _ in range(8):
        job = shop.jobs.place(await shop.order())
        await shop.person.hears("sendMessage")
        await shop.jobs.cancel(job)
    order = await shop.order()
    with pytest.raises(Sorry) as caught:
        shop.jobs.place(order)
    assert caught.value.values == {"count": 8}
    shop.server.gates["editMessageText"].set()
    await nothing_left(shop)
    shop.jobs.place(order)


async def test_what_is_being_delivered_is_not_cancelled(shop: Shop) -> None:
    shop.server.gates["sendPhoto"] = asyncio.Event()
    job = shop.jobs.place(await shop.order())
    (await shop.door.next()).happen(finished(job))
    await shop.person.hears("sendChatAction")
    assert shop.jobs.may_cancel(job, (CHAT, CHAT)) is Refusal.GONE
    assert await shop.jobs.cancel_all(CHAT, CHAT) == 0
    await shop.jobs.cancel(job)
    shop.server.gates["sendPhoto"].set()
    await shop.person.hears("sendPhoto")
    await nothing_left(shop)
    assert not any("Cancelled" in call.text for call in shop.server.calls)


async def test_cancelled_at_the_last_moment_is_cancelled(shop: Shop) -> None:
    job = shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    await shop.person.hears("sendMessage")
    handle.happen(finished(job))
    await shop.jobs.cancel(job)
    await shop.person.hears("editMessageText", where=lambda call: "Cancelled" in call.text)
    await nothing_left(shop)
    assert "sendPhoto" not in [call.method for call in shop.server.calls]


async def test_cancelled_while_the_executor_takes_it(shop: Shop) -> None:
    shop.door.opens.clear()
    job = shop.jobs.place(await shop.order())
    await shop.door.asked.wait()
    await shop.jobs.cancel(job)
    shop.door.opens.set()
    handle = await shop.door.next()
    await asyncio.wait_for(handle.was_cancelled.wait(), 20)
    await shop.person.hears("editMessageText", where=lambda call: "Cancelled" in call.text)


@pytest.mark.parametrize("method", ["getFile", None])
async def test_cancelling_waits_for_no_download_and_no_step(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, method: str | None
) -> None:
    # Neither Telegram nor the executor ever comes to an end with it.
    monkeypatch.setattr(Handle, "cancel", Handle.position)
    if method:
        shop.server.gates[method] = asyncio.Event()
    job = shop.jobs.place(await shop.order())
    await shop.person.hears("sendMessage")
    if not method:
        await shop.door.next()
    await shop.jobs.cancel(job)
    await shop.person.hears("editMessageText", where=lambda call: "Cancelled" in call.text)
    await nothing_left(shop)
    assert shop.door.idle


async def test_anybody_may_cancel_what_the_group_itself_ordered(shop: Shop) -> None:
    job = shop.jobs.place(await shop.order(user=-500))
    assert shop.jobs.may_cancel(job, (CHAT, 12)) is None
    assert shop.jobs.may_cancel(job, (99, 12)) is Refusal.GONE


async def test_only_the_owner_may_cancel(shop: Shop) -> None:
    job = shop.jobs.place(await shop.order())
    assert shop.jobs.may_cancel(job, (CHAT, CHAT)) is None
    assert shop.jobs.may_cancel(job, (CHAT, 12)) is Refusal.NOT_YOURS
    assert shop.jobs.may_cancel(job, (99, CHAT)) is Refusal.GONE
    assert shop.jobs.may_cancel("00000000", (CHAT, CHAT)) is Refusal.GONE


async def test_cancel_a_running_job(shop: Shop) -> None:
    job = shop.jobs.place(await shop.order())
    opened = await shop.person.hears("sendMessage")
    handle = await shop.door.next()
    handle.happen(Started(job=job))
    await shop.person.hears("editMessageText")
    await shop.jobs.cancel(job)
    assert handle.was_cancelled.is_set()
    last = await shop.person.hears("editMessageText")
    assert (last.message_id, last.buttons) == (opened.message_id, {})
    assert "Cancelled" in last.text
    await nothing_left(shop)
    assert shop.server.calls[-1].text == last.text


async def test_cancel_before_it_is_submitted(shop: Shop) -> None:
    shop.jobs.place(await shop.order())
    assert await shop.jobs.cancel_all(CHAT, CHAT) == 1
    assert await shop.jobs.cancel_all(CHAT, CHAT) == 0
    await shop.person.hears("editMessageText", where=lambda call: "Cancelled" in call.text)
    await nothing_left(shop)
    assert shop.door.idle


async def test_cancel_all_is_of_one_person_in_one_chat(shop: Shop) -> None:
    shop.jobs.place(await shop.order())
    shop.jobs.place(await shop.order(user=12))
    assert await shop.jobs.cancel_all(CHAT, 99) == 0
    assert await shop.jobs.cancel_all(12, CHAT) == 1


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        (ImageRejected.__name__, "too_narrow", "long and thin"),
        (Diverged.__name__, "", "My paint ran"),
        (OutOfMemory.__name__, "", "My memory is too full"),
        (WeightsError.__name__, "", "nst weights --fetch"),
        (SketchUnavailable.__name__, "", "I cannot sketch yet"),
        ("InternalError", "", "not your fault"),
    ],
)
async def test_a_failure_is_told_in_a_new_message(
    shop: Shop, error: str, reason: str, words: str
) -> None:
    order = await shop.order()
    job = shop.jobs.place(order)
    opened = await shop.person.hears("sendMessage")
    handle = await shop.door.next()
    handle.happen(Failed(job=job, error=error, reason=reason, message="It went wrong."))
    assert (await shop.person.hears("deleteMessage")).message_id == opened.message_id
    told = await shop.person.hears("sendMessage")
    assert words in told.text
    assert told.reply_to == order.content.message
    await nothing_left(shop)


async def test_a_broken_style_picture_is_pointed_at(shop: Shop) -> None:
    broken = await shop.person.photo(b"no picture")
    style = Picture(broken["photo"][-1]["file_id"], broken["message_id"])
    shop.jobs.place(await shop.order(style=style))
    told = await shop.person.reads("cannot read this as a picture")
    assert told.reply_to == broken["message_id"]
    assert shop.door.idle


async def test_both_pictures_reach_the_executor(shop: Shop) -> None:
    sent = await shop.person.photo(picture(5))
    style = Picture(sent["photo"][-1]["file_id"], sent["message_id"])
    shop.jobs.place(await shop.order(style=style))
    handle = await shop.door.next()
    assert (handle.job.content, handle.job.styles) == (picture(), (picture(5),))


MODES: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["painted in 12 sec"]),
    ({"sketched": True, "seconds": 0.8}, ["sketched in 1 sec"]),
    ({"sketched": True, "notes": (Note.NO_WEIGHTS,)}, ["sketched in 12 sec", "sketch for now"]),
    ({"notes": (Note.SMALLER,)}, ["painted in 12 sec", "My memory ran out"]),
    ({"notes": ("a note of tomorrow",)}, ["painted in 12 sec"]),
    (
        {"notes": (Note.SMALLER,), "width": 2100},
        ["painted in 12 sec", "memory", "as a file because"],
    ),
]


@pytest.mark.parametrize(("values", "words"), MODES)
async def test_the_result_says_how_it_was_made(
    shop: Shop, values: dict[str, Any], words: list[str]
) -> None:
    shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(finished(handle.id, **values))
    sent = await shop.person.hears("sendPhoto", "sendDocument")
    lines = sent.text.splitlines()
    assert lines[0] == f"S&lt;b&gt;, {words[0]}"
    assert len(lines) == len(words)
    assert all(told in line for told, line in zip(words, lines, strict=True))


async def test_a_file_is_answered_with_a_file(shop: Shop) -> None:
    shop.jobs.place(await shop.order(as_file=True))
    handle = await shop.door.next()
    painting = finished(handle.id)
    handle.happen(painting)
    sent = await shop.person.hears("sendDocument", "sendPhoto")
    assert sent.method == "sendDocument"
    assert sent.file("document") == painting.image
    assert "comes as a file" not in sent.text


async def test_what_is_no_photo_for_telegram_is_sent_as_a_file(shop: Shop) -> None:
    shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(finished(handle.id, width=2100, height=100))
    sent = await shop.person.hears("sendDocument", "sendPhoto")
    assert sent.method == "sendDocument"
    assert "comes as a file because" in sent.text


async def test_a_refused_photo_is_sent_as_a_file(shop: Shop) -> None:
    shop.server.faults = [Fault("sendPhoto", ApiRefusal("Bad Request: PHOTO_INVALID_DIMENSIONS"))]
    shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(finished(handle.id))
    assert "comes as a file because" in (await shop.person.hears("sendDocument")).text
    await shop.person.hears("deleteMessage")


@pytest.mark.parametrize(
    "refusal",
    [
        ApiRefusal("Too Many Requests: retry after 1", 429, {"retry_after": 1}),
        ApiRefusal("Internal Server Error", 500),
    ],
)
async def test_a_painting_that_was_refused_is_sent_again_once(
    shop: Shop, refusal: ApiRefusal
) -> None:
    shop.server.faults = [Fault("sendPhoto", refusal)]
    shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(finished(handle.id))
    await shop.person.hears("deleteMessage")
    tries = [call.refused for call in shop.server.calls if call.method == "sendPhoto"]
    assert tries == [refusal.description, ""]


async def test_a_painting_that_is_never_taken(shop: Shop) -> None:
    shop.server.faults = [Fault("sendPhoto", ApiRefusal("Internal Server Error", 500), times=99)]
    shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(finished(handle.id))
    await shop.person.reads("Telegram did not take the picture")
    await nothing_left(shop)


@pytest.mark.parametrize(
    "refusal",
    [
        ApiRefusal("Bad Gateway", 502),
        ApiRefusal("Service Unavailable", 503),
        ApiRefusal("Gateway Timeout", 504),
    ],
)
async def test_what_a_gateway_says_is_never_answered_with_a_second_copy(
    shop: Shop, refusal: ApiRefusal
) -> None:
    shop.server.faults = [Fault("sendPhoto", refusal)]
    shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(finished(handle.id))
    await shop.person.reads("did not confirm")
    await nothing_left(shop)
    assert [call.method for call in shop.server.calls].count("sendPhoto") == 1


async def test_a_person_who_has_blocked_the_bot_is_left_alone(shop: Shop) -> None:
    blocked = ApiRefusal("Forbidden: bot was blocked by the user", 403)
    shop.server.faults = [
        Fault("sendPhoto", blocked, times=99),
        Fault("sendDocument", blocked, times=99),
    ]
    shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(finished(handle.id))
    await nothing_left(shop)
    assert [call.method for call in shop.server.calls].count("sendPhoto") == 1
    assert "sendDocument" not in [call.method for call in shop.server.calls]


@pytest.mark.parametrize("method", ["sendMessage", "editMessageText"])
async def test_nothing_is_painted_for_a_person_who_has_blocked_the_bot(
    shop: Shop, method: str
) -> None:
    blocked = ApiRefusal("Forbidden: bot was blocked by the user", 403)
    shop.server.gates[method] = asyncio.Event()
    shop.server.faults = [Fault(method, blocked, times=99)]
    job = shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(Started(job=job))
    shop.server.gates[method].set()
    await asyncio.wait_for(handle.was_cancelled.wait(), 20)
    await nothing_left(shop)
    # And the person is not tried again and again.
    assert [call.refused for call in shop.server.calls].count(blocked.description) == 1


async def test_a_progress_message_that_cannot_be_deleted_is_closed(shop: Shop) -> None:
    shop.server.faults = [
        Fault("deleteMessage", ApiRefusal("Bad Request: message can't be deleted for everyone"))
    ]
    shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(finished(handle.id))
    done = await shop.person.hears("editMessageText", where=lambda call: not call.buttons)
    assert "Done" in done.text


async def test_nothing_is_edited_after_the_end(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    # Long enough for the news to be still untold at the end, short enough to come right after it.
    monkeypatch.setattr("bot.notice.PRIVATE_INTERVAL", 0.3)
    job = shop.jobs.place(await shop.order())
    opened = await shop.person.hears("sendMessage")
    handle = await shop.door.next()
    handle.happen(Started(job=job))
    handle.happen(finished(job))
    await shop.person.hears("deleteMessage")
    await nothing_left(shop)
    # The first edit of the next job is due later than any of this one.
    other = shop.jobs.place(await shop.order())
    (await shop.door.next()).happen(Started(job=other))
    await shop.person.hears("editMessageText")
    mine = [call for call in shop.server.calls if call.fields.get("message_id")]
    last = [call.method for call in mine if call.message_id == opened.message_id]
    assert last[-1] == "deleteMessage"
    assert last.count("deleteMessage") == 1


async def test_closing_tells_those_who_wait(shop: Shop) -> None:
    shop.jobs.place(await shop.order())
    opened = await shop.person.hears("sendMessage")
    await shop.door.next()
    await shop.jobs.close()
    word = await shop.person.hears("editMessageText")
    assert word.message_id == opened.message_id
    assert "restarted" in word.text
    assert word.buttons == {}
    assert len(shop.jobs) == 0


async def test_closing_cuts_no_delivery(shop: Shop) -> None:
    shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    shop.server.gates["sendPhoto"] = asyncio.Event()
    handle.happen(finished(handle.id))
    await shop.person.hears("sendChatAction")
    closing = asyncio.create_task(shop.jobs.close())
    await asyncio.sleep(0)
    shop.server.gates["sendPhoto"].set()
    await closing
    assert "sendPhoto" in [call.method for call in shop.server.calls]
    assert not any("restarted" in call.text for call in shop.server.calls)
    assert len(shop.jobs) == 0


async def test_a_closed_executor_is_explained(shop: Shop) -> None:
    await shop.door.close()
    shop.jobs.place(await shop.order())
    await shop.person.reads("restarted")


@pytest.mark.parametrize(
    ("width", "height", "size", "fits"),
    [
        (512, 512, 1000, True),
        (9000, 1000, 1000, True),
        (9001, 1000, 1000, False),
        (2000, 100, 1000, True),
        (2001, 100, 1000, False),
        (100, 2001, 1000, False),
        (512, 512, 10 * 1024 * 1024, True),
        (512, 512, 10 * 1024 * 1024 + 1, False),
    ],
)
def test_what_telegram_takes_as_a_photo(width: int, height: int, size: int, *, fits: bool) -> None:
    painting = finished("x", image=bytes(size), width=width, height=height)
    assert isinstance(painting, Finished)
    assert courier.fits_photo(painting) is fits


def test_which_errors_prove_that_nothing_arrived() -> None:
    refused, timeout = NetworkError("Internal Server Error"), NetworkError("Gateway Timeout")
    unreachable, broken = NetworkError("x"), NetworkError("Internal Server Error")
    unreachable.__cause__ = aiohttp.ConnectionTimeoutError("no route")
    broken.__cause__ = aiohttp.ServerDisconnectedError("reset")
    errors = (refused, unreachable, timeout, broken)
    assert [courier._surely_lost(error) for error in errors] == [True, True, False, False]


async def test_a_look_reaches_the_engine_and_its_painting_is_known(shop: Shop) -> None:
    look = replace(LOOK, strength=65, size=4096)
    order = await shop.order(look=look)
    job = shop.jobs.place(order)
    handle = await shop.door.next()
    assert (handle.job.settings.strength, handle.job.settings.size) == (65, 128)
    assert shop.store.register.painting(job) is None
    handle.happen(finished(job))
    sent = await shop.person.gets()
    assert {"Stronger", "Softer", "Another style"} <= set(sent.buttons)
    assert "Larger" not in sent.buttons, "128 pixels is the most"
    await shop.person.hears("deleteMessage")
    painting = shop.store.register.painting(job)
    assert painting
    assert replace(painting.order, notice=None) == order
    assert painting.file_id == sent.result["photo"][-1]["file_id"]


async def test_a_painting_is_known_before_its_buttons_can_be_pressed(shop: Shop) -> None:
    shop.server.gates["sendPhoto"] = asyncio.Event()
    order = await shop.order()
    job = shop.jobs.place(order)
    (await shop.door.next()).happen(finished(job))
    await asyncio.wait_for(shop.server.knocked.wait(), 20)
    painting = shop.store.register.painting(job)
    assert painting
    assert replace(painting.order, notice=None) == order
    shop.server.gates["sendPhoto"].set()
    await nothing_left(shop)


async def test_a_sketch_has_no_brush_and_no_film(shop: Shop) -> None:
    job = shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(replace(finished(job), sketched=True))
    sent = await shop.person.gets()
    assert {"Stronger", "Keep my colours", "As a file"} <= set(sent.buttons)
    assert not {"Bolder brush", "Finer brush", "Try again", "Time-lapse"} & set(sent.buttons)


async def test_a_press_is_remembered_while_its_job_is_under_way(shop: Shop) -> None:
    button = "1:p:0123456789abcdef:softer"
    job = shop.jobs.place(await shop.order(button=button))
    assert shop.jobs.is_asked(button)
    assert not shop.jobs.is_asked(f"{button}x")
    handle = await shop.door.next()
    shop.server.faults = [Fault("sendPhoto", ApiRefusal("Internal Server Error", 500))]
    handle.happen(finished(job))
    await shop.person.log.until(lambda call: call.method == "sendPhoto" and bool(call.refused))
    assert shop.jobs.is_asked(button), "it is on its way, and a second press is a slip"
    await shop.person.gets()
    await shop.person.hears("deleteMessage")
    await shop.jobs.close()
    assert not shop.jobs.is_asked(button)


async def test_only_what_would_change_something_is_offered(shop: Shop) -> None:
    job = shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(replace(finished(job), width=64, height=40))
    assert "Larger" in (await shop.person.gets()).buttons
    job = shop.jobs.place(await shop.order(look=replace(LOOK, strength=100.0)))
    handle = await shop.door.next()
    note = Note.FINER_BRUSH.value
    handle.happen(replace(finished(job), width=60, height=40, notes=(note,)))
    sent = await shop.person.gets()
    assert "can be no bolder" in sent.text
    assert not {"Larger", "Bolder brush", "Stronger"} & set(sent.buttons)


async def test_a_mix_reaches_the_executor_with_its_shares(shop: Shop) -> None:
    sent = await shop.person.photo(picture(5))
    own = Picture(sent["photo"][-1]["file_id"], sent["message_id"])
    style = Mix((Part(Preset(shop.style), 70), Part(own, 30)))
    shop.jobs.place(await shop.order(style=style))
    handle = await shop.door.next()
    assert list(handle.job.settings.style_weights) == [70, 30]
    assert handle.job.styles[1] == picture(5)
    handle.happen(finished(handle.id))
    buttons = (await shop.person.gets()).buttons
    assert {"More Starry Swirls", "More your own style", "Mix in a style"} <= set(buttons)


async def test_what_follows_takes_no_place_and_comes_one_by_one(shop: Shop) -> None:
    orders = [await shop.order(title=f"S{n}", data=picture(n + 1)) for n in range(3)]
    shop.jobs.place(orders[0], orders[1:])
    shop.jobs.place(await shop.order(title="other"))
    handles = {handle.id: handle for handle in [await shop.door.next() for _ in range(2)]}
    assert shop.door.idle
    (job,) = [job for job, handle in handles.items() if handle.job.content == picture(1)]
    handles[job].happen(finished(job))
    next_one = await shop.door.next()
    assert next_one.id not in handles
    # One that fails does not take the rest with it.
    next_one.happen(Failed(job=next_one.id, error="InternalError", message="It went wrong."))
    last = await shop.door.next()
    last.happen(finished(last.id))
    await shop.person.hears("sendPhoto", where=lambda call: call.text.startswith("S2"))


async def test_cancelling_everything_cancels_what_follows(shop: Shop) -> None:
    shop.jobs.place(await shop.order(), [await shop.order(), await shop.order()])
    await shop.door.next()
    assert await shop.jobs.cancel_all(CHAT) == 3
    await nothing_left(shop)
    assert shop.door.idle


async def test_where_no_picture_is_taken_the_words_go_on(shop: Shop) -> None:
    # The server that others wrote knows no `editMessageMedia`.
    job = shop.jobs.place(await shop.order())
    opened = await shop.person.hears("sendMessage")
    handle = await shop.door.next()
    for step in (4, 8):
        image = picture(step, kind="JPEG")
        handle.happen(Previewed(job=job, step=step, total=20, image=image))
        handle.happen(progressed(job, step / 20))
        edit = await shop.person.hears("editMessageText")
        assert f"{5 * step} %" in edit.text
        assert edit.message_id == opened.message_id
    handle.happen(finished(job))
    assert (await shop.person.hears("deleteMessage")).message_id == opened.message_id
    asked = [call for call in shop.server.log.asked if call == "editMessageMedia"]
    assert len(asked) == 2, "twice is enough to know"


@pytest.mark.parametrize("preview", [True, False])
async def test_the_film_is_made_of_what_was_seen(shop: Shop, *, preview: bool) -> None:
    order = await shop.order(preview=preview)
    job = shop.jobs.place(order)
    handle = await shop.door.next()
    for step in range(4, 20, 4):
        image = picture(step, kind="JPEG")
        handle.happen(Previewed(job=job, step=step, total=20, image=image))
    handle.happen(finished(job))
    await shop.person.gets()
    copy = shop.jobs.copies.get(job)
    assert copy
    assert copy.painting.job == job
    assert b"ftyp" in (await film(copy))[:16]
    shop.jobs.copies.forget(CHAT)
    assert shop.jobs.copies.get(job) is None


async def test_the_lossless_file_is_sent_where_it_was_asked_for(shop: Shop) -> None:
    job = shop.jobs.place(await shop.order(form=Form.FILE))
    handle = await shop.door.next()
    painting = finished(job)
    handle.happen(painting)
    sent = await shop.person.hears("sendDocument")
    assert "without any loss" in sent.text
    assert sent.buttons == {}
    assert sent.file("document") == painting.image
    await shop.person.hears("deleteMessage")


@pytest.mark.parametrize("rules", [replace(RULES, seconds=0.2)])
async def test_a_job_that_runs_too_long_is_stopped(shop: Shop) -> None:
    job = shop.jobs.place(await shop.order())
    handle = await shop.door.next()
    handle.happen(Started(job=job))
    await shop.person.reads("takes longer than I may")
    assert handle.was_cancelled.is_set()


async def test_what_is_under_way_can_be_asked_for(shop: Shop) -> None:
    job = shop.jobs.place(await shop.order())
    shop.jobs.place(await shop.order(user=12))
    handle = await shop.door.next()
    while handle.id != job:
        handle = await shop.door.next()
    handle.happen(progressed(job, 0.5))
    await shop.person.hears("editMessageText", where=lambda call: "50 %" in call.text)
    mine, others = shop.jobs.under_way(CHAT)
    assert ["50 %" in line for line in mine] == [True]
    assert others == 1
    assert shop.jobs.under_way(99) == ([], 2)


def progressed(job: str, share: float) -> Progressed:
    return Progressed(
        job=job, step=9, total=20, level=1, levels=2, share=share, seconds=1, eta=61, losses={}
    )
