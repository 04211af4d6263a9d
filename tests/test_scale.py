"""The simulation of a cluster keeps the laws of queues, and the study says what is full first."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks.__main__ import main
from benchmarks.scale import study
from benchmarks.simulation import Day, Seconds, Visit, simulate
from benchmarks.traffic import Inputs, Load

MANY = 100_000


def fixed(seconds: float) -> Seconds:
    return lambda _: seconds


def random(mean: float) -> Seconds:
    return lambda chance: chance.expovariate(1 / mean)


def alone(servers: int, rate: float, seconds: Seconds, *, limit: int | None = None) -> Day:
    """One station; its name does not matter."""
    return simulate([Visit("it", seconds)], {"it": servers}, rate, MANY, seed=3, limit=limit)


def mean(values: list[float] | tuple[float, ...]) -> float:
    return sum(values) / len(values)


def erlang_c(servers: int, offered: float) -> float:
    """The probability of having to wait."""
    full = offered**servers / math.factorial(servers) * servers / (servers - offered)
    return full / (sum(offered**n / math.factorial(n) for n in range(servers)) + full)


@pytest.mark.parametrize("busy", [0.3, 0.6, 0.8])
def test_one_server_of_fixed_seconds_agrees_with_pollaczek_and_khinchin(busy: float) -> None:
    day = alone(1, busy / 2, fixed(2.0))
    assert mean([*day.waits]) == pytest.approx(2 * busy / (2 * (1 - busy)), rel=0.06)
    assert day.stations["it"].busy / day.seconds == pytest.approx(busy, rel=0.02)


@pytest.mark.parametrize(("servers", "offered"), [(1, 0.7), (4, 3.2), (10, 8.0)])
def test_many_servers_of_random_seconds_agree_with_erlang(servers: int, offered: float) -> None:
    day = alone(servers, offered / 5, random(5.0))
    expected = erlang_c(servers, offered) * 5 / (servers - offered)
    assert mean([*day.waits]) == pytest.approx(expected, rel=0.1)


def test_who_finds_it_full_is_refused_as_often_as_erlang_says() -> None:
    """With room for those alone who are served, whatever their seconds are spread like."""
    offered, servers = 4.0, 5
    blocked = (offered**servers / math.factorial(servers)) / sum(
        offered**n / math.factorial(n) for n in range(servers + 1)
    )
    for seconds in (fixed(2.0), random(2.0)):
        day = alone(servers, offered / 2, seconds, limit=servers)
        assert day.refused / day.come == pytest.approx(blocked, rel=0.05)
        assert not any(day.waits)


ROUTE = [
    Visit("desk", fixed(0.1)),
    Visit("post", fixed(0.3), beside=True),
    Visit("easel", random(4.0)),
    Visit("desk", random(0.2)),
    Visit("post", fixed(0.3), beside=True),
]


@pytest.mark.parametrize("limit", [None, 12])
def test_little_and_no_job_is_lost(limit: int | None) -> None:
    servers = {"desk": 1, "easel": 5, "post": 1}
    day = simulate(ROUTE, servers, 1.1, 20_000, seed=1, limit=limit)
    assert day.come == 20_000
    assert day.done == day.come - day.refused == len(day.sojourns)
    assert bool(day.refused) == (limit is not None)
    # L is the rate times W: two ways to count the same, from empty to empty.
    assert day.area == pytest.approx(sum(day.sojourns), rel=1e-9)
    for name, station in day.stations.items():
        assert station.visits == day.done * sum(visit.station == name for visit in ROUTE)
        assert station.spent >= station.busy > 0
        assert station.busy <= servers[name] * day.seconds


def test_the_same_seed_is_the_same_day() -> None:
    days = [
        simulate(ROUTE, {"desk": 1, "easel": 5, "post": 1}, 1.0, 500, seed=n) for n in (1, 1, 2)
    ]
    assert days[0].waits == days[1].waits
    assert days[0].waits != days[2].waits


def test_nobody_overtakes() -> None:
    """Of one server's jobs, who came first has ended first."""
    day = alone(1, 0.4, fixed(2.0))
    assert len(day.sojourns) == MANY
    gaps = Random(3)
    came, free = 0.0, 0.0
    for sojourn in day.sojourns[:1000]:
        free = max(free, came) + 2.0
        assert sojourn == pytest.approx(free - came)
        came += gaps.expovariate(0.4)


# --- what each part has to do


def load(**changes: Any) -> Load:
    known: dict[str, Any] = {"workers": 10, "rate": 0.5, "painting": 5.0, "waiting": 0.0, **changes}
    return Load(inputs=Inputs(), **known)


def test_more_of_anything_is_more_for_everybody() -> None:
    before = load()
    for name, value in (("workers", 20), ("rate", 1.0), ("painting", 10.0)):
        after = load(**{name: value})
        assert after.messages > before.messages
        assert after.broker > before.broker
        assert after.bot > before.bot
    assert load(waiting=10.0).edits_wanted > before.edits_wanted


def test_edits_have_what_other_messages_leave() -> None:
    crowded = load(rate=5.0, painting=50.0, workers=50)
    assert crowded.must + crowded.edits == crowded.telegram == 30
    assert crowded.edits < crowded.edits_wanted
    assert load(rate=8.0).edits == 0
    assert load().edits == load().edits_wanted


def test_an_idle_cluster_says_only_that_it_is_there() -> None:
    idle = load(rate=0.0, painting=0.0)
    assert idle.messages == 10 * Inputs().presence
    assert idle.must == idle.edits == 0


# --- the study


def first(workers: int, jobs: int, bots: int = 1) -> tuple[str, float]:
    [cell] = study([workers], [jobs], bots=bots, count=12_000)
    return cell.first


def test_what_is_full_first() -> None:
    name, share = first(1, 1000)
    assert name == "workers"
    assert share == pytest.approx(1, abs=0.02)
    name, share = first(1000, 100_000)
    assert name == "Telegram"
    assert share == pytest.approx(1, abs=0.1)
    assert first(1000, 100_000, bots=8)[1] < 0.9


def test_long_jobs_fill_the_bot() -> None:
    """Each worker at work tells it something all the time."""
    [cell] = study([1000], [20_000], Inputs(paint=50.0), count=12_000)
    name, share = cell.first
    assert name == "bot"
    assert share == pytest.approx(1, abs=0.1)


def test_people_wait_for_as_long_as_the_line_is() -> None:
    """Who is taken last has the whole line before them."""
    [cell] = study([1], [1000], count=6000)
    assert cell.refused == pytest.approx(1 - 360 / 1000, abs=0.05)
    assert cell.wait(0.5) == pytest.approx(Inputs().limit(1) * Inputs().paint, rel=0.1)
    [quiet] = study([10], [100], count=6000)
    assert quiet.refused == quiet.wait(0.5) == 0


def test_the_command_writes_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--workers", "1,10", "--jobs", "100", "--count", "500", "--out", str(tmp_path)]
    assert main(["scale", *words]) == 0
    assert "full first" in capsys.readouterr().out
    written = json.loads((tmp_path / "scale.json").read_text())
    assert [cell["workers"] for cell in written["cells"]] == [1, 10]
    assert (tmp_path / "scale.md").read_text().count("\n") == 4
    assert main(["scale", *words, "--seed", "1", "--paint", "0.5"]) == 0


def test_it_needs_no_tensorflow(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['tensorflow'] = None; from benchmarks.__main__ import main;"
        f"sys.exit(main(['scale', '--jobs', '10', '--count', '50', '--out', {str(tmp_path)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
