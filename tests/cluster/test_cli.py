"""`nst worker` and `nst cluster status` as an operator types them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from amqp import Message

from nst_core import images
from nst_core.cli import main
from nst_core.cluster import link
from nst_core.cluster.executor import CeleryExecutor
from nst_core.cluster.monitor import serving
from nst_core.cluster.names import NAMES
from nst_core.cluster.wire import Presence, pack
from nst_core.executor import Finished
from nst_core.settings import Settings
from tests.acceptance import MANY, Pictures, terminal
from tests.cluster.broker import ROOT, Broker
from tests.cluster.crew import Crew
from tests.cluster.test_faults import running, workers
from tests.ports import free_port

pytestmark = pytest.mark.cluster


def nst(*arguments: str, url: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nst_core.cli", *arguments],
        env=os.environ | {"STYLEGRAM_BROKER_URL": url, "COLUMNS": "200"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_status_tells_of_workers_bots_and_queues(
    broker: Broker, host: str, executor: CeleryExecutor, crew: Crew, pictures: Pictures
) -> None:
    crew.hire(), crew.hire("--largest", "2048")
    await workers(executor, 2)
    handles = [await executor.submit(pictures.job(f"job{n}", steps=MANY)) for n in range(7)]
    for handle in handles[:2]:
        await running(handle)
    url = broker.url(host)
    shown, told = await asyncio.gather(
        asyncio.to_thread(nst, "cluster", "status", url=url),
        asyncio.to_thread(nst, "cluster", "status", "--json", url=url),
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert len(re.findall(r"fake-\w+@.* waiting .* 1024 MiB .* painting", shown.stdout)) == 2
    assert "2048 px" in shown.stdout
    assert "Bot bot: 5 waiting, 2 running." in shown.stdout
    assert "nobody has taken: 2." in shown.stdout
    facts = json.loads(told.stdout)
    assert [worker["work"] for worker in facts["workers"]] == ["painting"] * 2
    assert {worker["job"] for worker in facts["workers"]} == {"job0", "job1"}
    assert facts["bots"] == [{"bot": "bot", "waiting": 5, "running": 2}]
    assert facts["lanes"]["1024"] == facts["lanes"]["2048"] == 1


async def test_what_workers_call_themselves_gives_no_orders_to_a_terminal(
    executor: CeleryExecutor, broker: Broker
) -> None:
    url = executor._url
    name = "evil\x1b]0;owned\x07\x1b[2J[red]"
    presence = Presence(
        worker=name, release="", device=name, memory=None, largest=512, lane=512, quiet=60.0
    )
    looking = asyncio.create_task(asyncio.to_thread(nst, "cluster", "status", url=url))
    with link.connect(url) as connection:
        while not looking.done():
            connection.default_channel.basic_publish(
                Message(pack(presence)), NAMES.events, NAMES.fleet
            )
            await asyncio.sleep(0.1)
    shown = (await looking).stdout
    assert "[red]" in shown
    assert not {"\x1b", "\x07"} & {*shown}
    assert broker.port


def test_who_says_nothing_does_not_keep_the_health_check_waiting() -> None:
    presence = Presence(worker="w", release="", device="", memory=None, largest=512, lane=512)
    port = free_port()
    with serving(port, lambda: presence, lambda: True):
        silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(2)]
        assert ask(f"http://127.0.0.1:{port}/healthz") == "ok\n"
        for each in silent:
            each.close()
        with pytest.raises(OSError, match=f"port {port}"), serving(port, lambda: presence, bool):
            pass


async def test_no_workers_is_an_exit_code(executor: CeleryExecutor, broker: Broker) -> None:
    done = await asyncio.to_thread(nst, "cluster", "status", url=executor._url)
    assert (done.returncode, done.stderr) == (1, "")
    assert "nst worker" in done.stdout
    assert broker.port


@pytest.mark.parametrize("command", [("worker",), ("cluster", "status")])
def test_what_is_wrong_is_told_in_one_line(
    broker: Broker,
    host: str,
    command: Sequence[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for url, code, words in (
        ("", 2, "Which broker"),
        ("redis://localhost", 2, "must look like amqp://"),
        (broker.url(host, "gpu", "wr0ng"), 2, "does not let us in"),
        (broker.url("nowhere"), 2, "no such virtual host"),
    ):
        monkeypatch.setenv("STYLEGRAM_BROKER_URL", url)
        assert main(command) == code
        error = capsys.readouterr().err
        [line] = [line for line in error.splitlines() if line.startswith("nst: ")]
        assert words in line
        assert "wr0ng" not in error
        assert "secret" not in error


def test_a_broker_that_is_not_there_is_told(broker: Broker, host: str) -> None:
    url = broker.url(host).replace(f":{broker.port}/", ":1/")
    done = nst("cluster", "status", url=url)
    assert done.returncode == 1
    assert done.stderr == f"nst: No broker answers at amqp://127.0.0.1:1/{host}.\n"


def test_without_the_extra_it_is_told_what_to_install() -> None:
    code = (
        "import sys; sys.modules['celery'] = None; from nst_core.cli import main; sys.exit(main())"
    )
    for command in (["worker"], ["cluster", "status"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *command, "--broker-url", "amqp://localhost"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "pip install 'stylegram[cluster]'" in done.stderr


@pytest.mark.weights
async def test_a_true_worker_paints(
    executor: CeleryExecutor, broker: Broker, host: str, true_weights: Path, tmp_path: Path
) -> None:
    """The true network, loaded before the first job is taken; health and metrics beside it."""
    place = tmp_path / "output"
    with place.open("wb") as output:
        process = subprocess.Popen(  # noqa: ASYNC220 - it is there at once
            [sys.executable, "-m", "nst_core.cli", "worker", "--name", "true", "--metrics-port=0"],
            env=os.environ
            | {"STYLEGRAM_BROKER_URL": broker.url(host, "gpu"), "NST_WEIGHTS": str(true_weights)},
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    try:
        await workers(executor, 1)
        photo = (ROOT / "bot" / "demo" / "samples" / "lighthouse.jpg").read_bytes()
        job = Pictures(photo, photo).job("one")
        job = replace(job, settings=Settings(size=128, steps=6))
        handle = await executor.submit(job)
        done = await terminal(handle)
        assert isinstance(done, Finished), done
        assert not done.sketched
        assert max(images.decode(done.image).shape) == 128
        [port] = re.findall(r"metrics are at port (\d+)", place.read_text())
        said = await asyncio.to_thread(ask, f"http://127.0.0.1:{port}/metrics")
        assert "stylegram_worker_paintings_total 1.0" in said
        assert "stylegram_worker_connected 1.0" in said
        assert await asyncio.to_thread(ask, f"http://127.0.0.1:{port}/healthz") == "ok\n"
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait) == 0
        assert "secret" not in place.read_text()
    finally:
        process.kill()
        process.wait()


def ask(url: str) -> str:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own
        return str(answer.read().decode())
