"""Requests to the Bot API over aiohttp.

python-telegram-bot's own transport spends its time on book-keeping that grows with the square of
the requests under way: with 200 people at once, most of the processor went there.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
from contextlib import suppress
from typing import Any, Final

import aiohttp
from telegram import Update
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

__all__ = ["NEVER_SENT", "Ear", "Line", "Transport"]

logger = logging.getLogger(__name__)

NEVER_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""What a failed request is caused by where not a byte of it has left."""

# Telegram takes 30 messages a second. More connections would only wait for each other, and answers
# that come at once hold up the event loop together.
_CONNECTIONS: Final = 24
_CONNECT: Final = 10.0
_READ: Final = 30.0
_SEND: Final = 30.0
# 50 MB over a line of 2 Mbit/s.
_SEND_FILES: Final = 200.0
_ESCAPED: Final = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


class Transport(BaseRequest):
    """Sends requests and gives back what was answered.

    Args:
        direct: whether to leave the operator's HTTP(S)_PROXY aside, which knows nothing of a
            server on this machine.
    """

    __slots__ = ("_direct", "_session", "_slots")

    def __init__(self, *, direct: bool = False) -> None:
        self._direct = direct
        self._session: aiohttp.ClientSession | None = None
        # Not the session's own limit: nobody's time runs out while he waits for his turn.
        self._slots = asyncio.Semaphore(_CONNECTIONS)

    @property
    def read_timeout(self) -> float:
        """Seconds without a byte of the answer, unless the request says otherwise."""
        return _READ

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """What was answered; nothing of it goes into the log, where it is no JSON.

        Raises:
            TelegramError: it is no JSON object.
        """
        with suppress(ValueError):
            answer = json.loads(payload)
            if isinstance(answer, dict):
                return answer
        msg = "Invalid server response"
        raise TelegramError(msg)

    async def initialize(self) -> None:
        """Open the session. Idempotent."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                trust_env=not self._direct,
            )

    async def shutdown(self) -> None:
        """Close the session. Idempotent."""
        if self._session:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - nobody is turned away
    ) -> tuple[int, bytes]:
        """Status and body of the answer.

        Raises:
            TimedOut: nothing came, for too long.
            NetworkError: the connection failed; its cause says how.
        """
        if self._session is None:
            msg = "not initialized"
            raise RuntimeError(msg)
        read = _seconds(read_timeout, _READ)
        connect = _seconds(connect_timeout, _CONNECT)
        has_files = bool(request_data and request_data.contains_files)
        send = _seconds(write_timeout, _SEND_FILES if has_files else _SEND)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect, sock_read=read)
        try:
            async with self._slots:
                # Until the answer begins; what follows may take long, but must not pause.
                async with asyncio.timeout(connect + send + read):
                    response = await self._session.request(
                        method,
                        URL(url, encoded=True),
                        data=_body(request_data),
                        timeout=timeout,
                        allow_redirects=False,
                    )
                async with response:
                    return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            msg = f"{type(error).__name__}: {error}"
            raise NetworkError(msg) from error


def _seconds(given: object, default: float) -> float:
    return float(given) if isinstance(given, int | float) else default


def _body(data: RequestData | None) -> dict[str, str] | aiohttp.FormData | None:
    if data is None:
        return None
    if not data.contains_files:
        return data.json_parameters
    # The names of files go as they are, like those of a browser.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        plain = filename.translate(_ESCAPED)
        # Read piece by piece, so that a large one does not hold up everybody else.
        pieces = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, pieces, filename=plain, content_type=kind)
    return form


class Ear(Transport):
    """A transport for updates, of which one that cannot be read does not hide the others.

    python-telegram-bot reads all of an answer or nothing, writes what it could not read into the
    log, and would ask for the same again and again.
    """

    __slots__ = ()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """What Telegram answered; of updates that cannot be read their numbers alone."""
        answer = Transport.parse_json_payload(payload)
        if isinstance(answer.get("result"), list):
            answer["result"] = [_readable(update) for update in answer["result"]]
        return answer


def _readable(update: dict[str, Any]) -> dict[str, Any]:
    try:
        Update.de_json(update, None)
    except Exception as error:  # noqa: BLE001 - whatever is new or odd in it
        logger.error("An update could not be read: %s", type(error).__name__)  # noqa: TRY400
        return {"update_id": update["update_id"]}
    return update


class Line:
    """The two connections of a bot: it talks over the one while it listens to the other."""

    def __init__(self, *, direct: bool = False) -> None:
        self.talking = Transport(direct=direct)
        self.hearing = Ear(direct=direct)

    async def close(self) -> None:
        """Close both, also where the bot never got as far as using them."""
        await self.talking.shutdown()
        await self.hearing.shutdown()
