"""`python -m tests.cluster.load`: what a real cluster on this machine can do, in numbers.

How late events are and how many a worker really tells; what a broker takes; what travels; what a
job costs the bot. `benchmarks.scale` reckons with these numbers.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from bot.demo.server import serving
from nst_core import images
from nst_core.cluster import link
from nst_core.cluster.app import events
from nst_core.cluster.executor import CeleryExecutor
from nst_core.cluster.names import NAMES
from nst_core.cluster.sender import Sender
from nst_core.cluster.wire import Letter, Parcel, Presence, pack, unpack
from nst_core.executor.base import Finished, Job, Previewed, Progressed
from nst_core.settings import Settings
from nst_core.styles import Gallery
from tests.bot.bench import Bench, Visitor
from tests.bot.process import environment, running
from tests.cluster.broker import HOSTS, ROOT, Broker
from tests.cluster.crew import Crew

if TYPE_CHECKING:
    from kombu import Producer

PHOTO: Final = ROOT / "bot" / "demo" / "samples" / "lighthouse.jpg"
AURORA: Final = ROOT / "nst_core" / "styles" / "examples" / "aurora.jpg"
_NUMBERS: Final = count()
_METHODS: Final = (
    "sendMessage",
    "editMessageText",
    "editMessageMedia",
    "editMessageCaption",
    "sendChatAction",
    "sendPhoto",
    "deleteMessage",
)
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Place:
    """A broker, with people's places in it."""

    broker: Broker
    folder: Path

    def crew(self, number: int) -> Crew:
        place = self.folder / f"crew{next(_NUMBERS)}"
        place.mkdir()
        return Crew(self.broker, HOSTS[number], place)


@contextmanager
def opened() -> Iterator[Place]:
    """A broker of our own."""
    with TemporaryDirectory() as folder:
        broker = Broker(Path(folder) / "rabbit")
        try:
            broker.start()
            yield Place(broker, Path(folder))
        finally:
            broker.stop()


@asynccontextmanager
async def staffed(place: Place, number: int, step: float) -> AsyncIterator[CeleryExecutor]:
    """An executor and one worker."""
    crew = place.crew(number)
    executor = CeleryExecutor(place.broker.url(crew.host))
    try:
        await executor.start()
        crew.hire(step=step)
        yield executor
    finally:
        await executor.close()
        crew.dismiss()


# Events.


async def lateness(place: Place, number: int, step: float, seconds: float = 8.0) -> str:
    """How late events are, and how many come, where a step takes so long."""
    photo = PHOTO.read_bytes()
    settings = Settings(size=512, steps=round(seconds / step), preview_every=4)
    job = Job(id="one", user=1, content=photo, styles=(photo,), settings=settings)
    kinds: Counter[str] = Counter()
    late: list[float] = []
    async with staffed(place, number, step) as executor:
        handle = await executor.submit(job)
        async for event in handle.events():
            kinds[event.kind] += 1
            if isinstance(event, Progressed):
                # Its steps carry the time, by the clock that all processes of a machine share.
                late.append(time.monotonic() - event.losses["total"])
    return (
        f"steps of {1000 * step:4.0f} ms: late by {1000 * median(late):4.0f} ms, at most "
        f"{1000 * max(late):4.0f} ms; {kinds['progress'] / seconds:.1f} progress and "
        f"{kinds['preview'] / seconds:.1f} previews a second"
    )


# What travels.


def sizes() -> Iterator[str]:
    """Bytes of real messages."""
    photo, style = PHOTO.read_bytes(), next(iter(Gallery.load(None))).read()
    job = Job(id="0123456789abcdef", user=1, content=photo, styles=(style,))
    yield f"parcel, photo from Telegram and a style: {_size(parcel(job))}"
    step = Progressed(
        job=job.id, run="r" * 32, step=1, total=100, level=1, levels=3, share=0.5, seconds=1.0,
        eta=1.0, losses=dict.fromkeys(("total", "content", "style", "tv"), 0.5),
    )  # fmt: skip
    yield f"progress: {_size(letter(step))}"
    yield f"presence: {_size(pack(presence()))}"
    painting = images.decode(AURORA.read_bytes())
    height, width = painting.shape[:2]
    for side in (256, 512, 1024, 2048):
        factor = side / max(height, width)
        picture = images.resize(painting, round(factor * height), round(factor * width))
        preview, whole = images.encode_jpeg(picture, 85), images.encode_png(picture)
        shown = Previewed(job=job.id, run="r" * 32, step=1, total=100, image=preview)
        done = Finished(
            job=job.id, run="r" * 32, image=whole, width=side, height=side, seconds=1.0, report={}
        )
        yield f"{side} px: preview {_size(letter(shown))}, painting {_size(letter(done))}"


