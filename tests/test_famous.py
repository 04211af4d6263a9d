"""The catalogue of famous paintings, and fetching them from a real server on this machine."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import shutil
import signal
import ssl
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import web
from PIL import Image

from bot.commands import ADMIN, BUILTIN
from nst_core.cli import main
from nst_core.errors import FetchError
from nst_core.fetch import fetch
from nst_core.styles import Gallery
from nst_core.styles.catalogue import read_catalogue
from nst_core.styles.famous import read_works
from nst_core.styles.install import Host
from tests.commons import SIZE, WORKS, Answer, Commons, answers, cut, gives, painting, serving

TWO = ("kiss", "venus")
PROGRAM = "import sys; from nst_core.cli import main; sys.exit(main())"


@pytest.fixture
async def commons() -> AsyncIterator[Commons]:
    with pytest.MonkeyPatch.context() as patch:
        # A server of our own need not be spared.
        patch.setattr("nst_core.cli.install._HOST", Host(pause=0))
        async with serving() as server:
            yield server


async def nst(*words: object) -> int:
    return await asyncio.to_thread(main, [str(word) for word in words])


async def install(commons: Commons, folder: Path, *words: object, only: Any = TWO) -> int:
    named = ("--only", ",".join(only)) if only else ()
    place = ("--into", folder, "--mirror", commons.pages)
    return await nst("styles", "install", "famous", *place, *named, *words)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def pairs(*names: str) -> list[str]:
    return sorted(f"{name}.{ending}" for name in names for ending in ("jpg", "toml"))


# The catalogue


def test_there_is_something_for_everybody() -> None:
    works = read_works()
    assert len(works) >= 24
    assert len({work.painter for work in works}) >= 20
    for what in ("name", "title", "file"):
        assert len({getattr(work, what) for work in works}) == len(works)


def test_names_are_commands_that_nothing_else_has() -> None:
    taken = {preset.name for preset in read_catalogue()} | set(BUILTIN) | set(ADMIN)
    for work in read_works():
        assert re.fullmatch(r"[a-z]{2,12}", work.name)
        assert work.name not in taken


def test_titles_are_no_presets() -> None:
    titles = {preset.title for preset in read_catalogue()}
    for work in read_works():
        assert work.title not in titles
        assert len(work.title) <= 30


def test_every_painter_has_been_dead_for_a_hundred_years() -> None:
    for work in read_works():
        years = re.fullmatch(r"(?:c\. )?(\d{4})–(\d{4})", work.lived)
        assert years
        born, died = map(int, years.groups())
        assert 20 < died - born < 100
        assert died < datetime.now(UTC).year - 100
        painted = re.fullmatch(r"(?:c\. )?(\d{4})(?:–(\d{4}))?", work.year)
        assert painted
        assert born + 15 < int(painted[1]) <= int(painted[2] or painted[1]) <= died


def test_files_are_called_as_on_commons() -> None:
    for work in read_works():
        assert re.fullmatch(r"[^\s_<>\[\]|{}#:/]+( [^\s_<>\[\]|{}#:/]+)*\.jpg", work.file)
        assert work.file[0] == work.file[0].upper()
        base = "https://commons.wikimedia.org/wiki/"
        name = unquote(work.page.removeprefix(f"{base}File:")).replace("_", " ")
        assert name == work.file
        pattern = rf"{re.escape(base)}Special:FilePath/[\w.%~-]+\?width=1280"
        assert re.fullmatch(pattern, work.address(), re.ASCII)


def test_painters_and_museums_are_named() -> None:
    for work in read_works():
        assert len(f"{work.painter}, {work.year}, {work.museum}") <= 70


def test_none_of_the_paintings_is_in_the_package() -> None:
    package = Path(sys.modules["nst_core"].__file__ or "").parent
    stems = {path.stem for path in package.rglob("*") if path.suffix in {".jpg", ".png", ".jpeg"}}
    assert not stems & set(WORKS)


# All well


async def test_everything_is_fetched_one_by_one_and_said_who_asks(
    commons: Commons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new" / "styles"
    assert await install(commons, folder, only=()) == 0
    assert commons.asked == list(WORKS)
    assert commons.most == 1
    assert files(folder) == pairs(*WORKS)
    (agent,) = commons.agents
    assert re.fullmatch(
        r"Stylegram/[\w.]+ \(a bot that paints; [\w ,]+\) python-aiohttp/[\d.]+", agent
    )
    out = capsys.readouterr().out
    assert f"{len(WORKS)} of {len(WORKS)} are in {folder}, {len(WORKS)} of them new." in out
    assert "missing" not in out
    gallery = Gallery.load(folder)
    assert len(gallery) == len(Gallery.load()) + len(WORKS)
    for work in WORKS.values():
        style = gallery[work.name]
        assert style.credit == f"{work.painter}, {work.year}, {work.museum}"
        assert (style.title, style.licence, style.source) == (
            *(work.title, "Public domain", work.page),
        )


async def test_what_is_there_and_whole_is_not_fetched_again(
    commons: Commons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await install(commons, tmp_path) == 0
    assert await install(commons, tmp_path, only=(*TWO, "demon")) == 0
    assert commons.asked == ["kiss", "venus", "demon"]
    assert "3 of 3 are in" in capsys.readouterr().out
    assert await install(commons, tmp_path, "--again") == 0
    assert commons.asked == ["kiss", "venus", "demon", "kiss", "venus"]


async def test_what_is_broken_is_fetched_again(commons: Commons, tmp_path: Path) -> None:
    assert await install(commons, tmp_path) == 0
    kiss, venus = tmp_path / "kiss.jpg", tmp_path / "venus.jpg"
    whole = kiss.read_bytes()
    kiss.write_bytes(whole[: len(whole) // 2])
    venus.unlink()
    assert await install(commons, tmp_path) == 0
    assert commons.asked == [*TWO, *TWO]
    assert kiss.read_bytes() == whole
    assert venus.exists()


async def test_a_picture_is_scaled_down_turned_upright_and_credited(
    commons: Commons, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    exif[0x010F] = "a camera"
    commons.trouble["kiss"] = [gives(painting((2600, 1300), exif=exif))]
    commons.trouble["venus"] = [gives(painting((700, 900), "PNG"))]
    assert await install(commons, tmp_path) == 0
    with Image.open(tmp_path / "kiss.jpg") as kiss, Image.open(tmp_path / "venus.jpg") as venus:
        assert (kiss.format, kiss.size) == ("JPEG", (640, 1280))
        assert (venus.format, venus.size) == ("JPEG", (700, 900))
        assert not kiss.getexif()
        assert kiss.info["comment"].decode() == "Gustav Klimt, 1907–1908, Belvedere, Vienna"
        # What was at the left is at the top now.
        top, bottom = kiss.getpixel((320, 40)), kiss.getpixel((320, 1240))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[1] < 60
    assert bottom[1] > 200


async def test_the_default_is_where_the_bot_looks(
    commons: Commons,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("styles", "install", "famous", "--only", "kiss", "--mirror", f"{commons.pages}/")
    monkeypatch.setenv("STYLEGRAM_STYLES", str(tmp_path / "mine"))
    assert await nst(*words) == 0
    assert files(tmp_path / "mine") == pairs("kiss")
    monkeypatch.delenv("STYLEGRAM_STYLES")
    monkeypatch.setenv("STYLEGRAM_DATA", str(tmp_path / "data"))
    assert await nst(*words) == 0
    assert files(tmp_path / "data" / "styles") == pairs("kiss")
    monkeypatch.delenv("STYLEGRAM_DATA")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert await nst(*words) == 0
    assert files(tmp_path / "home" / ".local" / "share" / "stylegram" / "styles") == pairs("kiss")
    capsys.readouterr()
    assert await nst("styles") == 0
    listing = " ".join(capsys.readouterr().out.split())
    assert "Gustav Klimt" in listing
    assert "Public" in listing


async def test_who_asks_may_be_the_operator(commons: Commons, tmp_path: Path) -> None:
    assert await install(commons, tmp_path, "--contact", "ann@example.org") == 0
    assert all("(ann@example.org)" in agent for agent in commons.agents)


# What is the operator's


@pytest.mark.parametrize("name", ["kiss.jpg", "Kiss.JPG", "kiss.png"])
async def test_a_picture_of_the_operators_is_left_alone(
    commons: Commons, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / name).write_bytes(b"my own")
    assert await install(commons, tmp_path, "--again") == 0
    assert commons.asked == ["venus"]
    assert (tmp_path / name).read_bytes() == b"my own"
    assert files(tmp_path) == sorted([name, *pairs("venus")])
    out = capsys.readouterr().out
    assert f"left alone: {name} is yours" in out
    assert "missing" not in out


@pytest.mark.parametrize("note", ['title = "Our kiss"', "[", 'source = "https://example.org"'])
async def test_a_picture_with_a_note_of_the_operators_is_left_alone(
    commons: Commons, tmp_path: Path, note: str
) -> None:
    (tmp_path / "kiss.jpg").write_bytes(b"my own")
    (tmp_path / "kiss.toml").write_text(note)
    assert await install(commons, tmp_path, "--again", only=("kiss",)) == 0
    assert commons.asked == []
    assert (tmp_path / "kiss.toml").read_text() == note


# Trouble at the other end


def bomb() -> bytes:
    """A PNG file of a few bytes that says to be of 3600 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"0"))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (answers(404), "answered 404 Not Found"),
        (answers(403), "answered 403 Forbidden"),
        (answers(200, Content_Type="text/html"), "not a picture"),
        (gives(bomb()), "too many pixels"),
        (gives(bytes(21 * 2**20)), "more than 20 MiB"),
        (gives(painting((400, 300))), "too small: 400 by 300 pixels"),
        (gives(painting((4000, 100))), "too narrow"),
        (answers(302, Location="ftp://127.0.0.1/kiss.jpg"), "neither http nor https"),
        (answers(302, Location="file:///etc/passwd"), "neither http nor https"),
        (answers(302, Location=""), "answered 302 Found"),
    ],
)
async def test_what_will_not_pass_is_tried_once_and_stops_no_other(
    commons: Commons,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    answer: Answer,
    words: str,
) -> None:
    commons.trouble["kiss"] = [answer] * 9
    assert await install(commons, tmp_path) == 1
    assert files(tmp_path) == pairs("venus")
    out = capsys.readouterr().out
    (line,) = (line for line in out.splitlines() if line.startswith("kiss"))
    assert "failed: " in line
    assert words in line
    assert "1 missing; the same command goes on from here." in out
    commons.trouble.clear()
    commons.asked.clear()
    assert await install(commons, tmp_path) == 0
    assert commons.asked == ["kiss"]
    assert files(tmp_path) == pairs(*TWO)


