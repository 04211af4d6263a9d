"""`python -m tests.bot.load [CHATS]`: many people send a photo at the same moment.

With `--rounds` everybody sends one after the other, with `--engine` they are truly painted.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from bot.demo.server import serving
from tests.bot.bench import Bench, Visitor
from tests.bot.door import picture
from tests.bot.process import environment, running


@dataclass(frozen=True)
class Report:
    """What a rush was like.

    Attributes:
        answers: how many messages of each kind each chat got, as method to count.
        strays: results that answered another photo than the chat's own.
        waiting: updates that the bot never took.
        replies: seconds from sending the photo to the first words about it.
        paintings: seconds from sending the photo to the painting.
        lags: seconds by which the bot's event loop was late, every hundredth of a second.
        memory: bytes that the bot took after each round.
    """

    answers: list[Counter[str]]
    strays: int
    waiting: int
    replies: list[float]
    paintings: list[float]
    lags: list[float]
    memory: list[float]


async def rush(chats: int, rounds: int = 1, *, engine: bool = False) -> Report:
    """Let that many people send a photo with a style at once, and again when all are painted."""
    async with serving() as demo:
        bench = Bench(demo)
        bench.log.patience *= 1 + chats
        people = [bench.account.add_person(f"Person {n}").id for n in range(chats)]
        visitors = [Visitor(bench, user, user) for user in people]
        # The stub reads no weights.
        weights = Path(os.environ.get("NST_WEIGHTS", "") if engine else "")
        settings = environment(demo.address, weights, STYLEGRAM_QUEUE=str(chats))
        if engine:
            settings["SPRINT_ENGINE"] = "true"
        async with running("tests.bot.sprint", **settings) as bot:
            await bench.log.until(lambda call: call.method == "setMyCommands")
            data = picture()
            told, memory = [], []
            for _ in range(rounds):
                told += await asyncio.gather(*(_one(visitor, data) for visitor in visitors))
                memory.append(bot.resident)
            assert await bot.stop() == 0
            lags = json.loads(bot.log.splitlines()[-1])
        mine = {call.chat for call in bench.calls} - {0}
        counters = [Counter(c.method for c in bench.calls if c.chat == chat) for chat in mine]
        return Report(
            answers=counters,
            strays=sum(not right for *_, right in told),
            waiting=len(bench.account.updates),
            replies=[reply for reply, *_ in told],
            paintings=[painting for _, painting, _ in told],
            lags=lags,
            memory=memory,
        )


async def _one(visitor: Visitor, data: bytes) -> tuple[float, float, bool]:
    """Seconds to the first words and to the painting; whether it answers the right photo."""
    photo = await visitor.photo(data, caption="mosaic")
    begun = perf_counter()
    # An engine as fast as this one may be first, before the words about it.
    call = await visitor.hears("sendMessage", "sendPhoto")
    replied = perf_counter() - begun
    painting = call if call.method == "sendPhoto" else await visitor.hears("sendPhoto")
    return replied, perf_counter() - begun, painting.reply_to == photo["message_id"]


def _row(name: str, seconds: list[float]) -> str:
    cuts = quantiles(seconds, n=100)
    numbers = (cuts[49], cuts[98], max(seconds))
    return f"{name:<28}" + "".join(f"{1000 * number:9.0f} ms" for number in numbers)


def _memory(sizes: list[float]) -> str:
    """At four moments, evenly spread: what leaks grows from one to the next."""
    moments = [sizes[len(sizes) * part // 4 - 1] for part in (1, 2, 3, 4)]
    return f"{'memory of the bot':<28}" + "".join(f"{size / 2**20:9.0f} MiB" for size in moments)


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.bot.load", description=__doc__)
    parser.add_argument("chats", type=int, nargs="?", default=200)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--engine", action="store_true")
    options = parser.parse_args()
    report = asyncio.run(rush(options.chats, options.rounds, engine=options.engine))
    lines = [
        f"{options.chats} chats, {len(report.paintings)} paintings",
        f"{report.waiting} updates lost, {report.strays} answers astray",
        f"{'':<28}{'median':>12}{'99 %':>12}{'worst':>12}",
        _row("photo to first words", report.replies),
        _row("photo to painting", report.paintings),
        _row("lag of the bot's event loop", report.lags),
        *([_memory(report.memory)] if options.rounds >= 4 else []),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
