"""What the next process finds: the state of a job at each moment, as the disk has it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from pathlib import Path

import pytest
from lo_bot_api_emulator import ApiRefusal

from bot.orders import Question
from bot.record import State
from bot.spool import Spool
from bot.store import QUESTIONS, Store
from nst_core.executor.base import Failed, Started
from tests.bot.atelier import STYLES, Atelier, at_work, painted
from tests.bot.calls import Fault
from tests.bot.door import Handle, picture
from tests.bot.street import ORDER, Street
from tests.bot.test_scenarios import shows

STYLE = STYLES[0]


async def resumed(atelier: Atelier) -> None:
    await atelier.desk.jobs.resume()


async def test_what_waited_is_painted(street: Street) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        photo = await person.photo(picture(1), caption=STYLE.name)
        progress = await person.hears("sendMessage")
        await atelier.door.next()
        street.crash()
    async with at_work(street.bench, street.address, data=street.folder / "next") as atelier:
        await resumed(atelier)
        handle, sent = await atelier.paints(person)
        assert shows(handle.job.content, picture(1))
        assert sent.reply_to == photo["message_id"]
        gone = await person.hears("deleteMessage")
        assert gone.message_id == progress.message_id, "the message is taken over"


async def test_what_was_painted_is_delivered_without_painting(street: Street) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        await person.photo(picture(1), caption=STYLE.name)
        handle = await atelier.door.next()
        refusal = ApiRefusal("Internal Server Error", 500)
        street.bench.break_with(Fault("sendPhoto", refusal))
        handle.happen(painted(handle))
        await person.log.until(lambda call: call.method == "sendPhoto" and bool(call.refused))
        await person.log.until(
            lambda _: atelier.desk.store.register.painting(handle.id) is not None,
            len(person.log.calls) - 1,
        )
        street.crash()
    async with at_work(street.bench, street.address, data=street.folder / "next") as atelier:
        await resumed(atelier)
        sent = await person.gets()
        assert sent.file("photo") == painted(handle).image
        assert "Softer" in sent.buttons
        assert atelier.door.idle


async def test_what_may_have_arrived_is_left_to_the_person(street: Street) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        await person.photo(picture(1), caption=STYLE.name)
        handle = await atelier.door.next()
        street.bench.account.faults.add(
            {"kind": "hang_after", "method": "sendPhoto", "seconds": 1, "times": 1}
        )
        handle.happen(painted(handle))
        # It has arrived, and the bot does not know.
        await person.gets()
        street.crash()
    async with at_work(street.bench, street.address, data=street.folder / "next") as atelier:
        await resumed(atelier)
        asked = await person.reads("did not confirm")
        assert atelier.door.idle
        await person.press(asked, "Send it again")
        assert (await person.gets()).file("photo") == painted(handle).image
        # Whoever has pressed twice, or whose press was heard by two processes, gets it once.
        await person.say("/queue")
        await person.reads("Nothing")
        query = await person.press(asked, "Send it again")
        assert "does nothing any more" in await person.is_answered(query)
        assert atelier.door.idle


async def test_an_orderly_end_in_the_middle_of_a_delivery_delivers_nothing_twice(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs._GOODBYE", 0.1)
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        await person.photo(picture(1), caption=STYLE.name)
        handle = await atelier.door.next()
        street.bench.account.faults.add(
            {"kind": "hang_after", "method": "sendPhoto", "seconds": 9, "times": 1}
        )
        handle.happen(Started(job=handle.id))
        handle.happen(painted(handle))
        # It has arrived, and the bot does not know.
        await person.gets()
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        await resumed(atelier)
        await person.reads("did not confirm")
        assert atelier.door.idle


async def test_an_orderly_end_between_two_deliveries_keeps_the_painting(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs._GOODBYE", 0.1)
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        await person.photo(picture(1), caption=STYLE.name)
        handle = await atelier.door.next()
        refusal = ApiRefusal("Internal Server Error", 500)
        street.bench.break_with(Fault("sendPhoto", refusal))
        handle.happen(Started(job=handle.id))
        handle.happen(painted(handle))
        await person.log.until(lambda call: call.method == "sendPhoto" and bool(call.refused))
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        await resumed(atelier)
        assert (await person.gets()).file("photo") == painted(handle).image
        assert atelier.door.idle


async def test_what_is_stopped_while_it_is_written_down_is_not_delivered(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A disk that takes its time.
    disk = threading.Event()
    monkeypatch.setattr(os, "fsync", lambda _: disk.wait())
    spool = street.folder / "first" / "spool"
    try:
        async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
            person = atelier.person()
            await person.photo(picture(1), caption=STYLE.name)
            handle = await atelier.door.next()
            handle.happen(Started(job=handle.id))
            handle.happen(painted(handle))
            await handle.is_over.wait()
            await person.say("/cancel")
            await person.reads("Stopped")
            disk.set()
            await person.hears("editMessageText", where=lambda call: "Cancelled" in call.text)
            assert atelier.desk.store.register.painting(handle.id) is None
            assert await asyncio.to_thread(lambda: [*spool.iterdir()]) == []
    finally:
        disk.set()
    assert not any(call.method == "sendPhoto" for call in street.bench.calls)


async def test_what_brought_the_bot_down_twice_is_given_up(street: Street) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        await person.album(picture(1), picture(2), caption=STYLE.name)
        handle = await atelier.door.next()
        handle.happen(Started(job=handle.id))
        await person.log.until(lambda call: "Mixing" in call.text)
        street.crash()
    store = Store(street.folder / "next")
    store.register.run(handle.id)
    store.close()
    async with at_work(street.bench, street.address, data=street.folder / "next") as atelier:
        await resumed(atelier)
        await person.reads("brings me down")
        # And the rest of the album goes on.
        handle, _ = await atelier.paints(person)
        assert shows(handle.job.content, picture(2))


@pytest.mark.parametrize("begun", [1, 5])
async def test_what_the_executor_has_lost_is_submitted_once_more(
    street: Street, begun: int
) -> None:
    """However often an earlier process saw it begin: it did not bring the bot down."""
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        await person.photo(picture(1), caption=STYLE.name)
        left = await atelier.door.next()
        street.crash()
    store = Store(street.folder / "next")
    for _ in range(begun):
        store.register.run(left.id)
    store.close()
    lost = Failed(job=left.id, error="UnknownJob", message="Lost.")
    async with at_work(street.bench, street.address, data=street.folder / "next") as atelier:
        atelier.door.left[left.id] = Handle(left.job)
        atelier.door.left[left.id].happen(lost)
        await resumed(atelier)
        handle, sent = await atelier.paints(person)
        assert handle.id == left.id
        assert shows(handle.job.content, picture(1))
        assert sent.file("photo") == painted(handle).image
        assert atelier.door.idle


async def test_what_an_earlier_process_has_left_is_forgotten_as_well(street: Street) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        await person.photo(picture(1), caption=STYLE.name)
        left = await atelier.door.next()
        street.crash()
    async with at_work(street.bench, street.address, data=street.folder / "next") as atelier:
        handle = atelier.door.left[left.id] = Handle(left.job)
        await resumed(atelier)
        handle.happen(painted(handle))
        await person.gets()
        await person.say("/forget")
        await person.reads("remember nothing")
        assert atelier.door.forgotten == [atelier.door.owners[left.id]]
        assert atelier.door.forgotten != [person.user]


async def test_what_is_lost_twice_is_given_up(street: Street) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        await person.photo(picture(1), caption=STYLE.name)
        left = await atelier.door.next()
        street.crash()
    lost = Failed(job=left.id, error="UnknownJob", message="Lost.")
    async with at_work(street.bench, street.address, data=street.folder / "next") as atelier:
        atelier.door.left[left.id] = Handle(left.job)
        atelier.door.left[left.id].happen(lost)
        await resumed(atelier)
        (await atelier.door.next()).happen(lost)
        await person.reads("went wrong")
        assert atelier.door.idle


async def test_what_was_stopped_does_not_begin_again(street: Street) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        await person.photo(picture(1), caption=STYLE.name)
        progress = await person.hears("sendMessage")
        handle = await atelier.door.next()
        street.bench.account.faults.add(
            {"kind": "hang_before", "method": "editMessageText", "seconds": 0.3, "times": 1}
        )
        await person.press(progress, "Cancel")
        await handle.was_cancelled.wait()
        street.crash()
    async with at_work(street.bench, street.address, data=street.folder / "next") as atelier:
        await resumed(atelier)
        assert len(atelier.desk.jobs) == 0


async def test_an_orderly_end_counts_against_no_job(street: Street) -> None:
    person = None
    for _ in range(3):
        async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
            if person is None:
                person = atelier.person()
                await person.photo(picture(1), caption=STYLE.name)
            else:
                await resumed(atelier)
            handle = await atelier.door.next()
            handle.happen(Started(job=handle.id))
            await person.log.until(lambda call: "Mixing" in call.text, len(person.log.calls) - 1)
        told = street.bench.calls[-1]
        assert "go on with this one by myself" in told.text
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        await resumed(atelier)
        assert person
        await atelier.paints(person)


async def test_a_dialogue_goes_on_after_a_crash(street: Street) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        await person.photo(picture(1))
        await person.is_asked()
        street.crash()
    async with at_work(street.bench, street.address, data=street.folder / "next") as atelier:
        await person.say(STYLE.name)
        handle, _ = await atelier.paints(person)
        assert shows(handle.job.content, picture(1))


async def test_a_question_that_a_crash_cut_off_is_asked_by_the_next_process(
    street: Street,
) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        street.bench.account.faults.add(
            {"kind": "hang_after", "method": "sendPhoto", "seconds": 0.5, "times": 1}
        )
        await person.photo(picture(1))
        await person.is_asked()
        street.crash()
    async with at_work(street.bench, street.address, data=street.folder / "next") as atelier:
        await person.is_asked()
        assert atelier.door.idle, "a photo is no style of its own"
        await person.say(STYLE.name)
        handle, _ = await atelier.paints(person)
        assert shows(handle.job.content, picture(1))


async def test_a_full_disk_costs_no_painting(street: Street) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        # A file where the spool's folder should be: nothing can be written there.
        (street.folder / "first" / "spool").write_bytes(b"")
        person = atelier.person()
        await person.photo(picture(1), caption=STYLE.name)
        handle, sent = await atelier.paints(person)
        assert sent.file("photo") == painted(handle).image


async def test_the_spool_keeps_to_its_room_and_age(tmp_path: Path) -> None:
    now = [0.0]
    spool = Spool(tmp_path, room=250, age=60, clock=lambda: now[0])
    for name in "abc":
        assert await spool.put(name, bytes(100))
    made = await asyncio.to_thread(lambda: [f.stat().st_mtime for f in tmp_path.iterdir()])
    assert len(made) == 2
    now[0] = max(made)
    assert await spool.get("c") == bytes(100)
    now[0] += 61
    assert await spool.put("d", b"d")
    assert await asyncio.to_thread(lambda: [f.stem for f in tmp_path.iterdir()]) == ["d"]
    now[0] = max(made)
    await spool.tidy()
    assert await spool.get("d") == b"d"
    now[0] += 61
    await spool.tidy()
    assert await spool.get("d") is None
    await Spool(tmp_path / "none").tidy()
    assert await spool.put("d", b"d")
    spool.drop("d")
    spool.drop("d")
    assert await spool.get("d") is None
    assert not await Spool(None).put("e", b"e")


async def test_paintings_that_come_together_are_all_in_the_spool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = threading.Event()
    writing = threading.Event()

    def fsync(_: int) -> None:
        writing.set()
        disk.wait()

    monkeypatch.setattr(os, "fsync", fsync)
    spool = Spool(tmp_path)
    first = asyncio.create_task(spool.put("first", b"1"))
    await asyncio.to_thread(writing.wait)
    second = asyncio.create_task(spool.put("second", b"2"))
    await asyncio.wait({second}, timeout=0.1)
    disk.set()
    assert [await first, await second] == [True, True]
    assert [await spool.get("first"), await spool.get("second")] == [b"1", b"2"]


def test_nobody_can_fill_the_disk_with_questions_and_cancelled_orders(tmp_path: Path) -> None:
    now = [0.0]
    store = Store(tmp_path, clock=lambda: now[0])
    for number in range(QUESTIONS + 9):
        now[0] += 1
        store.keep_question(5, number, Question(5))
    store.keep_question(6, 1, Question(6))
    assert store.question(5, 8) is None
    assert store.question(5, 9) == store.question(5, QUESTIONS + 8) == Question(5)
    assert store.question(6, 1) == Question(6)
    for state in (State.CANCELLED, State.FAILED, State.DELIVERED, State.QUEUED):
        store.register.accept(state, ORDER)
        store.register.end(state, state)
    now[0] += 25 * 3600
    store.clear_away()
    assert sorted(store.register.jobs_of(5)) == [State.DELIVERED, State.QUEUED]
    store.close()


async def test_nobody_is_told_that_something_was_kept_or_forgotten_that_was_not(
    street: Street,
) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        await person.say("/settings")
        menu = await person.reads("How I paint for you")
        other = sqlite3.connect(street.folder / "first" / "stylegram.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            query = await person.press(menu, "Reset everything")
            assert "could not note that down" in await person.is_answered(query)
            await person.say("/forget")
            await person.reads("could not forget everything")
        finally:
            other.execute("ROLLBACK")
            other.close()
        assert atelier.desk.store.is_well is False
        await person.say("/forget")
        await person.reads("remember nothing")
        assert atelier.desk.store.is_well


async def test_what_is_over_when_the_disk_is_well_again_stays_over(street: Street) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person, other = atelier.person(), atelier.person()
        await other.photo(picture(1), caption=STYLE.name)
        early = await atelier.door.next()
        lock = sqlite3.connect(street.folder / "first" / "stylegram.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        try:
            early.happen(painted(early))
            await other.gets()
            await other.hears("deleteMessage")
            await person.photo(picture(2), caption=STYLE.name)
            late, _ = await atelier.paints(person)
            await person.hears("deleteMessage")
        finally:
            lock.execute("ROLLBACK")
            lock.close()
        await other.say("/queue")
        await other.reads("Nothing")
        store = atelier.desk.store
        assert store.is_well
        assert store.register.open_jobs() == []
        assert all(store.register.painting(handle.id) for handle in (early, late))
        street.crash()
    async with at_work(street.bench, street.address, data=street.folder / "next") as atelier:
        await resumed(atelier)
        await person.say("/queue")
        await person.reads("Nothing")
        assert atelier.door.idle


async def test_what_is_forgotten_is_in_no_file(street: Street) -> None:
    folder = street.folder / "first"

    def holds(words: bytes) -> bool:
        return any(words in path.read_bytes() for path in folder.iterdir() if path.is_file())

    async with at_work(street.bench, street.address, data=folder) as atelier:
        person = atelier.person()
        await person.photo(picture(1))
        await person.is_asked()
        await person.say("a word that nobody else says")
        await person.reads("no style called")
        content = atelier.desk.sessions.get((person.chat, person.user)).content
        assert content
        secrets = (content.file_id.encode(), b"a word that nobody else says")
        assert await asyncio.to_thread(holds, secrets[0])
        await person.say("/forget")
        await person.reads("remember nothing")
        assert [await asyncio.to_thread(holds, secret) for secret in secrets] == [False, False]


async def test_forgetting_empties_the_spool(street: Street) -> None:
    async with at_work(street.bench, street.address, data=street.folder / "first") as atelier:
        person = atelier.person()
        await person.photo(picture(1), caption=STYLE.name)
        handle = await atelier.door.next()
        refusal = ApiRefusal("Gateway Timeout", 504)
        street.bench.break_with(Fault("sendPhoto", refusal))
        handle.happen(painted(handle))
        await person.reads("did not confirm")
        spool = street.folder / "first" / "spool"
        assert len(await asyncio.to_thread(lambda: [*spool.iterdir()])) == 1
        await person.say("/forget")
        await person.reads("remember nothing")
        assert await asyncio.to_thread(lambda: [*spool.iterdir()]) == []
