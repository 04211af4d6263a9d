"""Pictures behind links: fetched from machines that a stranger named, so with great care.

The guard sits where a connection begins: whatever the link says, however its machine is spelled
and whatever name servers answer, no connection is opened to an address that is not allowed.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final, Self, TypeAlias

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from telegram import Message, MessageEntity
from yarl import URL

from bot.errors import LinkReason, LinkRefused
from bot.hosts import Address, is_http_url, is_public
from bot.pictures import MAX_FILE_BYTES, probe
from nst_core.errors import ImageRejected, RejectReason

__all__ = ["IsAllowed", "Links", "link_in"]

logger = logging.getLogger(__name__)

IsAllowed: TypeAlias = Callable[[Address], bool]

PORTS: Final = frozenset({80, 443, 8080, 8443})
# Seconds until an answer begins, for each machine asked; and until all of it is here.
FIRST_BYTE: Final = 10.0
TOTAL: Final = 30.0
MAX_REDIRECTS: Final = 5
# Each may hold a whole file in memory.
AT_ONCE: Final = 8
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_HEADERS: Final = {"User-Agent": "Stylegram", "Accept-Encoding": "identity"}
_KINDS: Final[list[str | None]] = [MessageEntity.URL, MessageEntity.TEXT_LINK]
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SENDABLE: Final = re.compile(r"[!-~]+")
_FAILURES: Final = (aiohttp.ClientError, OSError, ValueError)
# Not the threads that everything else shares: a stranger's name server may never answer.
_ASKING: Final = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="names")


def link_in(message: Message) -> str | None:
    """The first http(s) link in a message's text or caption, None for one without any."""
    found = message.parse_entities(_KINDS) | message.parse_caption_entities(_KINDS)
    links = (_with_scheme(entity.url or text) for entity, text in found.items())
    return next(filter(is_http_url, links), None)


def _with_scheme(link: str) -> str:
    return link if _SCHEME.match(link) else f"https://{link}"


class Links:
    """Fetches pictures by their links.

    Args:
        is_allowed: whether to connect to an address.
        ports: the ports to connect to.
        resolver: what finds the addresses of a name; the system where None.
        first_byte: seconds until an answer begins, for each machine asked.
        total: seconds until all of it is here, redirects included.
    """

    def __init__(
        self,
        *,
        is_allowed: IsAllowed = is_public,
        ports: frozenset[int] = PORTS,
        resolver: AbstractResolver | None = None,
        first_byte: float = FIRST_BYTE,
        total: float = TOTAL,
    ) -> None:
        self._is_allowed = is_allowed
        self._ports = ports
        self._resolver = resolver or _System()
        self._first_byte = first_byte
        self._total = total
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Break off what is under way. Idempotent."""
        if self._session:
            await self._session.close()

    async def fetch(self, url: str) -> bytes:
        """The bytes behind a link, once they are known to be a picture.

        Raises:
            LinkRefused: there is no picture to be had.
            ImageRejected: there is one, and it cannot be painted.
        """
        async with self._slots:
            data = await self._download(url)
            try:
                await probe(data)
            except ImageRejected as error:
                if error.reason == RejectReason.NOT_A_PICTURE:
                    raise LinkRefused(LinkReason.NOT_A_PICTURE) from error
                raise
            return data

    async def _download(self, link: str) -> bytes:
        try:
            async with asyncio.timeout(self._total) as limit:
                return await self._follow(link)
        except _FAILURES as error:
            reason = LinkReason.TOO_SLOW if limit.expired() else _reason(error)
            logger.info("no picture from a link: %s, %s", reason, type(error).__name__)
            # The error holds the whole address, and an address may hold secrets.
            raise LinkRefused(reason) from None

    async def _follow(self, link: str) -> bytes:
        """What the link leads to in the end.

        A redirect from https to http is followed: the person could have sent that link as well,
        nothing secret goes along, and what comes back is trusted no more than over https.
        """
        url = _parsed(link)
        for _ in range(1 + MAX_REDIRECTS):
            async with await self._answer(url) as response:
                there = response.headers.get("Location")
                if response.status not in _MOVED or not there:
                    return await _body(response)
                url = url.join(_parsed(there))
        raise LinkRefused(LinkReason.TOO_MANY_REDIRECTS)

    async def _answer(self, url: URL) -> aiohttp.ClientResponse:
        is_plain = url.scheme in ("http", "https") and "@" not in url.raw_authority
        if not is_plain or not url.raw_host or url.port not in self._ports:
            raise LinkRefused(LinkReason.BAD_URL)
        logger.info("a picture is asked of %r", url.raw_host)
        async with asyncio.timeout(self._first_byte):
            return await self._http().get(url, allow_redirects=False)

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=self._resolver,
                use_dns_cache=False,
                socket_factory=self._socket,
                force_close=True,
                limit=0,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=_HEADERS,
                timeout=aiohttp.ClientTimeout(total=None),
                # A small answer must not unpack to an endless one.
                auto_decompress=False,
                # A proxy would connect for us, to wherever it likes.
                trust_env=False,
            )
        return self._session

    def _socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """A socket for this very address.

        Every connection passes here, those to addresses spelled out in a link too, which no
        resolver gets to see.
        """
        family, kind, protocol, _, address = info
        if not self._is_allowed(ip_address(address[0])):
            raise _Forbidden
        return socket.socket(family, kind, protocol)


class _Forbidden(OSError):
    """Counts as a connection that failed, so that another address of the name gets its turn."""


class _System(AbstractResolver):
    """Names as the system knows them."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name."""
        # As bytes, since Python's own encoding of names fails with errors that are no OSError.
        ask = partial(socket.getaddrinfo, host.encode(), port, family, socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(_ASKING, ask)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST,
            )
            for family, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """Nothing to release."""


def _parsed(link: str) -> URL:
    """The link, as it is where it can be sent so: signatures cover its very letters."""
    return URL(link, encoded=_SENDABLE.fullmatch(link) is not None)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    if response.status != HTTPStatus.OK:
        raise LinkRefused(LinkReason.REFUSED)
    if (response.content_length or 0) > MAX_FILE_BYTES:
        raise LinkRefused(LinkReason.TOO_BIG)
    data = bytearray()
    async for piece in response.content.iter_any():
        data += piece
        if len(data) > MAX_FILE_BYTES:
            raise LinkRefused(LinkReason.TOO_BIG)
    return bytes(data)


def _reason(error: Exception) -> LinkReason:
    match error:
        case aiohttp.ClientConnectorError(os_error=_Forbidden()):
            return LinkReason.FORBIDDEN_ADDRESS
        case aiohttp.InvalidURL():
            return LinkReason.BAD_URL
        # Before ValueError, of which certificates' errors are some too.
        case aiohttp.ClientError() | OSError():
            return LinkReason.UNREACHABLE
        case _:
            return LinkReason.BAD_URL