def parcel(job: Job) -> bytes:
    return pack(Parcel(ticket="t" * 16, bot="bot", job=job))


def letter(event: Progressed | Previewed | Finished) -> bytes:
    return pack(Letter(ticket="t" * 16, worker="worker-012345@gpu-host", lane=1024, event=event))


def presence() -> Presence:
    return Presence(
        worker="worker-012345@gpu-host", release="1.0", device="NVIDIA H100 80GB HBM3",
        memory=2**36, largest=4096, lane=4096, pace=1e8, seconds=1e4,
    )  # fmt: skip


def _size(data: bytes) -> str:
    return f"{len(data) / 1000:.1f} kB"


# The broker.


class Reader(threading.Thread):
    """Takes whatever comes to the bot, and throws it away."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self.ready = threading.Event()
        self.ends = threading.Event()
        self.taken = 0

    def run(self) -> None:
        from kombu import Consumer

        from nst_core.cluster.app import live

        with link.connect(self._url) as connection:
            queue = live(NAMES, "load", f"load{next(_NUMBERS)}")(connection.default_channel)
            queue.declare()
            consumer = Consumer(connection, [queue], on_message=self._take, auto_declare=False)
            consumer.consume()
            self.ready.set()
            while not self.ends.is_set():
                try:
                    connection.drain_events(timeout=0.1)
                except TimeoutError:
                    continue

    def _take(self, message: object) -> None:
        message.ack()  # type: ignore[attr-defined]
        self.taken += 1


def flood(place: Place, number: int, size: int, listeners: int, seconds: float = 4.0) -> str:
    """Messages a second through the exchange of events, each confirmed before the next."""
    url = place.broker.url(HOSTS[number])
    readers = [Reader(url) for _ in range(listeners)]
    for reader in readers:
        reader.start()
        reader.ready.wait()
    before = _busy(place.broker)
    with link.connect(url) as connection:
        producer = connection.Producer(exchange=events(NAMES), auto_declare=False)
        sent, begun = _publish(producer, os.urandom(size), seconds), seconds
        while min(reader.taken for reader in readers) < sent:
            time.sleep(0.01)
    spent = _busy(place.broker) - before
    for reader in readers:
        reader.ends.set()
        reader.join()
    return (
        f"{size / 1000:6.1f} kB to {listeners}: {sent / begun:6.0f} messages/s, "
        f"{sent * size / begun / 1e6:5.0f} MB/s, {1e6 * spent / sent:.0f} µs of the broker's CPU"
    )


def _publish(producer: Producer, body: bytes, seconds: float) -> int:
    end, sent = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        producer.publish(body, routing_key=NAMES.live("load"), delivery_mode=1, timeout=10)
        sent += 1
    return sent


async def parcels(place: Place, number: int, size: int, amount: int = 60) -> str:
    """Jobs handed over to the quorum queue, then taken from it."""
    url = place.broker.url(HOSTS[number])
    executor = CeleryExecutor(url)
    await executor.start()
    sender = Sender(url, NAMES, "bot")
    memory, spent = _resident(place.broker), _busy(place.broker)
    content = os.urandom(size)
    begun = time.monotonic()
    for n in range(amount):
        job = Job(id=f"job{n}", user=1, content=content, styles=(b"",))
        await sender.hand_over(Parcel(ticket=f"{n}", bot="bot", job=job), 512)
    handed, held = time.monotonic() - begun, _resident(place.broker)
    begun = time.monotonic()
    await asyncio.to_thread(_drain, url, amount)
    taken, spent = time.monotonic() - begun, _busy(place.broker) - spent
    await sender.close()
    await executor.close()
    return (
        f"{size / 1e6:.1f} MB: {amount / handed:.0f} handed over and {amount / taken:.0f} taken a "
        f"second, {1000 * spent / amount:.0f} ms of the broker's CPU each; memory "
        f"{memory / 2**20:.0f} MiB empty, {held / 2**20:.0f} MiB with {amount}"
    )


def _drain(url: str, amount: int) -> None:
    with link.connect(url) as connection:
        channel = connection.default_channel
        for _ in range(amount):
            while (message := channel.basic_get(NAMES.lane(512))) is None:
                time.sleep(0.01)
            channel.basic_ack(message.delivery_tag)


def _busy(broker: Broker) -> float:
    ticks = 0
    for pid in broker.pids():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def _resident(broker: Broker) -> int:
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in broker.pids()]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE")


# The bot.


async def bot_costs(
    place: Place, number: int, steps: int, step: float, jobs: int = 16, hands: int = 4
) -> str:
    """CPU seconds that a job costs the bot, some of them painted at a time."""
    crew = place.crew(number)
    async with serving() as demo:
        bench = Bench(demo)
        bench.log.patience *= jobs
        settings = environment(
            demo.address,
            Path(),
            STYLEGRAM_EXECUTOR="celery",
            STYLEGRAM_BROKER_URL=place.broker.url(crew.host),
            STYLEGRAM_STEPS=str(steps),
            STYLEGRAM_SIZE="512",
        )
        people = [bench.account.add_person(f"Person {n}").id for n in range(jobs)]
        visitors = [Visitor(bench, user, user) for user in people]
        photo = PHOTO.read_bytes()
        async with running("bot", **settings) as bot:
            await bot.logs("is listening")
            for _ in range(hands):
                crew.hire(step=step)
            await asyncio.sleep(2)
            idle = await _cost(lambda: bot.cpu, asyncio.sleep(4))
            spent = await _cost(lambda: bot.cpu, _all_painted(visitors, photo))
    crew.dismiss()
    calls = Counter(call.method for call in bench.calls)
    told = ", ".join(f"{calls[method] / jobs:.1f} {method}" for method in _METHODS)
    return (
        f"jobs of {steps} steps in {step * steps:.0f} s: {1000 * spent[0] / jobs:.0f} ms of the "
        f"bot's CPU each, {100 * idle[0] / idle[1]:.1f} % of a core while idle with {hands} "
        f"workers; a job has {told}"
    )


async def books(size: int) -> str:
    """What so many workers, and as many people who wait, cost the bot."""
    executor = CeleryExecutor("amqp://nowhere")
    words = [pack(replace(presence(), worker=f"worker{n}")) for n in range(size)]

    def hear_all() -> None:
        for word in words:
            executor._reception.heard(unpack(word))

    hear_all()
    for n in range(size):
        await executor.submit(Job(id=f"{n}", user=n, content=b"", styles=()))
    heard = _spent(hear_all)
    return (
        f"{size} workers, {size} waiting: {1e6 * heard / size:.0f} µs for a worker's word, "
        f"{1000 * _spent(executor.book.announce):.1f} ms to tell all their places, "
        f"{1000 * _spent(executor._watch.recount):.1f} ms for a round of the watch"
    )


def _spent(work: Callable[[], object]) -> float:
    """CPU seconds."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


