"""`nst` as a person types it: what it writes, what it refuses, and with which exit code."""

from __future__ import annotations

import asyncio
import io
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web
from PIL import Image

from nst_core import engine, images
from nst_core.cli import main
from nst_core.errors import FetchError
from nst_core.fetch import fetch
from nst_core.styles import Gallery
from tests.test_engine import tiny_network

Paint = Callable[[int, int], images.Picture]


@pytest.fixture(autouse=True)
def _tiny_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command's process-wide engine, over a tiny network."""
    engine.default_engine.cache_clear()
    monkeypatch.setattr(engine, "_imagenet_vgg19", tiny_network)
    yield
    engine.default_engine.cache_clear()


@pytest.fixture
def photo(tmp_path: Path, gradient: Paint) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(images.encode_jpeg(gradient(60, 80)))
    return path


@pytest.fixture
def style(tmp_path: Path, gradient: Paint) -> Path:
    path = tmp_path / "style.png"
    path.write_bytes(images.encode_png(gradient(50, 40)[::-1]))
    return path


def size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def nst(*words: object) -> int:
    return main([str(word) for word in words])


def test_stylize_writes_everything_that_was_asked_for(
    tmp_path: Path, photo: Path, style: Path
) -> None:
    out, report = tmp_path / "out.png", tmp_path / "report.json"
    plot, grid = tmp_path / "plot.png", tmp_path / "grid.png"
    code = nst(
        *("stylize", photo, "--style", style, "-o", out, "--size", 64, "--steps", 10),
        *("--strength", 70, "--quality", "draft", "--seed", 3),
        *("--report", report, "--plot", plot, "--grid", grid),
    )
    assert code == 0
    assert size(out) == (64, 48)
    facts = json.loads(report.read_text())
    assert set(facts) >= {
        *("seconds", "steps", "size", "quality", "device", "settings", "versions", "losses")
    }
    assert (facts["steps"], facts["size"], facts["quality"]) == (10, [64, 48], "draft")
    assert (facts["settings"]["strength"], facts["settings"]["seed"]) == (70, 3)
    assert size(plot) == (960, 540)
    # Photo, style, three stages and the result: two rows of at most four.
    assert size(grid) == (4 * 336 + 16, 2 * 364 + 16)


def test_preset_by_name_and_jpeg_out(tmp_path: Path, photo: Path) -> None:
    name = next(iter(Gallery.load())).name
    out = tmp_path / "out.jpg"
    assert nst("stylize", photo, "-s", name, "-o", out, "--size", 48, "--steps", 1) == 0
    assert out.read_bytes().startswith(b"\xff\xd8\xff")


