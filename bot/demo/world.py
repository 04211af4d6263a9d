"""All bots that this server serves; each lives in a world of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Final

from bot.demo.account import Account, Profile
from bot.demo.clock import Clock
from bot.demo.methods import execute
from bot.demo.wire import ApiError

__all__ = ["World"]

_TOKEN: Final = re.compile(r"([1-9]\d{0,15}):[\w-]+")


class World:
    """Bots by their id. Any token will do: a new one brings a new bot into being.

    Attributes:
        clock: the time that all go by.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self._accounts: dict[int, Account] = {}
        self._arrived = asyncio.Event()

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts.values())

    def account(self, token: str) -> Account:
        """The bot with that token.

        Raises:
            ApiError: it does not look like a token.
        """
        return self._accounts.get(_id_in(token)) or self.add(token)

    def add(
        self, token: str, name: str = "", username: str = "", *, privacy: bool = True
    ) -> Account:
        """A new bot; one with the same id is replaced in name only.

        Raises:
            ApiError: it does not look like a token.
        """
        number = _id_in(token)
        profile = Profile(
            username=username or f"demo_{number}_bot",
            names={"": name or f"Bot {number}"},
            privacy=privacy,
        )
        if number in self._accounts:
            account = self._accounts[number]
            account.profile = profile
            account.show_bot()
            return account
        account = self._accounts[number] = Account(number, profile, self.clock, execute)
        arrived, self._arrived = self._arrived, asyncio.Event()
        arrived.set()
        return account

    def find(self, number: int) -> Account | None:
        """The bot of that id, if there is one."""
        return self._accounts.get(number)

    async def next(self) -> None:
        """Wait until another bot comes."""
        await self._arrived.wait()

    async def close(self) -> None:
        """Let go of all that waits."""
        for account in self:
            await account.close()


def _id_in(token: str) -> int:
    found = _TOKEN.fullmatch(token)
    if not found:
        raise ApiError("Unauthorized: invalid token specified", 401)
    return int(found[1])
