"""A demo server with people of whom the operator may have heard before the bot comes to work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.demo.server import serving
from tests.bot.atelier import Atelier, at_work
from tests.bot.bench import Bench, Visitor
from tests.bot.door import picture


class Town:
    """People, groups, and a bot that can be opened again and again on the same data."""

    def __init__(self, bench: Bench, address: str, data: Path) -> None:
        self.bench = bench
        self.address = address
        self.data = data

    def person(self, language: str = "en") -> Visitor:
        number = self.bench.account.add_person("Somebody", language).id
        return Visitor(self.bench, number, number)

    def group(self, *people: Visitor) -> list[Visitor]:
        """The same people in a group of theirs."""
        first, *others = [person.user for person in people]
        chat = self.bench.account.add_group("Group", [first, *others], [])
        return [Visitor(self.bench, person.user, chat.id) for person in people]

    def told(self, person: Visitor) -> list[str]:
        """All that the bot has ever said there."""
        return [call.text for call in self.bench.calls if call.chat == person.chat]

    @asynccontextmanager
    async def opens(self, **decided: Any) -> AsyncIterator[Atelier]:
        async with at_work(self.bench, self.address, data=self.data, **decided) as atelier:
            yield atelier


@asynccontextmanager
async def founded(data: Path) -> AsyncIterator[Town]:
    """A town whose bot keeps what it remembers there."""
    async with serving() as demo:
        yield Town(Bench(demo), demo.address, data)


def ids(*people: Visitor) -> frozenset[int]:
    """As the operator's lists name them."""
    return frozenset(person.chat for person in people)


async def greet(person: Visitor) -> None:
    """Say hello and be answered: what was said before, by anybody, is under way by then."""
    await person.say("/start")
    await person.reads("I paint")


async def order(person: Visitor, *, count: int = 1) -> None:
    """Order a painting, or as many with one album."""
    if count == 1:
        await person.photo(picture(1), caption="mosaic")
    else:
        await person.album(*map(picture, range(count)), caption="mosaic")


async def gets(atelier: Atelier, person: Visitor, *, count: int = 1) -> None:
    """Order, and get it."""
    await order(person, count=count)
    for _ in range(count):
        await atelier.paints(person)
