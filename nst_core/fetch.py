"""A picture by link: http(s), bounded in size and time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nst_core.errors import FetchError

if TYPE_CHECKING:
    import aiohttp

__all__ = ["MAX_BYTES", "fetch", "is_link"]

MAX_BYTES: Final = 50 * 1024 * 1024
TIMEOUT: Final = 60.0


def is_link(text: str) -> bool:
    """Whether `text` is an http or https address."""
    return text.lower().startswith(("http://", "https://"))


async def fetch(url: str, *, limit: int = MAX_BYTES, timeout: float = TIMEOUT) -> bytes:  # noqa: ASYNC109
    """What a link holds.

    Args:
        url: an http or https address; redirects are followed.
        limit: most bytes to take.
        timeout: seconds for the whole download.

    Raises:
        FetchError: no answer, an answer that is no success, too many bytes or too slow.
    """
    import aiohttp  # loads half of asyncio's ecosystem, and most runs read files

    try:
        async with (
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=timeout), trust_env=True
            ) as session,
            session.get(url) as response,
        ):
            if response.status != 200:
                msg = f"The link answered {response.status} {response.reason}: {url}"
                raise FetchError(msg)
            return await _read(response.content, limit, url)
    except TimeoutError as error:
        msg = f"The link took longer than {timeout:g} seconds: {url}"
        raise FetchError(msg) from error
    except (aiohttp.ClientError, ValueError, OSError) as error:
        msg = f"The link could not be fetched: {url}"
        raise FetchError(msg) from error


async def _read(stream: aiohttp.StreamReader, limit: int, url: str) -> bytes:
    data = bytearray()
    async for chunk in stream.iter_any():
        data += chunk
        if len(data) > limit:
            msg = f"The link holds more than {limit // 2**20} MiB: {url}"
            raise FetchError(msg)
    return bytes(data)
