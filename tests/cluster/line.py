"""`Line`: a way to the broker that can be cut, and be full."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Final

from tests.cluster.broker import Broker

__all__ = ["Line", "line_to"]

_CHUNK: Final = 2**14
_LITTLE: Final = 2**12


@dataclass
class Line:
    """Passes on what comes at its own port.

    Attributes:
        broker: as it is reached over the line.
        taken: connections so far.
        flows: whether anything gets through.
        jams: whether the next large thing stops everything.
    """

    broker: Broker
    taken: int = 0
    flows: asyncio.Event = field(default_factory=asyncio.Event)
    jams: bool = False
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """Break every connection."""
        for end in self._ends:
            end.transport.abort()

    async def take(
        self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.taken += 1
        there, back = await asyncio.open_connection("127.0.0.1", port)
        self._ends |= {writer, back}
        async with asyncio.TaskGroup() as ways:
            ways.create_task(self._carry(reader, back))
            ways.create_task(self._carry(there, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                if self.jams and len(data) > _LITTLE:
                    self.flows.clear()
                await self.flows.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
        self._ends.discard(writer)


@asynccontextmanager
async def line_to(broker: Broker) -> AsyncIterator[Line]:
    """A line that is open, as long as the block runs."""
    with socket.socket() as listening:
        # What a full line does not take must be felt by the sender, and soon.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _CHUNK)
        listening.bind(("127.0.0.1", 0))
        line = Line(replace(broker, port=listening.getsockname()[1]))
        line.flows.set()
        tasks: set[asyncio.Task[None]] = set()

        def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(line.take(broker.port, reader, writer))
            tasks.add(task)

        server = await asyncio.start_server(take, sock=listening)
        try:
            yield line
        finally:
            server.close()
            line.cut()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
