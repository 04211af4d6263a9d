"""`python -m tests.bot.crash [KILLS [SEED]]`: SIGKILL at random moments, and what becomes of jobs.

People send photos to a bot with an engine that paints in no time, on the demo server with faults
switched on; the bot is killed and started again. In the end every photo that was sent must have
one painting, and no progress message may stand there for ever.
"""

from __future__ import annotations

import asyncio
import random
import re
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.demo.server import serving
from tests.bot.bench import Bench, Visitor
from tests.bot.calls import Call
from tests.bot.door import picture
from tests.bot.process import environment, running

PEOPLE = 6
_CANCEL = re.compile(r"'callback_data': '(1:c:[0-9a-f]+)'")
# Telegram's bad days; each is in force for a few requests, again and again.
FAULTS: list[dict[str, Any]] = [
    {"kind": "error", "method": "sendPhoto", "error_code": 429, "retry_after": 1},
    {"kind": "error", "method": "sendPhoto", "error_code": 500},
    {"kind": "drop_before", "method": "sendPhoto"},
    {"kind": "drop_after", "method": "sendPhoto"},
    {"kind": "error", "method": "sendMessage", "error_code": 429, "retry_after": 1},
    {"kind": "error", "method": "editMessageText", "error_code": 500},
    {"kind": "drop_before", "method": "getFile"},
    {"kind": "hang_before", "method": "sendPhoto", "seconds": 0.3},
    {"kind": "hang_after", "method": "sendPhoto", "seconds": 0.3},
]


@dataclass
class Photo:
    """One that was sent, and what came of it."""

    visitor: Visitor
    message: int
    answers: list[Call] = field(default_factory=list)
    presses: int = 0

    @property
    def paintings(self) -> int:
        return sum(call.method in {"sendPhoto", "sendDocument"} for call in self.answers)

    @property
    def is_accepted(self) -> bool:
        return bool(self.answers)

    @property
    def is_given_up(self) -> bool:
        return any("brings me down" in call.text for call in self.answers)

    @property
    def is_unasked(self) -> bool:
        """Painted more often than asked for: once, and once for each press of "Send it again"."""
        return self.paintings > 1 + self.presses

    @property
    def is_asked(self) -> bool:
        return any("Send it again" in call.buttons for call in self.answers)


@dataclass(frozen=True)
class Report:
    """How it ended.

    Attributes:
        kills: how often the bot was killed.
        sent: photos that people sent.
        given_up: photos that were killed twice while they were painted, and so told.
        tidied: progress messages that nobody knew of any more, because the bot was killed before it
            could write them down; a person has pressed their button.
        unheard: photos that were never answered at all.
        outcomes: paintings a photo that was accepted, as a count of photos.
        asked: photos whose people were asked whether the painting had arrived.
        unasked: photos that have more paintings than their people asked for.
        stuck: progress messages that still stand there.
    """

    kills: int
    sent: int
    given_up: int
    tidied: int
    unheard: int
    outcomes: Counter[int]
    asked: int
    unasked: int
    stuck: int


