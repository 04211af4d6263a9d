"""What people said to a process that was killed before anything came of it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot, Chat, Message, Update, User

from bot.database import FILE
from bot.inbox import Inbox, hold
from bot.processor import PerChatProcessor
from bot.store import Store
from tests.bot.atelier import STYLES, at_work
from tests.bot.bench import Visitor
from tests.bot.calls import TOKEN
from tests.bot.door import picture
from tests.bot.process import environment, running
from tests.bot.street import ORDER, Street

BOT = Bot(TOKEN)


def saying(number: int, text: str = "hello") -> Update:
    person = User(5, "Somebody", is_bot=False)
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    message = Message(number, moment, Chat(5, Chat.PRIVATE), from_user=person, text=text)
    return Update(number, message=message)


def queued(inbox: Inbox) -> list[tuple[int, str | None]]:
    updates = [inbox.queue.get_nowait() for _ in range(inbox.queue.qsize())]
    return [
        (update.update_id, update.message.text)
        for update in updates
        if isinstance(update, Update) and update.message
    ]


def kept(folder: Path) -> list[str]:
    """The words on the disk."""
    with closing(sqlite3.connect(folder / FILE)) as db:
        rows = db.execute("SELECT data FROM updates WHERE data IS NOT NULL ORDER BY id").fetchall()
    return [json.loads(data)["message"]["text"] for (data,) in rows]


# The whole bot


async def test_an_album_that_still_arrives_is_painted_by_the_next_process(
    street: Street,
) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person, other = atelier.person(), atelier.person()
        await person.album(picture(1), picture(2), picture(3), caption=STYLES[0].name)
        await other.say("/help")
        await other.reads("photo")
        street.crash()
    async with at_work(street.bench, street.address, data=street.folder / "next") as atelier:
        for number in (1, 2, 3):
            _, sent = await atelier.paints(person)
            assert f"{number} of 3" in sent.text
        await other.say("/queue")
        await other.reads("Nothing")
        assert atelier.door.idle, "whatever Telegram has repeated"


async def test_what_is_not_answered_is_answered_by_the_next_process(street: Street) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person, other = atelier.person(), atelier.person()
        fault = {"kind": "hang_before", "method": "sendMessage", "seconds": 1, "times": 1}
        street.bench.account.faults.add({**fault, "chat_id": person.chat})
        await person.say("/queue")
        await other.say("/queue")
        await other.reads("Nothing")
        street.crash()
        await person.reads("Nothing")
    async with at_work(street.bench, street.address, data=street.folder / "next"):
        await person.reads("Nothing")
    assert kept(street.folder / "next") == []


async def test_a_job_and_what_it_came_of_are_one(street: Street) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        await person.photo(picture(1), caption=STYLES[0].name)
        await atelier.door.next()
        street.crash()
    async with at_work(street.bench, street.address, data=street.folder / "next") as atelier:
        await atelier.desk.jobs.resume()
        await atelier.paints(person)
        await person.hears("deleteMessage")
        await person.say("/queue")
        await person.reads("Nothing")
        assert atelier.door.idle, "it was not ordered again"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "hang_after", "seconds": 9},
        {"kind": "error", "error_code": 429, "retry_after": 4},
    ],
    ids=["silence", "flood"],
)
async def test_what_the_end_of_the_process_cuts_off_is_done_by_the_next_one(
    street: Street,
    fault: dict[str, Any],
) -> None:
    person = street.bench.account.add_person("Somebody", "en")
    visitor = Visitor(street.bench, person.id, person.id)
    street.bench.account.faults.add({"method": "sendPhoto", "times": 1, **fault})
    settings = environment(street.address, Path(), STYLEGRAM_DATA=str(street.folder / "data"))
    settings |= {"STYLEGRAM_LOG_LEVEL": "INFO"}
    async with running("tests.bot.sprint", **settings) as bot:
        await bot.logs("is listening")
        await visitor.photo(picture(1))
        asked = await street.bench.log.until(lambda call: call.method == "sendPhoto")
        assert await bot.stop() == 0
    assert not any(call.text and call.method == "sendMessage" for call in street.bench.calls)
    async with running("tests.bot.sprint", **settings) as bot:
        await street.bench.log.until(lambda call: call.method == "sendPhoto", asked + 1)
        assert await bot.stop() == 0
    assert kept(street.folder / "data") == []


# The inbox alone


def test_what_is_heard_survives_until_it_is_dealt_with(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first, second = saying(1, "one"), saying(2, "two")
    assert store.inbox.take([first, second]) == [first, second]
    assert kept(tmp_path) == ["one", "two"]
    with store.inbox.handling(first):
        assert kept(tmp_path) == ["one", "two"]
    assert kept(tmp_path) == ["two"]
    store.close()
    store = Store(tmp_path)
    store.inbox.resume(BOT)
    assert queued(store.inbox) == [(2, "two")]
    store.close()


def test_what_is_said_again_is_heard_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.inbox.take([saying(1), saying(2)])
    with store.inbox.handling(saying(1)):
        pass
    assert store.inbox.take([saying(1), saying(2), saying(3)]) == [saying(3)]
    store.close()
    store = Store(tmp_path)
    assert store.inbox.take([saying(1), saying(2), saying(3), saying(4)]) == [saying(4)]
    store.close()


def test_a_job_strikes_out_what_it_came_of_in_its_own_transaction(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.inbox.take([saying(1)])
    with store.inbox.handling(saying(1)):
        store.register.accept("job", ORDER)
        assert kept(tmp_path) == []
    store.close()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_only_an_end_by_force_leaves_it(tmp_path: Path, error: type[BaseException]) -> None:
    store = Store(tmp_path)
    store.inbox.take([saying(1)])
    with pytest.raises(error), store.inbox.handling(saying(1)):
        raise error
    assert kept(tmp_path) == ([] if error is RuntimeError else ["hello"])
    store.close()


def test_what_is_held_is_settled_by_its_holder(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.inbox.take([saying(1), saying(2)])
    with store.inbox.handling(saying(1)):
        receipt = hold()
    with store.inbox.handling(saying(2)):
        receipt.absorb(hold())
    assert kept(tmp_path) == ["hello", "hello"]
    store.inbox.settle(receipt)
    assert kept(tmp_path) == []
    store.close()


def test_what_kills_every_process_is_left_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path)
    store.inbox.take([saying(1, "poison"), saying(2, "innocent")])
    for heard in (2, 2, 1):
        with pytest.raises(SystemExit), store.inbox.handling(saying(1, "poison")):
            raise SystemExit
        store.close()
        store = Store(tmp_path)
        store.inbox.resume(BOT)
        assert len(queued(store.inbox)) == heard
    assert kept(tmp_path) == ["innocent"], "which was never begun"
    assert "poison" not in caplog.text
    store.close()


def test_an_orderly_end_counts_against_no_update(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.inbox.take([saying(1)])
    for _ in range(4):
        with pytest.raises(SystemExit), store.inbox.handling(saying(1)):
            raise SystemExit
        store.inbox.close()
        store.close()
        store = Store(tmp_path)
        store.inbox.resume(BOT)
        assert queued(store.inbox) == [(1, "hello")]
    store.close()


async def test_what_cancelling_drops_is_dropped_for_the_next_process_too(tmp_path: Path) -> None:
    store = Store(tmp_path)
    processor = PerChatProcessor(store.inbox)
    said = [saying(1, "long"), saying(2, "next"), saying(3, "/cancel")]
    store.inbox.take(said)
    forever, cancelling = asyncio.Event(), asyncio.Event()

    async def cancel() -> None:
        cancelling.set()
        await forever.wait()

    work = [forever.wait(), forever.wait(), cancel()]
    tasks = [
        asyncio.create_task(processor.process_update(update, each))
        for update, each in zip(said, work, strict=True)
    ]
    await cancelling.wait()
    assert kept(tmp_path) == ["long", "/cancel"], "these two are under way"
    forever.set()
    await asyncio.gather(*tasks)
    assert kept(tmp_path) == []
    store.close()


def test_a_disk_that_fails_costs_nobody_his_word(caplog: pytest.LogCaptureFixture) -> None:
    store = Store(None)
    store.close()
    assert store.inbox.take([saying(1)]) == [saying(1)]
    assert store.inbox.take([saying(1)]) == []
    assert queued(store.inbox) == [(1, "hello")]
    assert "nothing is remembered" in caplog.text


def test_numbers_are_forgotten_when_telegram_has_forgotten_them(tmp_path: Path) -> None:
    now = [0.0]
    store = Store(tmp_path, clock=lambda: now[0])
    store.inbox.take([saying(1), saying(2)])
    with store.inbox.handling(saying(1)):
        pass
    store.close()
    now[0] = 3 * 24 * 3600.0
    store = Store(tmp_path, clock=lambda: now[0])
    assert store.inbox.take([saying(1), saying(2)]) == [saying(1)], "the other one waits still"
    store.close()


def test_what_another_version_wrote_keeps_no_process_from_starting(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.inbox.take([saying(1), saying(2, "still there")])
    store.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
        db.execute("""UPDATE updates SET data = '{"update_id": 1, "poll": {}}' WHERE id = 1""")
    store = Store(tmp_path)
    store.inbox.resume(BOT)
    assert queued(store.inbox) == [(2, "still there")]
    store.close()
    assert kept(tmp_path) == ["still there"]
