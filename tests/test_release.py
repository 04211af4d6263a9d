"""What is released: packages that hold everything, made alike each time, and run by themselves."""

from __future__ import annotations

import asyncio
import configparser
import hashlib
import io
import os
import re
import site
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

import nst_core
from tests import licences
from tests.bot.door import picture
from tests.bot.test_demo import next_call, say
from tests.ports import free_port

ROOT = Path(__file__).parent.parent


def built(target: str, folder: Path) -> Path:
    """A package of what is in this folder, as a release has it."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", folder],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    (found,) = folder.iterdir()
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", tmp_path_factory.mktemp("wheel"))


def kept() -> set[str]:
    """Every file that belongs to the project; those of the packages only, where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.splitlines() or [
        str(path.relative_to(ROOT))
        for package in ("bot", "nst_core")
        for path in (ROOT / package).rglob("*")
        if "__pycache__" not in path.parts
    ]
    return {name for name in names if (ROOT / name).is_file()}


def test_a_wheel_holds_every_file_of_both_packages(wheel: Path) -> None:
    expected = {name for name in kept() if name.startswith(("bot/", "nst_core/"))}
    with zipfile.ZipFile(wheel) as package:
        held = {name for name in package.namelist() if ".dist-info/" not in name}
    assert held == expected
    assert {"bot/py.typed", "nst_core/py.typed", "bot/demo/page/index.html"} <= held
    assert {Path(name).suffix for name in held} > {".py", ".jpg", ".toml", ".js", ".css", ".svg"}


def test_a_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as package:
        (about,) = (name for name in package.namelist() if name.endswith("/METADATA"))
        metadata = package.read(about).decode()
        entries = configparser.ConfigParser()
        entries.read_string(package.read(about.replace("METADATA", "entry_points.txt")).decode())
    assert f"\nVersion: {nst_core.__version__}\n" in metadata
    for extra in ("cluster", "gpu"):
        assert f"\nProvides-Extra: {extra}\n" in metadata
    assert set(entries["console_scripts"]) == {"nst", "stylegram"}


def test_a_source_package_is_enough_to_work_on(tmp_path: Path) -> None:
    with tarfile.open(built("sdist", tmp_path)) as package:
        held = {name.partition("/")[2] for name in package.getnames()}
    expected = {name for name in kept() if not name.startswith((".ci/", ".gitattributes"))}
    assert expected <= held
    assert held - expected == {"PKG-INFO"}


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_packages_are_the_same_each_time(target: str, tmp_path: Path) -> None:
    hashes = set()
    for time in ("one", "other"):
        (folder := tmp_path / time).mkdir()
        hashes.add(hashlib.sha256(built(target, folder).read_bytes()).hexdigest())
    assert len(hashes) == 1


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel in it, and with our dependencies."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    # All that is installed here, but not this folder, whose sources would hide what is missing.
    others = [place for place in site.getsitepackages() if Path(place).is_dir()]
    (packages / "others.pth").write_text("\n".join(others))
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    return folder / "bin"


def told(command: list[str | Path], folder: Path) -> str:
    """What a command says, from a folder without the sources."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_installed_programs_run(installed: Path, tmp_path: Path) -> None:
    where = "import bot, nst_core; print(bot.__file__, nst_core.__file__)"
    files = told([installed / "python", "-c", where], tmp_path).split()
    assert all(Path(file).is_relative_to(installed.parent) for file in files)
    for program in ("nst", "stylegram"):
        said = told([installed / program, "--version"], tmp_path)
        assert said == f"Stylegram {nst_core.__version__}\n"
    assert "mosaic" in told([installed / "nst", "styles"], tmp_path)


async def test_the_installed_demo_paints(
    installed: Path, tmp_path: Path, random_weights: Path
) -> None:
    port = free_port()
    settings = {"NST_WEIGHTS": str(random_weights), "STYLEGRAM_SIZE": "64", "STYLEGRAM_STEPS": "5"}
    demo = await asyncio.create_subprocess_exec(
        *(installed / "stylegram", "--demo", "--no-open", "--port", str(port)),
        cwd=tmp_path,
        env={**os.environ, **settings},
        stderr=asyncio.subprocess.PIPE,
    )
    assert demo.stderr
    log = b""
    async with asyncio.timeout(60):
        while b"Try it here" not in log:
            log += (line := await demo.stderr.readline())
            assert line, log
    # Its log is read on, so that it never waits for a reader.
    reading = asyncio.create_task(demo.stderr.read())
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as page:
        async with page.get("/") as response:
            assert "Stylegram" in await response.text()
        await say(page, "mosaic", picture(1))
        assert (await next_call(page, "painted in"))["method"] == "sendPhoto"
    demo.terminate()
    await reading
    assert await demo.wait() == 0


def test_every_locked_package_has_its_licence_told() -> None:
    page = licences.PAGE.read_text()
    listed = set(re.findall(r"^\| ([\w.-]+) \| [^?|]+ \|$", page, re.MULTILINE))
    for lock in ("requirements.lock", "requirements-gpu.lock"):
        lines = licences.locked(ROOT / lock)
        # What other systems need besides is told by none of them.
        everywhere = {line.partition("==")[0] for line in lines if "'win32'" not in line}
        assert everywhere <= listed


def test_the_changelog_knows_the_version() -> None:
    heads = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert heads[0] == "Unreleased"
    assert any(head.startswith(f"{nst_core.__version__} – ") for head in heads)


def lines_of(pages: Iterator[Path]) -> Iterator[str]:
    for page in pages:
        yield from io.StringIO(page.read_text())


def test_actions_are_of_a_stated_version() -> None:
    used = [
        line.partition("uses:")[2].strip()
        for line in lines_of((ROOT / ".github" / "workflows").glob("*.yml"))
        if "uses:" in line
    ]
    assert used
    assert [one for one in used if not re.search(r"@(v\d|release/v\d)", one)] == []
