"""Faults on order: what Telegram and the net do to a bot on a bad day."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from bot.demo.wire import ApiError, Json, Params, too_many

__all__ = ["CODES", "DOWNLOAD", "KINDS", "Dropped", "Fault", "Faults", "parse"]

KINDS: Final = ("error", "hang_before", "hang_after", "drop_before", "drop_after", "slow")
DOWNLOAD: Final = "download"
"""What stands for a method where a file is fetched."""
_WORDS: Final = {
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request",
    413: "Request Entity Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
CODES: Final = (*sorted(_WORDS), 429)
"""The refusals that have words of their own."""


class Dropped(Exception):
    """The connection is to be cut without an answer."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault.

    Attributes:
        method: the method that it hits, "*" for any.
        chat: only requests for this chat, if there is one.
        left: how many requests it will still hit.
        seconds: how long it hangs.
        rate: bytes per second that are read of a request's body.
    """

    id: int
    method: str
    kind: str
    left: int = 1
    chat: int | None = None
    error: ApiError | None = None
    seconds: float = 0.0
    rate: float = 0.0

    def hits(self, method: str, chat: str) -> bool:
        """Whether it is meant for a request."""
        method_fits = self.method in ("*", method)
        return self.left > 0 and method_fits and (self.chat is None or str(self.chat) == chat)

    def json(self) -> Json:
        """For the control door."""
        return {
            "id": self.id,
            "method": self.method,
            "kind": self.kind,
            "left": self.left,
            "chat_id": self.chat,
        }


class Faults:
    """The faults that are in force for one bot."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._faults: list[Fault] = []
        self._over = asyncio.Event()

    def __iter__(self) -> itertools.chain[Fault]:
        return itertools.chain(self._faults)

    def add(self, given: Json) -> Fault:
        """Put a fault in force.

        Raises:
            ValueError: it makes no sense; the words say why.
        """
        fault = parse(next(self._ids), given)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Put all out of force, and let go on what hangs."""
        self._faults.clear()
        over, self._over = self._over, asyncio.Event()
        over.set()

    def take(self, method: str, params: Params) -> Fault | None:
        """The fault that hits a request, which is used up by that."""
        return self._take(method.lower(), params.text("chat_id"), slow=False)

    async def before(self, fault: Fault | None) -> None:
        """What happens before the request is done.

        Raises:
            ApiError: the fault's own refusal.
            Dropped: the connection is to be cut.
        """
        match fault:
            case Fault(error=ApiError() as error):
                raise error
            case Fault(kind="drop_before"):
                raise Dropped
            case Fault(kind="hang_before", seconds=seconds):
                await _pause(seconds, self._over)

    async def after(self, fault: Fault | None) -> None:
        """What happens between the deed and the answer.

        Raises:
            Dropped: the connection is to be cut.
        """
        match fault:
            case Fault(kind="drop_after"):
                raise Dropped
            case Fault(kind="hang_after", seconds=seconds):
                await _pause(seconds, self._over)

    def pace(self, method: str) -> Callable[[int], Awaitable[None]]:
        """How fast the body of a request is read."""
        fault, over = self._take(method.lower(), "", slow=True), self._over

        async def wait(size: int) -> None:
            if fault:
                await _pause(size / fault.rate, over)

        return wait

    def _take(self, method: str, chat: str, *, slow: bool) -> Fault | None:
        for fault in self._faults:
            if (fault.kind == "slow") is slow and fault.hits(method, chat):
                fault.left -= 1
                self._faults = [each for each in self._faults if each.left > 0]
                return fault
        return None


async def _pause(seconds: float, over: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(over.wait(), seconds)
    except TimeoutError:
        return


def parse(number: int, given: Json) -> Fault:
    """A fault as the control door is told of it.

    Raises:
        ValueError: it makes no sense; the words say why.
    """
    kind = given.get("kind")
    if kind not in KINDS:
        msg = f"kind must be one of {', '.join(KINDS)}"
        raise ValueError(msg)
    fault = Fault(
        id=number,
        method=str(given.get("method", "*")).lower(),
        kind=kind,
        left=int(given.get("times", 1)),
        chat=given.get("chat_id"),
        error=_error(given) if kind == "error" else None,
        seconds=float(given.get("seconds", 0)),
        rate=float(given.get("rate", 0)),
    )
    _check(fault, given)
    return fault


def _check(fault: Fault, given: Json) -> None:
    problems = {
        "times must be at least 1": fault.left < 1,
        "a fault that hangs needs seconds": fault.kind.startswith("hang") and not fault.seconds > 0,
        "a slow upload needs a rate": fault.kind == "slow" and not fault.rate > 0,
        "a slow upload is told by its method, before the chat is known": (
            fault.kind == "slow" and fault.chat is not None
        ),
        "error_code must be from 400 to 599": not 400 <= int(given.get("error_code", 500)) < 600,
        "retry_after must be at least 1": int(given.get("retry_after", 1)) < 1,
    }
    for words, found in problems.items():
        if found:
            raise ValueError(words)


def _error(given: Json) -> ApiError:
    code = int(given.get("error_code", 500))
    wait = {"retry_after": int(given["retry_after"])} if "retry_after" in given else {}
    if code == 429 and "description" not in given:
        return too_many(int(given.get("retry_after", 1)))
    return ApiError(str(given.get("description") or _WORDS.get(code, "Bad Request")), code, wait)
