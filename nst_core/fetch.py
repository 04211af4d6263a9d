"""A picture by link: http(s), bounded in size and time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from nst_core.errors import FetchError

if TYPE_CHECKING:
    import aiohttp

__all__ = ["MAX_BYTES", "OnBytes", "fetch", "is_link"]

MAX_BYTES: Final = 50 * 1024 * 1024
TIMEOUT: Final = 60.0
# Whoever can be reached at all can be reached within that many seconds.
_KNOCKING: Final = 15.0

OnBytes: TypeAlias = Callable[[int, int | None], object]
"""Is told how many bytes have come, and how many there will be, where that is known."""


def is_link(text: str) -> bool:
    """Whether `text` is an http or https address."""
    return text.lower().startswith(("http://", "https://"))


async def fetch(
    url: str,
    *,
    limit: int = MAX_BYTES,
    timeout: float = TIMEOUT,  # noqa: ASYNC109
    agent: str = "",
    on_bytes: OnBytes = lambda *_: None,
) -> bytes:
    """What a link holds.

    Args:
        url: an http or https address; redirects are followed, but never from https to http.
        limit: most bytes to take.
        timeout: seconds for the whole download.
        agent: who asks, as the server is told; empty for what the library says.
        on_bytes: is told how far it has come.

    Raises:
        FetchError: no answer, an answer that is no success, too many bytes or too slow.
    """
    import aiohttp  # loads half of asyncio's ecosystem, and most runs read files

    patience = aiohttp.ClientTimeout(total=timeout, sock_connect=_KNOCKING)
    headers = {"User-Agent": agent} if agent else {}
    try:
        async with (
            aiohttp.ClientSession(timeout=patience, headers=headers, trust_env=True) as session,
            session.get(url) as response,
        ):
            _check(response, url)
            return await _read(response, limit, url, on_bytes)
    except TimeoutError as error:
        is_silent = isinstance(error, aiohttp.ConnectionTimeoutError)
        took = min(timeout, _KNOCKING) if is_silent else timeout
        msg = f"The link took longer than {took:g} seconds: {url}"
        raise FetchError(msg) from error
    except aiohttp.NonHttpUrlRedirectClientError as error:
        msg = f"The link leads to what is neither http nor https: {url}"
        raise FetchError(msg, status=302) from error
    except (aiohttp.ClientError, ValueError, OSError) as error:
        msg = f"The link could not be fetched: {url}"
        raise FetchError(msg) from error


def _check(response: aiohttp.ClientResponse, url: str) -> None:
    way = [*(step.url.scheme for step in response.history), response.url.scheme]
    if ("https", "http") in pairwise(way):
        msg = f"The link leads from https to http: {url}"
        raise FetchError(msg, status=302)
    if response.status != 200:
        msg = f"The link answered {response.status} {response.reason}: {url}"
        raise FetchError(msg, status=response.status, wait=_wait(response.headers))


async def _read(response: aiohttp.ClientResponse, limit: int, url: str, on_bytes: OnBytes) -> bytes:
    data, total = bytearray(), response.content_length
    _bound(total or 0, limit, url)
    async for chunk in response.content.iter_any():
        data += chunk
        _bound(len(data), limit, url)
        on_bytes(len(data), total)
    return bytes(data)


def _bound(count: int, limit: int, url: str) -> None:
    if count > limit:
        msg = f"The link holds more than {limit // 2**20} MiB: {url}"
        raise FetchError(msg, status=200)


def _wait(headers: Mapping[str, str]) -> float | None:
    """The seconds of Retry-After, which may also be a date (RFC 9110, section 10.2.3)."""
    said = headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