@pytest.mark.parametrize("answer", [cut, answers(500), answers(503), gives(painting()[:9000])])
async def test_what_may_pass_is_tried_again(
    commons: Commons, tmp_path: Path, answer: Answer
) -> None:
    commons.trouble["kiss"] = [answer, answer]
    assert await install(commons, tmp_path) == 0
    assert commons.asked == ["kiss", "kiss", "kiss", "venus"]
    with Image.open(tmp_path / "kiss.jpg") as kiss:
        assert kiss.size == SIZE


async def test_but_not_for_ever(commons: Commons, tmp_path: Path) -> None:
    commons.trouble["kiss"] = [cut] * 3
    assert await install(commons, tmp_path) == 1
    assert commons.asked == ["kiss", "kiss", "kiss", "venus"]
    assert files(tmp_path) == pairs("venus")
    assert await install(commons, tmp_path) == 0
    assert commons.asked[4:] == ["kiss"]


def opening(moment: float, wait: str, status: int) -> Answer:
    """Nothing before that moment of the clock, which it says in `wait`."""

    async def answer(_: web.Request) -> web.StreamResponse:
        if time.time() < moment:
            return web.Response(status=status, headers={"Retry-After": wait})
        return web.Response(body=painting())

    return answer


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("by_date", [False, True])
async def test_a_host_that_asks_to_wait_is_waited_for(
    commons: Commons, tmp_path: Path, status: int, *, by_date: bool
) -> None:
    moment = int(time.time()) + 2
    date = format_datetime(datetime.fromtimestamp(moment, UTC), usegmt=True)
    answer = opening(moment, date if by_date else "2", status)
    commons.trouble["kiss"] = [answer] * 9
    assert await install(commons, tmp_path) == 0
    # Who does not wait is refused more than once.
    assert commons.asked == ["kiss", "kiss", "venus"]


