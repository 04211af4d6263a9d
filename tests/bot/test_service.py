"""The bot as a process: long jobs, the queue, ways to stop, and what prevents a start."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio
from lo_bot_api_emulator import ApiRefusal

from bot.service import SOFTWARE
from bot.store import Store
from nst_core.styles import Gallery
from tests.bot.calls import TOKEN, Call, Fault
from tests.bot.door import picture
from tests.bot.emulator import Emulator, Person, serving
from tests.bot.process import BotProcess, environment, running, without_sketches
from tests.bot.street import ORDER

pytestmark = pytest.mark.asyncio(loop_scope="module")

STYLE = next(iter(Gallery.load(None)))
SECRET = TOKEN.partition(":")[2]


@dataclass
class Studio:
    """A bot whose paintings take longer than any test."""

    server: Emulator
    bot: BotProcess


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def studio(random_weights: Path) -> AsyncIterator[Studio]:
    server = Emulator()
    server.faults = [
        Fault("setMyCommands", ApiRefusal("Bad Request: BOT_COMMAND_INVALID")),
        Fault("getUpdates", ApiRefusal("Conflict: terminated by other getUpdates request", 409)),
        Fault("getUpdates", ApiRefusal("Bad Gateway", 502)),
    ]
    async with serving(server.app()) as address:
        settings = environment(
            address,
            random_weights,
            STYLEGRAM_SIZE="256",
            STYLEGRAM_STEPS="400",
            STYLEGRAM_JOBS_PER_USER="2",
        )
        async with running(**settings) as bot:
            await bot.logs("is listening")
            yield Studio(server, bot)


async def begin(person: Person) -> int:
    """Order a painting; the id of its progress message."""
    await person.photo(picture(width=300, height=200), caption=STYLE.name)
    return (await person.hears("sendMessage")).message_id


def says(words: str, call: Call) -> bool:
    return words in call.text


async def test_trouble_at_the_start_is_one_clear_line_each(studio: Studio) -> None:
    await studio.bot.logs("the menu of commands was not set")
    await studio.bot.logs("Another program is running with the same BOT_TOKEN")
    await studio.bot.logs("No updates from Telegram for the moment: Bad Gateway")
    person = Person(studio.server, 2000)
    await person.say("/start")
    await person.reads("Hello! I paint")
    assert "Traceback" not in studio.bot.log


async def test_the_queue_and_the_progress_are_shown(studio: Studio) -> None:
    first, second, third = (Person(studio.server, 2001 + number) for number in range(3))
    for person, words in ((first, ""), (second, "You are next"), (third, "number 2")):
        await begin(person)
        await person.hears("editMessageText", where=partial(says, words))
    progress = [await first.hears("editMessageText", where=lambda c: "%" in c.text)]
    progress += [await first.hears("editMessageText")]
    assert all(list(call.buttons) == ["Cancel"] for call in progress)
    assert all(earlier.text != later.text for earlier, later in pairwise(progress))
    # The button ends the running job, and the next one begins.
    query = await first.press(progress[-1], "Cancel")
    assert "Stopping" in await first.is_answered(query)
    last = await first.hears("editMessageText", where=lambda call: not call.buttons)
    assert "Cancelled" in last.text
    await third.hears("editMessageText", where=lambda call: "You are next" in call.text)
    await second.hears("editMessageText", where=lambda call: "%" in call.text)
    query = await first.press_data(progress[-1].buttons["Cancel"], last.message_id)
    assert "over already" in await first.is_answered(query)
    # And /cancel ends the waiting as well as the running.
    for person in (third, second):
        await person.say("/cancel")
        await person.reads("Stopped")
        await person.hears("editMessageText", where=lambda call: "Cancelled" in call.text)


async def test_one_person_does_not_get_everything(studio: Studio) -> None:
    person = Person(studio.server, 2010)
    await begin(person)
    await begin(person)
    await person.photo(picture(3), caption=STYLE.name)
    await person.reads("already busy with 2 of yours")
    await person.say("/cancel")
    await person.reads("Stopped: 2 paintings")
    await begin(person)
    await person.say("/cancel")
    await person.reads("Stopped. Send")


async def test_a_refused_order_is_not_forgotten(studio: Studio) -> None:
    person = Person(studio.server, 2011)
    await begin(person)
    await begin(person)
    await person.photo(picture(4))
    question = await person.is_asked()
    query = await person.press(question, STYLE.title)
    assert "already busy with 2 of yours" in await person.is_answered(query)
    await person.say("/cancel")
    await person.reads("Stopped: 2 paintings")


async def test_two_presses_are_one_order(studio: Studio) -> None:
    person = Person(studio.server, 2012)
    await person.photo(picture(5))
    question = await person.is_asked()
    queries = [await person.press(question, STYLE.title) for _ in range(2)]
    assert await person.is_answered(queries[0]) == ""
    assert "on it already" in await person.is_answered(queries[1])
    await person.say("/cancel")
    await person.reads("Stopped. Send")


async def test_anybody_may_stop_what_somebody_anonymous_began(studio: Studio) -> None:
    admin, member = Person(studio.server, 2013, -6001), Person(studio.server, 2014, -6001)
    group = {"id": -6001, "type": "group", "title": "Painters"}
    for _ in range(2):
        await admin.photo(picture(6), caption=f"/{STYLE.name}", sender_chat=group)
        progress = await member.hears("sendMessage")
    # It is the group that has as many as one may have, not whoever Telegram names instead.
    await admin.photo(picture(6), caption=f"/{STYLE.name}", sender_chat=group)
    await member.reads("already busy with 2 of yours")
    query = await member.press(progress, "Cancel")
    assert "Stopping" in await member.is_answered(query)
    await admin.say("/cancel", sender_chat=group)
    await member.reads("Stopped. Send")


# The last test with this bot: it ends it.
async def test_sigterm_tells_those_who_wait_and_leaves_with_zero(studio: Studio) -> None:
    people = [Person(studio.server, 2020), Person(studio.server, 2021)]
    messages = []
    # One after the other: who is first in the queue is not who first saw a progress message.
    for person, words in zip(people, ("%", "You are next"), strict=True):
        messages.append(await begin(person))
        await person.hears("editMessageText", where=partial(says, words))
    began = asyncio.get_running_loop().time()
    assert await studio.bot.stop(signal.SIGTERM) == 0
    assert asyncio.get_running_loop().time() - began < 9
    for person, message in zip(people, messages, strict=True):
        word = await person.hears("editMessageText", where=lambda call: not call.buttons)
        assert word.message_id == message
        assert "being restarted" in word.text
    assert SECRET not in studio.bot.log


async def test_sigterm_does_not_wait_for_a_compiler(random_weights: Path) -> None:
    server = Emulator()
    async with (
        serving(server.app()) as address,
        running(**environment(address, random_weights, STYLEGRAM_STEPS="10000")) as bot,
    ):
        await bot.logs("is listening")
        person = Person(server, 2030)
        await begin(person)
        # The first edit comes 2.5 seconds after the beginning, mostly in the midst of compiling.
        await person.hears("editMessageText", where=lambda call: "queue" not in call.text)
        began = asyncio.get_running_loop().time()
        assert await bot.stop(signal.SIGTERM) == 0
        assert asyncio.get_running_loop().time() - began < 9
        await person.hears("editMessageText", where=partial(says, "being restarted"))


async def test_no_token_ends_with_a_hint() -> None:
    async with running() as bot:
        assert await bot.ends() == 2
        assert bot.log.count("\n") == 1
        assert bot.log.startswith("BOT_TOKEN is not set")
        assert "@BotFather" in bot.log


async def test_every_wrong_setting_is_named() -> None:
    async with running(BOT_TOKEN=TOKEN, STYLEGRAM_SIZE="big", STYLEGRAM_STEPS="-1") as bot:
        assert await bot.ends() == 2
        lines = bot.log.splitlines()
        assert [line.split()[0] for line in lines] == ["STYLEGRAM_SIZE", "STYLEGRAM_STEPS"]


async def test_a_wrong_token_ends_with_one_line(random_weights: Path) -> None:
    server = Emulator()
    server.faults = [Fault("getMe", ApiRefusal("Unauthorized", 401), times=99)]
    async with (
        serving(server.app()) as address,
        running(**environment(address, random_weights)) as bot,
    ):
        assert await bot.ends() == 1
        assert "does not know this BOT_TOKEN" in bot.log
        assert "Traceback" not in bot.log
        assert SECRET not in bot.log


async def test_a_token_that_is_refused_once_and_later_for_good(random_weights: Path) -> None:
    server = Emulator()
    server.faults = [Fault("getUpdates", ApiRefusal("Not Found", 404))]
    async with (
        serving(server.app()) as address,
        running(**environment(address, random_weights)) as bot,
    ):
        await bot.logs("No updates from Telegram for the moment: Not Found")
        person = Person(server, 2040)
        await person.say("/start")
        await person.reads("Hello! I paint")
        gone = ApiRefusal("Unauthorized", 401)
        server.faults = [Fault(name, gone, times=99) for name in ("getUpdates", "getMe")]
        await person.say("/start")
        assert await bot.ends() == 1
        assert "does not know this BOT_TOKEN" in bot.log
        assert "Traceback" not in bot.log
        assert SECRET not in bot.log


async def test_missing_weights_are_one_line_and_sketches_for_everybody(tmp_path: Path) -> None:
    server = Emulator()
    async with (
        serving(server.app()) as address,
        running(**environment(address, tmp_path / "none.h5")) as bot,
    ):
        await bot.logs("is listening")
        person = Person(server, 2050)
        await begin(person)
        sent = await person.hears("sendPhoto")
        assert f"{STYLE.title}, sketched in" in sent.text
        assert "Only a sketch for now" in sent.text
        assert await bot.stop() == 0
        assert bot.log.count("nst weights --fetch") == 1
        # Nobody had to wait for the engine before being heard.
        assert bot.log.index("is listening") < bot.log.index("Ready.")
        assert "Traceback" not in bot.log


async def test_neither_weights_nor_sketches_end_with_one_line(tmp_path: Path) -> None:
    server = Emulator()
    settings = without_sketches(tmp_path)
    async with (
        serving(server.app()) as address,
        running(**environment(address, tmp_path / "none.h5", **settings)) as bot,
    ):
        assert await bot.ends() == 1
        assert "CRITICAL" in bot.log
        assert "weights" in bot.log
        assert "Traceback" not in bot.log


async def test_an_engine_that_cannot_be_had_costs_no_painting(tmp_path: Path) -> None:
    server = Emulator()
    async with serving(server.app()) as address:
        data = tmp_path / "data"
        settings = environment(address, tmp_path / "none.h5", STYLEGRAM_DATA=str(data))
        person = Person(server, 2055)
        async with running("tests.bot.sprint", SPRINT_HANGS="1", **settings) as bot:
            await begin(person)
            assert await bot.stop() == 0
            await person.hears("editMessageText", where=partial(says, "being restarted"))
        async with running(**settings, **without_sketches(tmp_path)) as bot:
            assert await bot.ends() == 1
            assert "goes on, which was" in bot.log
            assert "Traceback" not in bot.log
            # And not that there will be no painting.
            await person.hears("editMessageText", where=partial(says, "being restarted"))
        async with running("tests.bot.sprint", **settings):
            await person.hears("sendPhoto")


async def test_what_nobody_foresaw_is_in_the_log_before_the_process_is_left_by_force(
    tmp_path: Path, random_weights: Path
) -> None:
    store = Store(tmp_path)
    store.register.accept("job", ORDER)
    store.close()
    with closing(sqlite3.connect(tmp_path / "stylegram.db")) as database, database:
        database.execute("UPDATE jobs SET result = '{'")
    server = Emulator()
    async with serving(server.app()) as address:
        settings = environment(address, random_weights, STYLEGRAM_DATA=str(tmp_path))
        # It breaks down while the engine gets ready, which cannot be interrupted.
        async with running(**settings) as bot:
            assert await bot.ends() == 1
            assert bot.log.count("The bot broke down.") == 1
            assert "JSONDecodeError" in bot.log


async def test_a_wrong_folder_of_styles_ends_with_one_line(
    tmp_path: Path, random_weights: Path
) -> None:
    (tmp_path / "styles.toml").write_text("[")
    settings = environment("http://127.0.0.1:9", random_weights, STYLEGRAM_STYLES=str(tmp_path))
    async with running(**settings) as bot:
        assert await bot.ends() == 1
        assert "styles.toml" in bot.log
        assert "Traceback" not in bot.log


async def test_a_hung_engine_ends_the_process(tmp_path: Path) -> None:
    server = Emulator()
    async with serving(server.app()) as address:
        settings = environment(
            address, tmp_path, STYLEGRAM_DATA=str(tmp_path), STYLEGRAM_JOB_MINUTES="0.01"
        )
        person = Person(server, 2060)
        async with running("tests.bot.sprint", SPRINT_HANGS="1", **settings) as bot:
            await begin(person)
            await person.reads("takes longer than I may")
            # It was told to stop, and is at it still.
            assert await bot.ends() == SOFTWARE
            assert "The compute thread hangs" in bot.log
            assert "Traceback" not in bot.log
        async with running("tests.bot.sprint", **settings):
            await begin(person)
            await person.hears("sendPhoto")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_an_unreachable_telegram_is_waited_for(random_weights: Path, number: int) -> None:
    async with running(**environment("http://127.0.0.1:9", random_weights)) as bot:
        await bot.logs("Telegram cannot be reached, again in 1 s")
        await bot.logs("again in 2 s")
        assert await bot.stop(number) == 0
        assert "Unclosed" not in bot.log
        assert "Traceback" not in bot.log
