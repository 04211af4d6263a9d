"""Being told by Telegram what people say."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from telegram import Update, WebhookInfo

from bot.app import UPDATES
from bot.bucket import Bucket
from bot.config import Door
from bot.health import Health
from bot.inbox import Inbox
from bot.keys import Keys
from bot.kinds import Bot
from bot.listening import TWINS, keep_on
from bot.metrics import Metrics, Turned
from bot.web import serving

__all__ = ["Webhook"]

logger = logging.getLogger(__name__)

_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
# Telegram's own updates have some kilobytes.
_LARGEST: Final = 1024 * 1024
_READING: Final = 10.0
# Telegram takes 30 answers a second.
_RATE: Final = 100.0
_BURST: Final = 200
_LOOKING: Final = 30.0
# More than one connection could overtake each other, and gaps in the numbers of updates are no
# sign of it: Telegram leaves out what was not asked for. One is enough, as each update is only
# noted down before it is answered.
_CONNECTIONS: Final = 1
_STATUS: Final[Mapping[Turned, int]] = MappingProxyType(
    {
        Turned.PATH: 404,
        Turned.METHOD: 405,
        Turned.SECRET: 401,
        Turned.TYPE: 400,
        Turned.SIZE: 413,
        Turned.SLOW: 408,
        Turned.RATE: 429,
        Turned.BROKEN: 400,
    }
)

Json: TypeAlias = dict[str, Any]


class Webhook:
    """A web server that puts updates into the inbox: a `Listener`.

    Args:
        bot: whose updates.
        inbox: where to put them.
        place: where to listen, and how Telegram reaches that.
        metrics: counts updates, and what was turned away.
        health: told when Telegram was heard.
        clock: what the rate is measured by, in seconds.
    """

    def __init__(
        self,
        bot: Bot,
        inbox: Inbox,
        place: Door,
        metrics: Metrics,
        health: Health,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bot = bot
        self._inbox = inbox
        self._place = place
        self._metrics = metrics
        self._health = health
        self._keys = Keys.of(self._bot.token)
        self._url = f"{place.webhook}/{self._keys.path}"
        self._bucket = Bucket(_RATE, _BURST, clock)
        self._turn = asyncio.Lock()
        self._is_set = False
        self._posted = 0.0
        self._stack = AsyncExitStack()

    @property
    def app(self) -> web.Application:
        """What answers Telegram, and nobody else.

        Any path is taken whose last part is right, so that it does not matter how much of it the
        proxy in front strips.
        """
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def run(self) -> None:
        """See `Listener.run`."""
        place = self._place
        port = await self._stack.enter_async_context(serving(self.app, place.host, place.port))
        logger.info("Updates are taken at port %d of %s.", port, place.host)
        await keep_on(self._bot, self._look_after)

    async def close(self) -> None:
        """Take nothing more; Telegram keeps what comes from now on."""
        await self._stack.aclose()

    async def _look_after(self) -> None:
        """See that Telegram knows where to, and still does after a while."""
        if not self._is_set:
            await self._set()
        await asyncio.sleep(_LOOKING)
        info = await self._bot.get_webhook_info()
        if info.url == self._url:
            self._judge(info)
        else:
            logger.error(TWINS)
            self._is_set = False

    async def _set(self) -> None:
        await self._bot.set_webhook(
            self._url,
            max_connections=_CONNECTIONS,
            allowed_updates=UPDATES,
            secret_token=self._keys.secret,
        )
        self._is_set = True
        self._posted = time.time()
        self._health.heard()

    def _judge(self, info: WebhookInfo) -> None:
        """Silence is no sign of anything; that Telegram has tried in vain is."""
        self._metrics.pending.set(info.pending_update_count)
        failed = info.last_error_date
        # Telegram counts whole seconds.
        if info.pending_update_count and failed and failed.timestamp() >= int(self._posted):
            logger.warning("Telegram cannot deliver updates: %s", info.last_error_message)
        else:
            self._health.heard()

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            self._check(request)
            # What began to arrive first is first, however slowly it comes.
            async with self._turn:
                self._take(_parsed(await _body(request)))
        except _Refusal as refusal:
            self._metrics.turned_away(refusal.reason)
            return web.Response(status=_STATUS[refusal.reason])
        return web.Response()

    def _check(self, request: web.Request) -> None:
        """Before anything is read.

        Raises:
            _Refusal: it does not come from Telegram, or is more than can be.
        """
        if not _same(request.path.rpartition("/")[2], self._keys.path):
            raise _Refusal(Turned.PATH)
        if request.method != "POST":
            raise _Refusal(Turned.METHOD)
        if not _same(request.headers.get(_HEADER, ""), self._keys.secret):
            raise _Refusal(Turned.SECRET)
        if request.content_type != "application/json":
            raise _Refusal(Turned.TYPE)
        if (request.content_length or 0) > _LARGEST:
            raise _Refusal(Turned.SIZE)
        if not self._bucket.take():
            raise _Refusal(Turned.RATE)

    def _take(self, known: Json) -> None:
        self._posted = time.time()
        self._health.heard()
        try:
            update = Update.de_json(known, self._bot)
        except Exception as error:  # noqa: BLE001 - there is no telling what will be invented
            # Refused, it would be sent again and again, and nothing else. It is for nobody's eyes.
            logger.error("An update could not be read: %s", type(error).__name__)  # noqa: TRY400
            self._metrics.turned_away(Turned.UNREADABLE)
        else:
            # It comes again where Telegram has not heard our answer.
            for new in self._inbox.take([update]):
                self._metrics.heard(new)


class _Refusal(Exception):
    def __init__(self, reason: Turned) -> None:
        super().__init__(reason)
        self.reason = reason


def _same(given: str, right: str) -> bool:
    """Whether they are the same; the time it takes tells nothing of how much of it is."""
    return hmac.compare_digest(given.encode(errors="surrogateescape"), right.encode())


async def _body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(_READING):
            return await request.read()
    except TimeoutError as error:
        raise _Refusal(Turned.SLOW) from error
    except web.HTTPRequestEntityTooLarge as error:
        raise _Refusal(Turned.SIZE) from error
    except (web.RequestPayloadError, HttpProcessingError, OSError) as error:
        raise _Refusal(Turned.BROKEN) from error


def _parsed(body: bytes) -> Json:
    try:
        known = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _Refusal(Turned.BROKEN) from error
    if not isinstance(known, dict) or not isinstance(known.get("update_id"), int):
        raise _Refusal(Turned.BROKEN)
    return known