class Town:
    """The people, and what they see."""

    def __init__(self, bench: Bench, chance: random.Random) -> None:
        self.bench = bench
        self.photos: dict[tuple[int, int], Photo] = {}
        self._chance = chance
        people = [bench.account.add_person(f"Person {n}").id for n in range(PEOPLE)]
        self._visitors = [Visitor(bench, user, user) for user in people]
        self._cursor = 0
        self.tidied = 0

    async def send(self) -> None:
        """Somebody sends a photo that names its style."""
        visitor = self._chance.choice(self._visitors)
        sent = await visitor.photo(picture(self._chance.randrange(99)), caption="mosaic")
        key = visitor.chat, sent["message_id"]
        self.photos[key] = Photo(visitor, sent["message_id"])

    def break_something(self) -> None:
        fault = {"times": self._chance.randint(1, 2), **self._chance.choice(FAULTS)}
        self.bench.account.faults.add(fault)

    async def look(self) -> None:
        """Read what has come, and press the button where a painting has not."""
        calls, self._cursor = self.bench.calls[self._cursor :], len(self.bench.calls)
        for call in calls:
            photo = self.photos.get((call.chat, call.reply_to or 0))
            if photo is None or call.refused:
                continue
            photo.answers.append(call)
        for photo in self.photos.values():
            await self._ask_for_it(photo)

    async def _ask_for_it(self, photo: Photo) -> None:
        # A press may be killed together with the bot: who still sees nothing presses again.
        asked = [call for call in photo.answers if "Send it again" in call.buttons]
        if asked and not photo.paintings:
            photo.presses += 1
            await photo.visitor.press(asked[-1], "Send it again")

    @property
    def stuck(self) -> list[tuple[int, int, str]]:
        """Messages with a button to cancel: where, which, and what the button carries."""
        return [
            (chat.id, number, found[1])
            for chat in self.bench.account.chats.values()
            for number, message in chat.messages.items()
            if (found := _CANCEL.search(str(message.json())))
        ]

    async def tidy(self) -> None:
        """Press what still stands there when all is over."""
        for chat, message, data in self.stuck:
            self.tidied += 1
            await Visitor(self.bench, chat, chat).press_data(data, message)


async def crash(
    kills: int,
    seed: int,
    *,
    module: str = "tests.bot.sprint",
    also: Callable[[], Awaitable[None]] | None = None,
    **settings: str,
) -> Report:
    """Kill the bot that often.

    Args:
        kills: how often.
        seed: of what people do, and when.
        module: the bot.
        also: does more harm, after each kill.
        settings: more environment for the bot.
    """
    chance = random.Random(seed)
    with TemporaryDirectory() as data:
        async with serving() as demo:
            town = Town(Bench(demo), chance)
            own = environment(
                demo.address,
                Path(),
                STYLEGRAM_DATA=data,
                STYLEGRAM_JOBS_PER_USER="100",
                STYLEGRAM_QUEUE="10000",
                SPRINT_PACE="0.02",
                STYLEGRAM_LOG_LEVEL="INFO",
            )
            for _ in range(kills):
                async with running(module, **own, **settings) as bot:
                    await bot.logs("is listening")
                    await _busy(town, chance.uniform(0.05, 1.5), chance)
                if also:
                    await also()
            town.bench.account.faults.clear()
            async with running(module, **own, **settings) as bot:
                await bot.logs("is listening")
                await _settled(town)
                assert await bot.stop() == 0
    accepted = [photo for photo in town.photos.values() if photo.is_accepted]
    return Report(
        kills=kills,
        sent=len(town.photos),
        given_up=sum(photo.is_given_up for photo in accepted),
        tidied=town.tidied,
        unheard=len(town.photos) - len(accepted),
        outcomes=Counter(photo.paintings for photo in accepted if not photo.is_given_up),
        asked=sum(photo.is_asked for photo in accepted),
        unasked=sum(photo.is_unasked for photo in accepted),
        stuck=len(town.stuck),
    )


async def _busy(town: Town, seconds: float, chance: random.Random) -> None:
    """Let people send photos until the bot is killed."""
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        await town.send()
        if chance.random() < 0.5:
            town.break_something()
        await town.look()
        await asyncio.sleep(chance.uniform(0, 0.3))


async def _settled(town: Town) -> None:
    """Wait until nothing more comes."""
    async with asyncio.timeout(120):
        while True:
            before = len(town.bench.calls)
            await asyncio.sleep(3)
            await town.look()
            if len(town.bench.calls) > before:
                continue
            if not town.stuck:
                return
            await town.tidy()


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    report = asyncio.run(crash(kills, seed))
    rows = [
        ("killed", report.kills),
        ("photos sent", report.sent),
        ("never answered", report.unheard),
        ("given up, and told so", report.given_up),
        ("tidied by a press", report.tidied),
        *((f"photos with {count} paintings", n) for count, n in sorted(report.outcomes.items())),
        ("asked whether it arrived", report.asked),
        ("more than asked for", report.unasked),
        ("progress messages left", report.stuck),
    ]
    sys.stdout.write("".join(f"{name:<28}{number:>6}\n" for name, number in rows))


if __name__ == "__main__":
    main()