def test_init_from_a_picture(tmp_path: Path, photo: Path, style: Path) -> None:
    out = tmp_path / "out.png"
    words = ("stylize", photo, "-s", style, "-o", out, "--size", 48, "--steps", 1)
    assert nst(*words, "--init", style) == 0
    from_style = images.decode(out.read_bytes())
    assert nst(*words, "--init", "noise") == 0
    from_noise = images.decode(out.read_bytes())
    given = images.resize(images.decode(style.read_bytes()), 36, 48)
    assert np.corrcoef(from_style.ravel(), given.ravel())[0, 1] > 0.9
    assert abs(np.corrcoef(from_noise.ravel(), given.ravel())[0, 1]) < 0.2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.jpg", "-s", "{style}", "-o", "{tmp}/o.png"], "nowhere.jpg cannot be read"),
        (["{tmp}", "-s", "{style}", "-o", "{tmp}/o.png"], "cannot be read"),
        (["{photo}", "-s", "mosiac", "-o", "{tmp}/o.png"], "There is no file mosiac."),
        (["{photo}", "-s", "{text}", "-o", "{tmp}/o.png"], "not a picture"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/no/o.png"], "There is no folder"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.tiff"], "must end in .png"),
        (["{photo}", "-s", "{style}", "-o", "{folder}"], "is not a file"),
        (["{photo}", "-s", "{style}", "-o", "/proc/o.png"], "/proc/o.png cannot be written"),
        (["{photo}", "-s", "{style}", "-o", "{photo}"], "is named twice"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--init", "{tmp}/o.png"], "named twice"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--grid", "{tmp}/o.png"], "named twice"),
        (["{photo}", "-s", "x" * 5000, "-o", "{tmp}/o.png"], "There is no file xxx"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--plot", "p.txt"], "end in .png"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--size", "9"], "size must be"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--steps", "0"], "steps must be"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--strength", "nan"], "strength must"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--init", "gone.png"], "cannot be read"),
        (["http://127.0.0.1:1/x.jpg", "-s", "{style}", "-o", "{tmp}/o.png"], "link could not be"),
    ],
)
def test_bad_input_is_one_line_and_code_2(
    tmp_path: Path,
    photo: Path,
    style: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    text, folder = tmp_path / "text.jpg", tmp_path / "folder.png"
    text.write_text("hello")
    folder.mkdir()
    places = {"tmp": tmp_path, "photo": photo, "style": style, "text": text, "folder": folder}
    assert nst("stylize", *(word.format(**places) for word in words)) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert error.startswith("nst: ")
    assert not (tmp_path / "o.png").exists()


def test_bad_flags_are_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        nst("stylize", "a.jpg", "-s", "b", "-o", "c.png", "--quality", "best")
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert "draft" in error
    assert error.count("\n") == 1


def test_a_full_disk_is_one_line_and_spares_the_old_file(
    tmp_path: Path,
    photo: Path,
    style: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out.png"
    out.write_bytes(b"an older painting")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        code = nst("stylize", photo, "-s", style, "-o", out, "--size", 48, "--steps", 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, old)
    assert code == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert out.read_bytes() == b"an older painting"
    assert {path.name for path in tmp_path.iterdir()} == {"out.png", "photo.jpg", "style.png"}


def test_interrupted_work_is_130_and_one_line(
    tmp_path: Path, photo: Path, style: Path, random_weights: Path
) -> None:
    command = [Path(sys.executable).with_name("nst"), "stylize", photo, "-s", style]
    with subprocess.Popen(
        [*map(str, command), "-o", str(tmp_path / "o.png"), "--size", "64", "--steps", "9999"],
        env=os.environ | {"NST_WEIGHTS": str(random_weights), "FORCE_COLOR": "1"},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        shown = ""
        while "1/" not in shown:
            shown += process.stderr.read(1)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait() == 130
    assert rest.rstrip().endswith("nst: interrupted")
    assert "Traceback" not in rest


def test_markup_in_an_operators_title_is_only_text(
    tmp_path: Path, style: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "quilt.png").write_bytes(style.read_bytes())
    (tmp_path / "own" / "styles.toml").write_text('[quilt]\ntitle = "Q [/x]"\n')
    monkeypatch.setenv("STYLEGRAM_STYLES", str(tmp_path / "own"))
    assert nst("styles") == 0
    assert "Q [/x]" in capsys.readouterr().out


def test_styles_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert nst("styles") == 0
    listing = capsys.readouterr().out
    assert all(style.name in listing for style in Gallery.load())


def test_operators_styles_are_listed_too(
    tmp_path: Path, style: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "Grandmas Quilt.png").write_bytes(style.read_bytes())
    monkeypatch.setenv("STYLEGRAM_STYLES", str(folder))
    assert nst("styles") == 0
    assert "grandmas_quilt" in capsys.readouterr().out
    monkeypatch.setenv("STYLEGRAM_STYLES", str(tmp_path / "nowhere"))
    assert nst("styles") == 2


def test_contact_sheet(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    assert nst("styles", "--sheet", sheet) == 0
    assert min(size(sheet)) > 500


def test_weights_are_shown(
    random_weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NST_WEIGHTS", str(random_weights))
    assert nst("weights") == 0
    assert capsys.readouterr().out.strip() == str(random_weights)
    monkeypatch.setenv("NST_WEIGHTS", str(tmp_path / "none.h5"))
    assert nst("weights") == 2
    assert "There is no weights file" in capsys.readouterr().err
    monkeypatch.delenv("NST_WEIGHTS")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert nst("weights") == 1
    assert "nst weights --fetch" in capsys.readouterr().out


def test_the_installed_command_paints_with_the_real_network(
    tmp_path: Path, photo: Path, style: Path, random_weights: Path
) -> None:
    out = tmp_path / "out.png"
    command = [Path(sys.executable).with_name("nst"), "stylize", photo, "-s", style, "-o", out]
    done = subprocess.run(
        [*map(str, command), "--size", "48", "--steps", "2"],
        env=os.environ | {"NST_WEIGHTS": str(random_weights)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert size(out) == (48, 36)
    assert done.stdout == ""
    assert done.stderr == ""


@pytest.fixture
async def server(gradient: Paint) -> AsyncIterator[str]:
    """A web server with a picture, a redirect to it, an error, too much, and a slow trickle."""

    stop = asyncio.Event()

    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"\xff\xd8")
        await stop.wait()
        return response

    async def redirect(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/photo"})

    async def picture(_: web.Request) -> web.Response:
        return web.Response(body=images.encode_png(gradient(60, 80)))

    async def endless(_: web.Request) -> web.Response:
        return web.Response(body=bytes(100_000))

    app = web.Application()
    app.router.add_get("/photo", picture)
    app.router.add_get("/moved", redirect)
    app.router.add_get("/endless", endless)
    app.router.add_get("/trickle", trickle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    stop.set()
    await runner.cleanup()


async def test_links_are_fetched(server: str) -> None:
    for path in ("photo", "moved"):
        assert Image.open(io.BytesIO(await fetch(f"{server}/{path}"))).size == (80, 60)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("gone", "answered 404 Not Found"),
        ("endless", "more than 0 MiB"),
        ("trickle", "longer than 0.2 seconds"),
    ],
)
async def test_bad_links_are_told(server: str, path: str, message: str) -> None:
    with pytest.raises(FetchError, match=message):
        await fetch(f"{server}/{path}", limit=50_000, timeout=0.2)


async def test_link_on_the_command_line(server: str, tmp_path: Path, style: Path) -> None:
    out = tmp_path / "out.png"
    words = ("stylize", f"{server}/photo", "-s", style, "-o", out, "--size", 48, "--steps", 1)
    assert await asyncio.to_thread(nst, *words) == 0
    assert size(out) == (48, 36)
