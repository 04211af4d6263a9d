"""Pictures behind links: hostile machines, hostile links, and addresses nobody may reach.

Each machine here is a real one on the loopback, which answers byte for byte as a test wants it.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import itertools
import logging
import socket
import traceback
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from telegram import Message

from bot.errors import LinkReason, LinkRefused
from bot.hosts import Address
from bot.links import AT_ONCE, MAX_REDIRECTS, Links, link_in
from bot.pictures import MAX_FILE_BYTES
from nst_core.errors import ImageRejected, RejectReason

Answer: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

MEGABYTE = 1024**2
ANY_PORT = frozenset(range(1, 2**16))


def drawn(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(buffer, kind)
    return buffer.getvalue()


PNG = drawn("PNG")


def everywhere(_: Address) -> bool:
    return True


def nowhere(_: Address) -> bool:
    return False


def first_only(address: Address) -> bool:
    return str(address) == "127.0.0.1"


@dataclass
class Machine:
    """Answers as its paths say, and remembers who came."""

    host: str
    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    connections: int = 0
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    def at(self, path: str, answer: Answer, host: str = "") -> str:
        self.answers[path] = answer
        return f"http://{host or self.host}:{self.port}{path}"

    async def wait_for(self, connections: int) -> None:
        async with asyncio.timeout(20), self.came:
            await self.came.wait_for(lambda: self.connections >= connections)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self.came:
            self.connections += 1
            self.came.notify_all()
        try:
            if await reader.readexactly(1) == b"G":
                await self._answer(reader, writer)
            else:
                writer.write(b"HTTP/1.1 400 No TLS here\r\n\r\n")
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        await self.answers[head.split()[1]](reader, writer)


@asynccontextmanager
async def running(host: str) -> AsyncIterator[Machine]:
    machine = Machine(host)
    server = await asyncio.start_server(machine.serve, host, 0)
    machine.port = server.sockets[0].getsockname()[1]
    async with server:
        yield machine


@pytest.fixture
async def machine() -> AsyncIterator[Machine]:
    async with running("127.0.0.1") as machine:
        yield machine


@pytest.fixture
async def other() -> AsyncIterator[Machine]:
    async with running("127.0.0.2") as machine:
        yield machine


@pytest.fixture
async def links() -> AsyncIterator[Links]:
    async with Links(is_allowed=everywhere, ports=ANY_PORT) as links:
        yield links


@pytest.fixture
def memory() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def raw(*parts: bytes) -> Answer:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.writelines(parts)

    return answer


def reply(body: bytes = b"", *headers: str, status: int = 200) -> Answer:
    lines = [f"HTTP/1.1 {status} Any", f"Content-Length: {len(body)}", *headers, "", ""]
    return raw("\r\n".join(lines).encode(), body)


def moved(there: str, *headers: str, status: int = 302) -> Answer:
    return reply(b"", f"Location: {there}", *headers, status=status)


async def silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def refusal(links: Links, url: str) -> LinkReason:
    with pytest.raises(LinkRefused) as refused:
        await links.fetch(url)
    return refused.value.reason


# Addresses.

SPELLINGS = [
    "127.0.0.1",
    "localhost",
    "LOCALHOST",
    "0.0.0.0",  # noqa: S104 - nothing is bound to it
    "0x7f.1",
    "0x7f000001",
    "[::ffff:127.0.0.1]",
    "[::FFFF:7F00:1]",
    "①②⑦.0.0.1",
    "127。0。0。1",
]


@pytest.mark.parametrize("host", SPELLINGS)
async def test_this_machine_is_never_reached(machine: Machine, links: Links, host: str) -> None:
    url = machine.at("/", reply(PNG), host)
    async with Links(ports=ANY_PORT) as guarded:
        assert await refusal(guarded, url) == LinkReason.FORBIDDEN_ADDRESS
    assert machine.connections == 0
    # It is the guard that keeps it away.
    assert await links.fetch(url) == PNG


@pytest.mark.parametrize("host", ["2130706433", "127.1", "017700000001", "0177.0.0.1"])
async def test_spellings_that_nobody_needs(machine: Machine, links: Links, host: str) -> None:
    assert await refusal(links, machine.at("/", reply(PNG), host)) == LinkReason.BAD_URL
    assert machine.connections == 0


FORBIDDEN = ["10.0.0.1", "169.254.169.254", "[::1]", "[fe80::1%25lo]", "[64:ff9b::7f00:1]"]


@pytest.mark.parametrize("host", FORBIDDEN)
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_nor_are_its_neighbours(scheme: str, host: str) -> None:
    async with Links() as links:
        assert await refusal(links, f"{scheme}://{host}/latest") == LinkReason.FORBIDDEN_ADDRESS


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_no_way_in(
    machine: Machine, other: Machine, links: Links, status: int
) -> None:
    inside = other.at("/secret", reply(PNG))
    url = machine.at("/", moved(inside, status=status))
    async with Links(is_allowed=first_only, ports=ANY_PORT) as guarded:
        assert await refusal(guarded, url) == LinkReason.FORBIDDEN_ADDRESS
    assert (machine.connections, other.connections) == (1, 0)
    assert await links.fetch(url) == PNG


@dataclass
class Names(AbstractResolver):
    """A name server that gives the next of its answers each time."""

    answers: Iterator[list[tuple[str, int]]]

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=to, port=at or port, family=family, proto=0, flags=0)
            for to, at in next(self.answers)
        ]

    async def close(self) -> None:
        pass


async def test_a_name_that_changes_its_mind(machine: Machine, other: Machine) -> None:
    machine.at("/", moved("/again"))
    places = [[(each.host, each.port)] for each in (machine, other)]
    names = Names(iter(places))
    async with Links(is_allowed=first_only, resolver=names) as guarded:
        assert await refusal(guarded, "http://example.com/") == LinkReason.FORBIDDEN_ADDRESS
    assert (machine.connections, other.connections) == (1, 0)


async def test_a_name_with_one_good_address(machine: Machine, other: Machine) -> None:
    machine.at("/", reply(PNG))
    names = Names(iter([[(each.host, each.port) for each in (other, machine)]]))
    async with Links(is_allowed=first_only, resolver=names) as guarded:
        assert await guarded.fetch("http://example.com/") == PNG
    assert (machine.connections, other.connections) == (1, 0)


async def test_a_proxy_is_not_asked(
    machine: Machine, other: Machine, links: Links, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://{other.host}:{other.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    assert await links.fetch(machine.at("/", reply(PNG))) == PNG
    assert other.connections == 0


# Links.

BAD = [
    "",
    "cat.jpg",
    "127.0.0.1/cat.jpg",
    "//127.0.0.1/cat.jpg",
    "file:///etc/passwd",
    "ftp://127.0.0.1/cat.jpg",
    "data:image/png;base64,AAAA",
    "http:",
    "http://",
    "http:///cat.jpg",
    "http://user@127.0.0.1/",
    "http://user:secret@127.0.0.1/",
    "http://@127.0.0.1/",
    "http://127.0.0.1:22/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:port/",
    "https://127.0.0.1:25/",
    "http://[::1/",
    "http://[v1.a:b]/",
    "http://1.2.3.4\\@127.0.0.1/",
    "http://\ud800/",
]


@pytest.mark.parametrize("url", BAD, ids=ascii)
async def test_bad_links(url: str) -> None:
    async with Links(is_allowed=everywhere) as links:
        assert await refusal(links, url) == LinkReason.BAD_URL


def is_complete(url: str) -> bool:
    """Whether it says more than a path on the same machine."""
    return "://" in url and not url.startswith("http:///") and url != "http://"


@pytest.mark.parametrize("url", [each for each in BAD if is_complete(each)], ids=ascii)
async def test_bad_links_in_redirects(machine: Machine, url: str) -> None:
    ports = frozenset({80, 443, machine.port})
    there = url.encode(errors="surrogatepass")
    head = b"HTTP/1.1 302 Any\r\nContent-Length: 0\r\nLocation: " + there + b"\r\n\r\n"
    async with Links(is_allowed=everywhere, ports=ports) as links:
        assert await refusal(links, machine.at("/", raw(head))) == LinkReason.BAD_URL
    assert machine.connections == 1


@pytest.mark.parametrize("host", ["a..b", ".a", "a" * 64, "x.invalid"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_names_of_no_machine(scheme: str, host: str) -> None:
    async with Links(is_allowed=everywhere) as links:
        assert await refusal(links, f"{scheme}://{host}/") == LinkReason.UNREACHABLE


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("", "/"),
        ("?q=1", "/?q=1"),
        ("/a#part", "/a"),
        ("/%2c%3A+%20?x=%2C&y=a+b", "/%2c%3A+%20?x=%2C&y=a+b"),
        ("/é ü", "/%C3%A9%20%C3%BC"),
    ],
)
async def test_a_link_is_sent_as_it_is(
    machine: Machine, links: Links, given: str, sent: str
) -> None:
    machine.at(sent, reply(PNG))
    assert await links.fetch(f"HTTP://127.0.0.1:{machine.port}{given}") == PNG


async def test_little_is_told(machine: Machine) -> None:
    machine.at("/end", reply(PNG))
    machine.at("/", moved("/end", "Set-Cookie: a=b; Path=/"))
    names = Names(itertools.repeat([(machine.host, machine.port)]))
    async with Links(is_allowed=everywhere, resolver=names) as links:
        await links.fetch("http://example.com/")
    for head in machine.heads:
        told = {line.partition(":")[0].lower() for line in head.splitlines()[1:] if line}
        assert told <= {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert "User-Agent: Stylegram\r\n" in head
        assert "Accept-Encoding: identity\r\n" in head
        assert "Connection: close\r\n" in head
    assert len(machine.heads) == 2


characters = st.text("0123456789abfx.:/@[]%?#\\ \t\n-é①\x00\ud800")
spelled = st.builds("{}://{}{}".format, st.sampled_from(["http", "hTTps"]), characters, st.text())
numbered = st.builds(
    "http://{}:{}/{}".format, st.ip_addresses(v=4), st.sampled_from([80, 443, 22]), st.text()
)


@given(st.one_of(st.text(), characters, spelled, numbered))
async def test_whatever_the_link_it_is_refused(url: str) -> None:
    names = Names(itertools.repeat([("127.0.0.1", 0), ("::1", 0)]))
    async with Links(is_allowed=nowhere, resolver=names) as links:
        assert await refusal(links, url) in {LinkReason.BAD_URL, LinkReason.FORBIDDEN_ADDRESS}


# Answers.


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_pictures(machine: Machine, links: Links, kind: str) -> None:
    data = drawn(kind)
    assert await links.fetch(machine.at("/", reply(data, "Content-Type: text/html"))) == data


async def test_ways_to_send_one(machine: Machine, links: Links) -> None:
    head = b"HTTP/1.1 200 OK\r\n"
    chunks = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(PNG), PNG)
    chunked = machine.at("/chunked", raw(head, chunks))
    until_closed = machine.at("/closed", raw(head, b"\r\n", PNG))
    assert [await links.fetch(chunked), await links.fetch(until_closed)] == [PNG, PNG]


async def test_redirects_are_followed_but_not_for_ever(machine: Machine, links: Links) -> None:
    machine.at("/0", reply(PNG))
    for left in range(1, MAX_REDIRECTS + 2):
        machine.at(f"/{left}", moved(str(left - 1)))
    url = f"http://127.0.0.1:{machine.port}/"
    assert await links.fetch(f"{url}{MAX_REDIRECTS}") == PNG
    reason = await refusal(links, f"{url}{MAX_REDIRECTS + 1}")
    assert reason == LinkReason.TOO_MANY_REDIRECTS


async def test_a_circle_of_redirects(machine: Machine, links: Links) -> None:
    url = machine.at("/", moved("/"))
    assert await refusal(links, url) == LinkReason.TOO_MANY_REDIRECTS
    assert machine.connections == 1 + MAX_REDIRECTS


@pytest.mark.parametrize("status", [204, 206, 300, 302, 304, 401, 403, 404, 429, 500, 503])
async def test_a_machine_that_declines(machine: Machine, links: Links, status: int) -> None:
    body = b"" if status in (204, 304) else PNG
    assert await refusal(links, machine.at("/", reply(body, status=status))) == LinkReason.REFUSED


@pytest.mark.parametrize("body", [b"", b"<!DOCTYPE html><title>A cat</title>", b"\0" * 9, PNG[:3]])
async def test_what_is_no_picture(machine: Machine, links: Links, body: bytes) -> None:
    url = machine.at("/cat.png", reply(body, "Content-Type: image/png"))
    assert await refusal(links, url) == LinkReason.NOT_A_PICTURE


async def test_pictures_that_cannot_be_painted(machine: Machine, links: Links) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG")
    bodies = {RejectReason.TRUNCATED: PNG[:-200], RejectReason.TOO_SMALL: buffer.getvalue()}
    for reason, body in bodies.items():
        with pytest.raises(ImageRejected) as rejected:
            await links.fetch(machine.at("/", reply(body)))
        assert rejected.value.reason == reason


@pytest.mark.usefixtures("memory")
async def test_a_bomb_does_not_go_off(machine: Machine, links: Links) -> None:
    bomb = gzip.compress(PNG + bytes(50 * MEGABYTE), 1)
    url = machine.at("/", reply(bomb, "Content-Encoding: gzip"))
    tracemalloc.reset_peak()
    assert await refusal(links, url) == LinkReason.NOT_A_PICTURE
    assert tracemalloc.get_traced_memory()[1] < 10 * MEGABYTE


async def test_an_answer_without_end(machine: Machine, links: Links) -> None:
    sent = 0

    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(bytes(MEGABYTE))
            await writer.drain()
            sent += MEGABYTE

    assert await refusal(links, machine.at("/", endless)) == LinkReason.TOO_BIG
    assert sent < 2 * MAX_FILE_BYTES


async def test_an_answer_that_says_it_is_too_big(machine: Machine, links: Links) -> None:
    async def announced(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (MAX_FILE_BYTES + 1))
        await silence(reader, writer)

    assert await refusal(links, machine.at("/", announced)) == LinkReason.TOO_BIG


async def test_a_length_that_is_not_true(machine: Machine, links: Links) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
    short = machine.at("/short", raw(head % (len(PNG) + 1), PNG))
    assert await refusal(links, short) == LinkReason.UNREACHABLE
    long = machine.at("/long", raw(head % (len(PNG) - 200), PNG))
    with pytest.raises((LinkRefused, ImageRejected)):
        await links.fetch(long)


GIBBERISH = [
    b"",
    b"220 ready\r\n",
    b"\0" * 100_000,
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
]


@pytest.mark.parametrize("answer", GIBBERISH, ids=range(len(GIBBERISH)))
async def test_gibberish(machine: Machine, links: Links, answer: bytes) -> None:
    assert await refusal(links, machine.at("/", raw(answer))) == LinkReason.UNREACHABLE


async def test_no_connection(machine: Machine, links: Links) -> None:
    encrypted = machine.at("/", reply(PNG)).replace("http", "https")
    assert await refusal(links, encrypted) == LinkReason.UNREACHABLE
    async with running("127.0.0.1") as gone:
        url = gone.at("/", reply(PNG))
    assert await refusal(links, url) == LinkReason.UNREACHABLE


# Time.


async def test_silence(machine: Machine) -> None:
    async with Links(is_allowed=everywhere, ports=ANY_PORT, first_byte=0.1) as links:
        assert await refusal(links, machine.at("/", silence)) == LinkReason.UNREACHABLE


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while not reader.at_eof():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def test_an_answer_in_drops(machine: Machine) -> None:
    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await drip(reader, writer)

    async with Links(is_allowed=everywhere, ports=ANY_PORT, total=0.4) as links:
        assert await refusal(links, machine.at("/", dripping)) == LinkReason.TOO_SLOW


async def test_a_head_in_drops(machine: Machine) -> None:
    async with Links(is_allowed=everywhere, ports=ANY_PORT, first_byte=0.4) as links:
        assert await refusal(links, machine.at("/", drip)) == LinkReason.UNREACHABLE


async def test_redirects_have_the_same_time_together(machine: Machine) -> None:
    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)
        await moved("/")(reader, writer)

    async with Links(is_allowed=everywhere, ports=ANY_PORT, total=0.4) as links:
        assert await refusal(links, machine.at("/", slowly)) == LinkReason.TOO_SLOW


async def test_so_many_at_once(machine: Machine, links: Links) -> None:
    gate = asyncio.Event()

    async def held(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        await reply(PNG)(reader, writer)

    url = machine.at("/", held)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(links.fetch(url)) for _ in range(AT_ONCE + 3)]
        await machine.wait_for(AT_ONCE)
        async with Links(is_allowed=everywhere, ports=ANY_PORT) as unhindered:
            await unhindered.fetch(machine.at("/free", reply(PNG)))
        assert machine.connections == AT_ONCE + 1
        gate.set()
    assert [task.result() for task in tasks] == [PNG] * len(tasks)


async def test_closing_breaks_off(machine: Machine, links: Links) -> None:
    task = asyncio.create_task(refusal(links, machine.at("/", silence)))
    await machine.wait_for(1)
    await links.close()
    assert await task == LinkReason.UNREACHABLE
    await links.close()


# Secrets.


async def test_the_log_has_the_host_only(
    machine: Machine, links: Links, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "token=hidden"  # noqa: S105 - it opens nothing
    here = f"127.0.0.1:{machine.port}"
    await links.fetch(machine.at(f"/good?{secret}", reply(PNG)))
    failing = [
        machine.at(f"/empty?{secret}", raw(b"")),
        machine.at(f"/gibberish?{secret}", raw(b"220 ready\r\n")),
        machine.at(f"/moved?{secret}", moved(f"http://[{secret}")),
        machine.at(f"/page?{secret}", reply(b"page")),
        f"http://127.1:{machine.port}/?{secret}",
        f"https://{here}/?{secret}",
        f"ftp://{here}/?{secret}",
        f"http://{secret}@{here}/",
        f"http://{secret}:99999/",
    ]
    for url in failing:
        with pytest.raises(LinkRefused) as refused:
            await links.fetch(url)
        assert "hidden" not in "".join(traceback.format_exception(refused.value))
    assert "127.0.0.1" in caplog.text
    assert "hidden" not in caplog.text


# Messages.


def message(**fields: Any) -> Message:
    made = Message.de_json(
        {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}, **fields}, None
    )
    assert made is not None
    return made


def entity(kind: str, offset: int, length: int, **more: str) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("example.com/cat.jpg", "https://example.com/cat.jpg"),
        ("example.com:8080/?u=http://a", "https://example.com:8080/?u=http://a"),
        ("http://example.com/cat.jpg#x", "http://example.com/cat.jpg#x"),
        ("HTTPS://Example.com", "HTTPS://Example.com"),
        ("ftp://example.com/cat.jpg", None),
        ("tg://resolve", None),
    ],
)
def test_a_link_in_a_message(link: str, found: str | None) -> None:
    # An emoji counts as two.
    entities = [entity("url", 3, len(link))]
    assert link_in(message(text=f"🐈 {link} .", entities=entities)) == found
    assert link_in(message(caption=f"🐈 {link} .", caption_entities=entities)) == found


def test_the_first_link_of_several() -> None:
    entities = [
        entity("bold", 0, 3),
        entity("text_link", 0, 3, url="tg://user?id=1"),
        entity("text_link", 4, 3, url="http://a.example/"),
        entity("url", 8, 9),
    ]
    assert link_in(message(text="one two b.example", entities=entities)) == "http://a.example/"


def test_messages_without_a_link() -> None:
    assert link_in(message()) is None
    assert link_in(message(text="http://a.example/")) is None
    mail = [entity("email", 0, 11)]
    assert link_in(message(text="a@b.example", entities=mail)) is None
