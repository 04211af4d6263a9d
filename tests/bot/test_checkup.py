"""`--check`: each thing that a bot needs, missing or damaged, is a line that says what to do."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from collections import namedtuple
from contextlib import closing
from pathlib import Path

import pytest
from lo_bot_api_emulator import ApiRefusal

from bot.checkup import check_up
from bot.config import Config, load
from bot.database import FILE
from bot.demo.server import serving
from bot.schema import VERSION
from bot.store import Store
from nst_core import memory, sketch
from nst_core.finding import Finding
from tests.bot.bench import Bench
from tests.bot.calls import TOKEN, USERNAME, Fault
from tests.bot.process import ROOT, environment

SECRET = TOKEN.partition(":")[2]
Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - as `shutil` has it

needs_sketches = pytest.mark.skipif(
    not sketch.available(), reason="the packages of the sketch are not installed"
)


@pytest.fixture(autouse=True)
def _no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NST_WEIGHTS", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


async def checked(*arguments: str, **settings: str) -> tuple[int, list[str]]:
    """Exit code and lines of `python -m bot --check`."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("STYLEGRAM_", "BOT_"))
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "--check", *arguments),
        cwd=ROOT,
        env={**inherited, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    assert error.decode() == ""
    assert process.returncode is not None
    return process.returncode, out.decode().splitlines()


def one(config: Config, about: str) -> Finding:
    """What is found about one thing, and nothing after it is tried."""
    return next(finding for finding in check_up(config) if finding.about == about)


def config_in(folder: Path, **more: str) -> Config:
    # Nothing listens at this port: the first check fails at once.
    said = {"BOT_TOKEN": TOKEN, "BOT_API_URL": "http://127.0.0.1:9", "STYLEGRAM_DATA": str(folder)}
    return load({**said, **more})


async def test_a_machine_on_which_all_is_well(tmp_path: Path, random_weights: Path) -> None:
    async with serving() as demo:
        Bench(demo)
        settings = environment(demo.address, random_weights, STYLEGRAM_DATA=str(tmp_path / "new"))
        code, lines = await checked(**settings)
    assert [line.split()[:2] for line in lines] == [
        ["settings", "ok"],
        ["telegram", "ok"],
        ["data", "ok"],
        ["disk", "ok"],
        ["styles", "ok"],
        ["weights", "ok"],
        ["picture", "ok"],
        ["device", "ok"],
    ]
    assert code == 0
    assert f"@{USERNAME}" in lines[1]
    assert "a draft of 64 ×" in lines[6]
    assert not (tmp_path / "new").exists(), "it changes nothing"


@needs_sketches
async def test_everything_that_is_wrong_is_a_line_of_its_own(tmp_path: Path) -> None:
    async with serving() as demo:
        bench = Bench(demo)
        bench.break_with(Fault("getMe", ApiRefusal("Unauthorized", 401), times=9))
        (tmp_path / "styles.toml").write_text("[")
        (tmp_path / FILE).write_bytes(b"x" * 5000)
        settings = environment(
            demo.address,
            tmp_path / "none.h5",
            STYLEGRAM_DATA=str(tmp_path),
            STYLEGRAM_STYLES=str(tmp_path),
        )
        code, lines = await checked(**settings)
    assert code == 1
    found = {line.split()[0]: line for line in lines}
    assert [name for name, line in found.items() if line.split()[1] == "problem"] == [
        *("telegram", "data", "styles", "weights")
    ]
    for name, words in (
        ("telegram", "Ask @BotFather"),
        ("data", "is damaged"),
        ("styles", "styles.toml"),
        ("weights", "nst weights --fetch"),
    ):
        assert words in found[name]
    assert SECRET not in "".join(lines)


async def test_settings_that_are_wrong_are_all_that_is_told(tmp_path: Path) -> None:
    file = tmp_path / "bot.toml"
    file.write_text("size = 9\ndayly = 5")
    code, lines = await checked("--config", str(file))
    assert code == 1
    assert [line.split()[:3] for line in lines] == [
        ["settings", "problem", "BOT_TOKEN"],
        ["settings", "problem", "size"],
        ["settings", "problem", "dayly"],
    ]


def test_the_data_of_a_bot_at_work_is_looked_at_and_left_alone(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    store = Store(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert one(config, "data") == Finding("data", is_fine=True, text=f"{tmp_path}, undamaged")
    after = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert after.keys() == before.keys()
    assert after[tmp_path / FILE] == before[tmp_path / FILE]
    store.close()
    assert one(config, "data").is_fine
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    found = one(config, "data")
    assert not found.is_fine
    assert "newer bot" in found.text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_belongs_to_somebody_else(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    found = one(config_in(tmp_path / "data"), "data")
    assert not found.is_fine
    assert "Permission denied; give it to the bot's user" in found.text


def test_a_folder_that_cannot_be_written() -> None:
    found = one(config_in(Path("/proc/stylegram")), "data")
    assert not found.is_fine
    assert "/proc cannot be written to" in found.text


def test_a_disk_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = config_in(tmp_path / "not" / "yet" / "made")
    assert one(config, "disk").is_fine
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(10**12, 10**12, 10**8))
    found = one(config, "disk")
    assert not found.is_fine
    assert f"0.1 GB free at {tmp_path}; make it 1 GB at least" in found.text


@needs_sketches
def test_without_weights_the_picture_is_a_sketch(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    weights, picture = [*check_up(config)][-2:]
    assert not weights.is_fine
    assert "photos become sketches until then" in weights.text
    assert picture.is_fine
    assert "a sketch of 64 ×" in picture.text


@pytest.mark.skipif(memory.of_card() is not None, reason="this machine's card is used")
def test_a_card_that_is_left_unused(
    tmp_path: Path, random_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NST_WEIGHTS", str(random_weights))
    # What `nvidia-smi` tells where there is a card.
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 40000\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    assert memory.of_card() == 40000 * 2**20
    found = one(config_in(tmp_path), "device")
    assert not found.is_fine
    assert found.text.startswith("CPU, computing in")
    assert "stylegram[gpu]" in found.text
