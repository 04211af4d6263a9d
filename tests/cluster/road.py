"""`forwarding`: another way to a port, that can be opened and closed at will."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["forwarding"]


@asynccontextmanager
async def forwarding(port: int, to: int) -> AsyncIterator[None]:
    """Pass on what comes to `port` while the block runs, and what is answered."""
    under_way: set[asyncio.Task[None]] = set()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection("127.0.0.1", to)
        for work in (_pour(reader, outer), _pour(inner, writer)):
            under_way.add(asyncio.create_task(work))

    server = await asyncio.start_server(meet, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(2**16):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