async def _cost(clock: Callable[[], float], work: Awaitable[object]) -> tuple[float, float]:
    spent, begun = clock(), time.monotonic()
    await work
    return clock() - spent, time.monotonic() - begun


async def _all_painted(visitors: list[Visitor], photo: bytes) -> None:
    await asyncio.gather(*(_one(visitor, photo) for visitor in visitors))


async def _one(visitor: Visitor, photo: bytes) -> None:
    await visitor.photo(photo, caption="mosaic")
    await visitor.hears("sendPhoto")
    await visitor.hears("deleteMessage")


async def measure(place: Place) -> None:
    hosts = count()
    say("Events, from the worker's step to the bot:")
    for step in (0.5, 0.1, 0.02):
        say(await lateness(place, next(hosts), step))
    say("What travels:")
    for line in sizes():
        say(line)
    say("Through the broker's exchange of events, one publisher and some readers:")
    number = next(hosts)
    executor = CeleryExecutor(place.broker.url(HOSTS[number]))
    await executor.start()
    await executor.close()
    for size, listeners in ((400, 1), (400, 5), (50_000, 1), (1_000_000, 1)):
        say(await asyncio.to_thread(flood, place, number, size, listeners))
    say("Through its queue of jobs:")
    for size in (300_000, 3_000_000):
        say(await parcels(place, next(hosts), size))
    say("The bot:")
    for size in (10, 100, 1000):
        say(await books(size))
    for steps, step in ((60, 0.05), (240, 0.05), (12, 1.0)):
        say(await bot_costs(place, next(hosts), steps, step))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    argparse.ArgumentParser("python -m tests.cluster.load", description=__doc__).parse_args()
    with opened() as place:
        asyncio.run(measure(place))


if __name__ == "__main__":
    main()
