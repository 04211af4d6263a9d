"""Updates that are pushed to a bot's own server, in order within a chat."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

import aiohttp

from bot.demo.clock import Clock
from bot.demo.presence import Presence
from bot.demo.updates import Updates
from bot.demo.wire import Json, Params, bad, conflict, parse_json
from bot.hosts import is_http_url

__all__ = ["Webhook"]

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{0,256}")
_CONNECTIONS: Final = 40
_MOST_CONNECTIONS: Final = 100
_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 30.0
_TIMEOUT: Final = aiohttp.ClientTimeout(total=60)

Execute = Callable[[Json], Awaitable[None]]


class Webhook:
    """Where the updates of one bot go, if it has set a webhook.

    Args:
        updates: the bot's queue.
        execute: does what the answer to an update asks for.
        presence: told whether the bot's server answers.
    """

    def __init__(
        self,
        updates: Updates,
        clock: Clock,
        execute: Execute,
        presence: Presence,
    ) -> None:
        self.url = ""
        self._updates = updates
        self._clock = clock
        self._execute = execute
        self._presence = presence
        self._secret = ""
        self._connections = _CONNECTIONS
        self._error: tuple[int, str] | None = None
        self._busy: dict[object, int] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def info(self) -> Json:
        """As `WebhookInfo`."""
        known: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }
        if self.url:
            known["max_connections"] = self._connections
        if self._error:
            known["last_error_date"], known["last_error_message"] = self._error
        if self._updates.allowed:
            known["allowed_updates"] = self._updates.allowed
        return known

    async def set(self, params: Params) -> bool:
        """Begin to deliver to another place; whether that is any change.

        Raises:
            ApiError: the place or the secret is not acceptable.
        """
        url, secret = params.text("url").strip(), params.text("secret_token")
        _check(url, secret)
        wanted = params.whole("max_connections", _CONNECTIONS)
        connections = min(max(wanted, 1), _MOST_CONNECTIONS)
        if (url, secret, connections) == (self.url, self._secret, self._connections):
            return False
        await self.close()
        self.url, self._secret, self._connections = url, secret, connections
        self._error = None
        self._updates.interrupt(conflict("terminated by setWebhook request"))
        self._presence.come()
        self._start(self._deliver())
        return True

    async def close(self) -> None:
        """Deliver nothing more."""
        if self.url:
            self._presence.leave()
        self.url = ""
        # The answer to an update may have asked for this.
        tasks = self._tasks - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._busy.clear()

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self) -> None:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            while True:
                await self._updates.arrived.wait()
                for update in self._updates.all():
                    self._begin(session, update)
                self._updates.arrived.clear()

    def _begin(self, session: aiohttp.ClientSession, update: Json) -> None:
        """Deliver an update, unless one of the same chat is on its way."""
        lane = _lane(update)
        if lane not in self._busy and len(self._busy) < self._connections:
            self._busy[lane] = update["update_id"]
            self._start(self._push(session, lane, update))

    async def _push(self, session: aiohttp.ClientSession, lane: object, update: Json) -> None:
        pause = _FIRST_PAUSE
        while (answer := await self._taken(session, update)) is None:
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        self._presence.come()
        self._updates.drop(update["update_id"])
        self._busy.pop(lane, None)
        if self._updates:
            self._updates.arrived.set()
        if "method" in answer:
            await self._execute(answer)

    async def _taken(self, session: aiohttp.ClientSession, update: Json) -> Json | None:
        """What the bot's server answers; None where it does not take the update."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret} if self._secret else {}
        try:
            async with session.post(self.url, json=update, headers=headers) as response:
                if response.ok:
                    return _object(await response.read())
                words = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            words = f"Connection failed: {error}"
        self._error = int(self._clock.now()), words
        self._presence.leave()
        return None


def _object(body: bytes) -> Json:
    """The JSON object that a body holds; empty where it holds none."""
    try:
        known = parse_json(body)
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}


def _check(url: str, secret: str) -> None:
    if len(secret) > 256:
        raise bad("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    # Like a Bot API server of one's own in local mode, plain http and any port will do.
    if not is_http_url(url):
        raise bad("invalid webhook URL specified")


def _lane(update: Json) -> object:
    """What keeps its order: a chat."""
    for content in update.values():
        if isinstance(content, dict):
            message = content.get("message", content)
            chat = message.get("chat") if isinstance(message, dict) else None
            if isinstance(chat, dict):
                return str(chat.get("id"))
    return update["update_id"]
