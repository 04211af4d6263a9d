"""Images and compose file agree with the program that they are about."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import VARIABLES
from tests.bot.process import running
from tests.cluster.broker import documented_rights
from tests.image import needed, steps
from tests.ports import free_port

ROOT = Path(__file__).parent.parent
COMPOSE = (ROOT / "compose.yaml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_every_setting_reaches_the_bot() -> None:
    passed_on = set(re.findall(r"^ +([A-Z_]+):", COMPOSE, re.MULTILINE))
    of_the_image = set(re.findall(r"\b(STYLEGRAM_[A-Z_]+)=", DOCKERFILE))
    assert {variable.name for variable in VARIABLES} <= passed_on | of_the_image


def test_the_example_names_only_what_is_understood() -> None:
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    filled_in = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    passed_on = set(re.findall(r"^ +([A-Z_]+):$", COMPOSE, re.MULTILINE))
    assert filled_in <= named
    assert named <= filled_in | passed_on | {"COMPOSE_PROFILES"}
    profiles = re.search(r"COMPOSE_PROFILES=(\w+)", example)
    assert profiles
    assert f"profiles: [{profiles[1]}]" in COMPOSE


def test_a_worker_knows_no_token() -> None:
    worker = COMPOSE[COMPOSE.index("x-worker:") : COMPOSE.index("services:")]
    assert "BROKER_GPU_PASSWORD" in worker
    assert not re.search(r"BOT_TOKEN|BROKER_BOT_PASSWORD|\*settings", worker)


def test_the_broker_is_as_the_guide_asks_for() -> None:
    script = (ROOT / "deploy" / "broker.sh").read_text().replace("\\\n", " ")
    found = re.findall(r"give (\w+) \S+ +'(.*)' +'(.*)' +'(.*)'", script)
    given = {user: tuple(rights) for user, *rights in found}
    rights = documented_rights()
    assert given == {user: rights[user] for user in ("bot", "gpu")}
    settings = (ROOT / "deploy" / "rabbitmq.conf").read_text().partition("\n")[2]
    assert settings in (ROOT / "docs" / "cluster.md").read_text()


def test_what_is_copied_is_there_and_not_ignored() -> None:
    kept = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = [
        name
        for step, rest in steps(DOCKERFILE)
        if step == "COPY" and not rest.startswith("--from=")
        for name in rest.split()[:-1]
    ]
    assert copied
    for name in copied:
        assert (ROOT / name).exists()
        assert any(Path(name).match(pattern) for pattern in kept), name


@pytest.mark.parametrize(("target", "other"), [("cpu", "gpu"), ("gpu", "cpu")])
def test_a_target_needs_nothing_of_the_other(target: str, other: str) -> None:
    stages = needed(target)
    assert {"wheel", "runtime", f"packages-{target}"} <= stages
    assert not stages & {other, f"packages-{other}"}


def alive(port: int, *arguments: str) -> int:
    command = re.search(r"CMD (\[.*\])", DOCKERFILE)
    assert command
    words = json.loads(command[1])
    done = subprocess.run(
        [sys.executable, *words[1:], *arguments],
        env={**os.environ, "STYLEGRAM_METRICS_PORT": str(port), "http_proxy": "http://127.0.0.1:9"},
        stdout=subprocess.PIPE,
        check=False,
        cwd=ROOT,
    )
    return done.returncode


async def test_health_is_the_bots_own_word(tmp_path: Path) -> None:
    port = free_port()
    settings = {"STYLEGRAM_METRICS_PORT": str(port), "NST_WEIGHTS": str(tmp_path / "none.h5")}
    assert alive(port) == 1
    async with running("bot", "--demo", "--no-open", "--port", "0", **settings) as bot:
        await bot.monitor()
        assert alive(port) == 0
        assert alive(port, "/nothing") == 1
