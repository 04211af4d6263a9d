"""The transport: patient where something comes, honest where nothing was sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from telegram import InputFile
from telegram.error import NetworkError, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot import transport as module
from bot.transport import NEVER_SENT, Transport
from tests.bot.emulator import serving

NAMES = ["my photo.png", "Ночь.png", 'a "b" c.png', "semi;colon.png"]


@dataclass
class Server:
    """Answers slowly, or not at all, as its paths say."""

    address: str = ""
    names: list[str | None] = field(default_factory=list)
    waits: asyncio.Event = field(default_factory=asyncio.Event)

    async def drip(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(8):
            await asyncio.sleep(0.1)
            await response.write(b"x")
        return response

    async def wait(self, _: web.Request) -> web.Response:
        await self.waits.wait()
        return web.Response(text="late")

    async def receive(self, request: web.Request) -> web.Response:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            self.names.append(getattr(part, "filename", None))
        return web.Response(text="ok")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/drip", server.drip)
    app.router.add_route("*", "/wait", server.wait)
    app.router.add_route("*", "/receive", server.receive)
    async with serving(app) as server.address:
        yield server
        server.waits.set()


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    async with Transport(direct=True) as transport:
        yield transport


def upload(name: str, data: bytes = b"data") -> RequestData:
    file = InputFile(data, filename=name)
    return RequestData([RequestParameter("photo", None, [file])])


async def test_an_answer_that_comes_in_drops_is_waited_for(
    server: Server, transport: Transport
) -> None:
    # Eight pauses of 0.1 s together are longer than each of the limits.
    limits = {"read_timeout": 0.4, "write_timeout": 0.1, "connect_timeout": 0.2}
    status, body = await transport.do_request(f"{server.address}/drip", "GET", None, **limits)
    assert (status, body) == (200, b"x" * 8)


async def test_silence_is_a_time_out(server: Server, transport: Transport) -> None:
    with pytest.raises(TimedOut):
        await transport.do_request(f"{server.address}/wait", "GET", None, read_timeout=0.1)


async def test_nobodys_time_runs_out_while_he_waits_for_his_turn(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CONNECTIONS", 1)
    async with Transport(direct=True) as transport:
        first = asyncio.create_task(transport.do_request(f"{server.address}/drip", "GET"))
        await asyncio.sleep(0)
        limits = {"read_timeout": 0.2, "write_timeout": 0.1, "connect_timeout": 0.1}
        second = transport.do_request(
            f"{server.address}/receive", "POST", upload("a.png"), **limits
        )
        assert [status for status, _ in await asyncio.gather(first, second)] == [200, 200]


async def test_what_never_left_says_so(transport: Transport) -> None:
    with pytest.raises(NetworkError) as failure:
        await transport.do_request("http://127.0.0.1:9/bot1:secret/getMe", "POST")
    assert isinstance(failure.value.__cause__, NEVER_SENT)
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize("name", NAMES)
async def test_files_keep_their_names(server: Server, transport: Transport, name: str) -> None:
    await transport.do_request(f"{server.address}/receive", "POST", upload(name))
    # A quotation mark goes as browsers send it.
    assert server.names == [name.replace('"', "%22")]


async def test_a_large_file_is_sent(server: Server, transport: Transport) -> None:
    status, _ = await transport.do_request(
        f"{server.address}/receive", "POST", upload("large.bin", bytes(5_000_000))
    )
    assert (status, server.names) == (200, ["large.bin"])


async def test_a_name_forges_no_header(server: Server, transport: Transport) -> None:
    await transport.do_request(f"{server.address}/receive", "POST", upload("a\r\nX-Evil: 1.png"))
    assert len(server.names) == 1


async def test_a_server_on_this_machine_needs_no_proxy(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with Transport(direct=True) as transport:
        status, _ = await transport.do_request(f"{server.address}/drip", "GET")
        assert status == 200
    async with Transport() as transport:
        with pytest.raises(NetworkError):
            await transport.do_request(f"{server.address}/drip", "GET")


async def test_closing_twice_and_beginning_anew(server: Server) -> None:
    transport = Transport(direct=True)
    await transport.shutdown()
    for _ in range(2):
        await transport.initialize()
        assert (await transport.do_request(f"{server.address}/drip", "GET"))[0] == 200
        await transport.shutdown()
        await transport.shutdown()