async def test_a_host_that_asks_for_an_hour_is_not_asked_again(
    commons: Commons, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commons.trouble["venus"] = [answers(429, Retry_After="3600")]
    assert await install(commons, tmp_path, only=("demon", "kiss", "rocket", "venus")) == 1
    assert commons.asked == ["kiss", "demon", "rocket", "venus"]
    commons.trouble["kiss"] = [answers(429, Retry_After="3600")]
    commons.asked.clear()
    assert await install(commons, tmp_path, "--again") == 1
    assert commons.asked == ["kiss"]
    out = capsys.readouterr().out
    assert out.count("The host asks to come back in 3600 seconds.") == 3


@pytest.mark.parametrize("said", ["soon", "", "-1", "Wed, 21 Oct 2015 07:28:00 GMT"])
async def test_a_wish_that_makes_no_sense_is_none(
    commons: Commons, tmp_path: Path, said: str
) -> None:
    commons.trouble["kiss"] = [answers(429, Retry_After=said)]
    assert await install(commons, tmp_path) == 0
    assert commons.asked == ["kiss", "kiss", "venus"]


async def test_between_two_requests_is_a_pause(
    commons: Commons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server refuses whoever comes sooner after it has answered."""
    assert Host().pause >= 1
    last = 0.0

    async def strict(_: web.Request) -> web.StreamResponse:
        nonlocal last
        before, last = last, time.monotonic()
        return web.Response(status=404 if last - before < 0.3 else 200, body=painting())

    monkeypatch.setattr("nst_core.cli.install._HOST", Host(pause=0.3))
    names = ("kiss", "demon", "venus")
    for name in names:
        commons.trouble[name] = [strict]
    assert await install(commons, tmp_path, only=names) == 0


async def test_where_nobody_answers_it_is_soon_given_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nst_core.cli.install._HOST", Host(pause=0))
    nobody = Commons(address="http://127.0.0.1:9")
    assert await install(nobody, tmp_path, only=()) == 1
    out = capsys.readouterr().out
    assert out.count("could not be fetched") == 3
    assert out.count("could not be reached again and again") == len(WORKS) - 3
    assert files(tmp_path) == []


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1, and its key in the same file."""
    if shutil.which("openssl") is None:
        pytest.skip("makes a certificate with openssl")
    place = tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=here"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", place, "-out", place),
        ],
        check=True,
        capture_output=True,
    )
    return place


