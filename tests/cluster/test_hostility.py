"""What a worker's machine in the wrong hands can say to a bot, and what the bot makes of it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import msgpack
import pytest
from amqp import Channel, Message, serialization

from nst_core import images
from nst_core.cluster import link
from nst_core.cluster.executor import CeleryExecutor
from nst_core.cluster.names import NAMES
from nst_core.cluster.reception import STRANGERS
from nst_core.cluster.scrutiny import LONGEST
from nst_core.cluster.wire import Letter, Unreadable, pack, to_plain, unpack
from nst_core.errors import UnknownJob
from nst_core.executor import Event, Failed, Finished, Previewed, Progressed
from tests.acceptance import Pictures, terminal
from tests.cluster.broker import Broker
from tests.cluster.crew import Crew

Paint = Callable[[int, int], images.Picture]


class Undecodable(str):
    """Goes over the wire as what is no UTF-8."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


@pytest.fixture
def painting(gradient: Paint) -> Finished:
    image = images.encode_png(gradient(20, 30))
    return Finished(job="one", run="r", image=image, width=30, height=20, seconds=1.0, report={})


PROGRESS = Progressed(
    job="one",
    run="r",
    step=1,
    total=2,
    level=1,
    levels=1,
    share=0.5,
    seconds=1.0,
    eta=1.0,
    losses={"total": 1.0},
)


def letter(event: Event) -> Letter:
    return Letter(ticket="t", worker="w", lane=512, event=event)


def forged(event: Event, **fields: object) -> bytes:
    plain = to_plain(letter(event))
    plain["content"]["event"]["fields"].update(fields)
    packed: bytes = msgpack.packb(plain)
    return packed


def test_what_is_sound_arrives_as_it_was(painting: Finished) -> None:
    preview = Previewed(job="one", run="r", step=1, total=2, image=b"\xff\xd8\xff\xe0")
    for event in (painting, PROGRESS, replace(PROGRESS, eta=None), preview):
        assert unpack(pack(letter(event))) == letter(event)


@pytest.mark.parametrize(
    "fields",
    [
        {"share": float("nan")},
        {"share": 1e9},
        {"eta": float("inf")},
        {"seconds": 1e300},
        {"seconds": -1.0},
        {"step": 1.5},
        {"step": True},
        {"job": 5},
        {"job": b"one"},
        {"losses": {"total": "much"}},
        {"losses": [1]},
    ],
)
def test_numbers_that_are_none_are_not_believed(fields: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        unpack(forged(PROGRESS, **fields))


def test_bytes_are_not_made_of_a_number(painting: Finished) -> None:
    """Python would: as many zeros."""
    for value in (3_000_000_000, [1, 2], "text", None):
        with pytest.raises(Unreadable):
            unpack(forged(painting, image=value))


def test_a_painting_that_is_none_has_failed(painting: Finished) -> None:
    """Dropped without a word, its job would be painted again and again."""
    for event in (
        replace(painting, width=31),
        replace(painting, image=b"<script>"),
        replace(painting, seconds=1e300),
    ):
        told = unpack(pack(letter(event)))
        assert isinstance(told, Letter)
        assert isinstance(told.event, Failed)
        assert told.event.job == "one"


def test_previews_are_pictures() -> None:
    with pytest.raises(Unreadable, match="preview"):
        unpack(pack(letter(Previewed(job="one", step=1, total=2, image=b"<script>"))))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x91" * 100_000 + b"\xc0", id="deep"),
        pytest.param(b"\xdd" + (LONGEST + 1).to_bytes(4) + b"\xc0" * (LONGEST + 1), id="long"),
        pytest.param(b"\xdc\x00\x08" + (b"\xdc\xff\xff" + b"\x80" * 0xFFFF) * 8, id="of many maps"),
        pytest.param(b"\xc7\x08\xff" + bytes(8), id="extension"),
        pytest.param(b"", id="empty"),
    ],
)
def test_bombs_do_not_go_off(data: bytes) -> None:
    with pytest.raises(Unreadable):
        unpack(data)


@pytest.fixture
def channel(broker: Broker, host: str, executor: CeleryExecutor) -> Iterator[Channel]:
    """A worker's, after the bot has made what is needed."""
    assert not executor.book.closed
    with link.connect(broker.url(host, "gpu")) as connection:
        yield connection.default_channel


def _nothing(*_: object) -> list[Message]:
    return [Message(b"")]


def _text(*_: object) -> list[Message]:
    return [Message(b"words", content_encoding="utf-8"), Message(b"\xff", content_encoding="no")]


def _unreadable_property(*_: object) -> list[Message]:
    return [Message(b"x", correlation_id=Undecodable("id"))]


def _unreadable_time(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    monkeypatch.setattr(serialization.calendar, "timegm", lambda _: 2**62)
    return [Message(b"x", application_headers={"when": datetime(2026, 1, 1)})]  # noqa: DTZ001


def _packed(*_: object) -> list[Message]:
    zeros = zlib.compress(bytes(1_000_000))
    return [
        Message(zeros, application_headers={"compression": "application/x-gzip"}),
        Message(zeros, application_headers={"compression": "unheard of"}),
    ]


def _headers(*_: object) -> list[Message]:
    return [Message(b"x", application_headers={"x-death": 1, "id": {"one": 1}})]


@pytest.mark.cluster
async def test_jobs_that_somebody_makes_up_are_forgotten(
    executor: CeleryExecutor, channel: Channel, crew: Crew, pictures: Pictures, painting: Finished
) -> None:
    handle = await executor.submit(pictures.job("true"))
    for number in range(STRANGERS + 50):
        made_up = pack(letter(replace(painting, job=f"false{number}")))
        channel.basic_publish(Message(made_up), NAMES.events, NAMES.results("bot"))
    crew.hire()
    assert isinstance(await terminal(handle), Finished)
    with pytest.raises(UnknownJob):
        await executor.attach("false0")
    assert isinstance(await terminal(await executor.attach(f"false{STRANGERS}")), Finished)


@pytest.mark.cluster
@pytest.mark.parametrize(
    "make", [_nothing, _text, _unreadable_property, _unreadable_time, _packed, _headers]
)
async def test_no_message_keeps_others_from_arriving(
    executor: CeleryExecutor,
    channel: Channel,
    crew: Crew,
    pictures: Pictures,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[pytest.MonkeyPatch], list[Message]],
) -> None:
    """The broker would bring what breaks the connection again over the next one, for ever."""
    for message in make(monkeypatch):
        for key in (NAMES.results("bot"), NAMES.live("bot"), NAMES.fleet):
            channel.basic_publish(message, NAMES.events, key)
    crew.hire()
    assert isinstance(await terminal(await executor.submit(pictures.job("one"))), Finished)
    assert executor.fleet().connected
