"""What the guides tell people to type is understood, and what can run here is run as written."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import _options
from bot.config import load
from bot.demo.__main__ import _parser as demo_parser
from nst_core import cli, images
from tests.image import steps
from tests.reference import slug
from tests.test_cli import engine_over
from tests.test_engine import tiny_network

Paint = Callable[[int, int], images.Picture]

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
COMPOSE = (ROOT / "compose.yaml").read_text()
TARGETS = {rest.partition(" AS ")[2] for step, rest in steps((ROOT / "Dockerfile").read_text())}
# Of the system or of another machine: that they do what is said was tried by hand.
FOREIGN = frozenset(
    {"chmod", "chown", "cp", "curl", "export", "jq", "journalctl", "rabbitmqctl"}
    | {"systemctl", "useradd"}
)


def blocks(language: str) -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for said in re.findall(
            rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL
        ):
            yield page, said


def commands() -> Iterator[tuple[str, list[str]]]:
    """Where a command stands, and its words, without variables that are set before it."""
    for page, said in blocks("sh"):
        for line in said.replace("\\\n", " ").splitlines():
            words: list[str] = []
            for word in [*shlex.split(line, comments=True), ";"]:
                if word not in {";", "&&", "&", "|", "||"}:
                    words.append(word)
                    continue
                while words and re.match(r"[A-Z_]+=", words[0]):
                    del words[0]
                if words:
                    yield page.name, words
                words = []


COMMANDS = list(commands())


def understood(words: list[str]) -> bool:
    """Whether the program knows all that it is told, as far as that can be seen from here."""
    program, *rest = words
    name = re.sub(r"^(\.venv|/opt/stylegram)/bin/", "", program)
    return KNOWN[name](rest) if name in KNOWN else name in FOREIGN


def knows_python(words: list[str]) -> bool:
    assert words[0] == "-m"
    parsers: dict[str, Callable[[list[str]], object]] = {
        "bot": _options,
        "bot.demo": demo_parser().parse_args,
    }
    if parse := parsers.get(words[1]):
        return bool(parse(words[2:]))
    return importlib.util.find_spec(words[1]) is not None


def knows_make(words: list[str]) -> bool:
    return f"\n{words[0]}:" in (ROOT / "Makefile").read_text()


def knows_pip(words: list[str]) -> bool:
    if found := re.fullmatch(r"stylegram(?:\[(\w+)\])?", words[-1]):
        return found[1] is None or found[1] in EXTRAS
    return (ROOT / words[-1]).exists()


def knows_nst(words: list[str]) -> bool:
    parser = cli._parser()
    return bool(parser.parse_args(words))


def knows_docker(words: list[str]) -> bool:
    """Whether targets, profiles and services are there."""
    told = " ".join(words)
    for target in re.findall(r"--target (\S+)", told):
        assert target in TARGETS
    for profile in re.findall(r"--profile (\S+)", told):
        assert f"profiles: [{profile}]" in COMPOSE
    if found := re.match(r"compose (?:run|exec|cp)(?: --rm| --entrypoint \S+)* ([\w-]+)", told):
        assert f"\n  {found[1]}:\n" in COMPOSE
    return True


KNOWN: dict[str, Callable[[list[str]], bool]] = {
    "docker": knows_docker,
    "make": knows_make,
    "nst": knows_nst,
    "pip": knows_pip,
    "python": knows_python,
    "python3": knows_python,
    "stylegram": lambda words: bool(_options(words)),
}


def test_there_are_commands() -> None:
    assert {"nst", "make", "docker", "python"} <= {words[0] for _, words in COMMANDS}


@pytest.mark.parametrize(("page", "words"), COMMANDS, ids=lambda value: str(value)[:60])
def test_a_command_is_understood(page: str, words: list[str]) -> None:
    assert understood(words), f"{page}: {shlex.join(words)}"


@pytest.fixture
def studio(tmp_path: Path, gradient: Paint, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the pictures that the guides speak of."""
    for name in ("photo.jpg", "painting.jpg"):
        (tmp_path / name).write_bytes(images.encode_jpeg(gradient(48, 64)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_pictures_are_painted_as_written(studio: Path) -> None:
    with engine_over(tiny_network):
        for _, words in COMMANDS:
            paints = words[1:2] == ["stylize"] or words[1:3] == ["styles", "--sheet"]
            if words[0] == ".venv/bin/nst" and paints:
                # It is about the words: a few steps show as much as many.
                few = ["--steps", "4"] if words[1] == "stylize" else []
                assert cli.main([*words[1:], *few]) == 0
    made = {path.name for path in studio.iterdir()} - {"photo.jpg", "painting.jpg"}
    assert made == {
        *("sheet.png", "painting.png", "mixed.png", "out.png"),
        *("film.mp4", "grid.png", "loss.png", "report.json"),
    }


def test_programs_run_as_written(
    studio: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # An executor makes an engine of its own.
    monkeypatch.setattr("nst_core.executor.patience.Patience", lambda: tiny_network)
    with engine_over(tiny_network):
        for _, said in blocks("python"):
            known: dict[str, Any] = {}
            exec(said, known)  # noqa: S102 - our own words
    made = {path.name for path in studio.iterdir()} - {"photo.jpg", "painting.jpg"}
    assert made == {"out.png", "out.jpg", "film.mp4", "painting-1.png", "painting-2.png"}
    assert "2/1: 100%" in capsys.readouterr().out


def test_services_start_what_there_is() -> None:
    started = [
        line.partition("=")[2]
        for _, unit in blocks("ini")
        for line in unit.splitlines()
        if line.startswith("ExecStart=")
    ]
    assert started
    for command in started:
        assert understood(shlex.split(command)), command


def test_the_settings_file_is_understood(tmp_path: Path) -> None:
    (written,) = (said for _, said in blocks("toml") if "bot_token" in said)
    file = tmp_path / "stylegram.toml"
    # Whether there is such a folder is this machine's business.
    file.write_text(written.replace("/var/lib/stylegram", str(tmp_path)))
    assert load({}, file=str(file)).admins


def test_sizes_are_as_measured() -> None:
    guide, measured = ((ROOT / "docs" / name).read_text() for name in ("operating.md", "engine.md"))
    section = guide.partition("## Sizing\n")[2].partition("\n## ")[0]
    cells = re.findall(r"(?<=\| )\d+(?= \|)", section)
    assert cells
    assert [cell for cell in cells if not re.search(rf"\b{cell}\b", measured)] == []


def test_every_page_is_in_the_table_of_contents() -> None:
    contents = (ROOT / "docs" / "README.md").read_text()
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert {page for page in pages if page not in contents} == set()


def test_the_map_shows_what_there_is() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    places = re.findall(r"`((?:bot|nst_core|tests|benchmarks)/[\w./]*)`", page)
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            target, _, anchor = link.partition("#")
            if target.startswith("http"):
                continue
            place = (page.parent / target) if target else page
            assert place.exists(), f"{page.name}: {link}"
            if anchor:
                heads = re.findall(r"^#+ (.+)$", place.read_text(), re.MULTILINE)
                taken: dict[str, int] = {}
                assert anchor in {slug(head, taken) for head in heads}, link