async def test_a_link_that_leads_from_https_to_http_is_not_followed(
    commons: Commons, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    safe.load_cert_chain(certificate)
    app = web.Application()
    app.router.add_get("/", answers(302, Location=f"{commons.address}/thumb/Vrubel_Demon.jpg"))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=safe).start()
    monkeypatch.setattr(
        "aiohttp.connector._SSL_CONTEXT_VERIFIED", ssl.create_default_context(cafile=certificate)
    )
    try:
        with pytest.raises(FetchError, match="leads from https to http"):
            await fetch(f"https://127.0.0.1:{runner.addresses[0][1]}/")
    finally:
        await runner.cleanup()


# Trouble at this end


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--only", "kiss,nobody"), "no famous painting “nobody”. There are: starrynight, almond"),
        (("--mirror", "ftp://example.org"), "must be an http or https address"),
        (("--contact", "ann\nX-Evil: 1"), "plain letters"),
        (("--into", __file__), "cannot be written to"),
        (("--into", f"{__file__}/styles"), "cannot be written to"),
    ],
)
async def test_bad_input_is_one_line_and_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    place = () if "--into" in words else ("--into", tmp_path / "new")
    assert await nst("styles", "install", "famous", *place, *words) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert not (tmp_path / "new").exists()


async def test_only_famous_ones_can_be_installed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        await nst("styles", "install", "infamous")
    assert caught.value.code == 2
    assert "famous" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert main(["styles", "install", "famous", "--into", str(tmp_path)]) == 2


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file may grow beyond so many bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, old)


@pytest.mark.parametrize("room", [100, 3000])
async def test_a_full_disk_ends_it_and_spares_what_is_there(
    commons: Commons, tmp_path: Path, capsys: pytest.CaptureFixture[str], room: int
) -> None:
    """It is full before a note, or between it and its picture."""
    assert await install(commons, tmp_path, only=("kiss",)) == 0
    old = (tmp_path / "kiss.jpg").read_bytes()
    capsys.readouterr()
    with full_disk(room):
        assert await install(commons, tmp_path, "--again") == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "0 of 2 are in" in said.out
    assert commons.asked == ["kiss", "kiss"], "what comes next has no room either"
    assert files(tmp_path) == pairs("kiss")
    assert (tmp_path / "kiss.jpg").read_bytes() == old
    assert await install(commons, tmp_path) == 0
    assert files(tmp_path) == pairs(*TWO)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_whatever_ends_it_leaves_nothing_half_and_the_next_run_goes_on(
    commons: Commons, tmp_path: Path, ending: signal.Signals
) -> None:
    commons.trouble["venus"] = [commons.hang]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, "styles", "install", "famous"),
        *("--only", "kiss,venus", "--into", str(tmp_path), "--mirror", commons.pages),
        cwd=Path(__file__).parent.parent,
        env=os.environ | {"FORCE_COLOR": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    await commons.hanging.wait()
    process.send_signal(ending)
    out, error = (stream.decode() for stream in await process.communicate())
    assert process.returncode == (130 if ending is signal.SIGINT else -ending)
    assert "Traceback" not in error
    assert files(tmp_path) == pairs("kiss")
    if ending is signal.SIGINT:
        assert error.rstrip().endswith("nst: interrupted")
        assert "1 of 2 are in" in out
        assert "1 missing; the same command goes on from here." in out
    commons.asked.clear()
    assert await install(commons, tmp_path) == 0
    assert commons.asked == ["venus"]
    assert files(tmp_path) == pairs(*TWO)
