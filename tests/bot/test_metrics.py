"""What is counted, as Prometheus reads it; and that the dashboard asks for nothing else."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from lo_bot_api_emulator import ApiRefusal
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from telegram.error import NetworkError

from bot.demo.server import serving
from bot.metrics import Kind, Metrics, Milestone
from nst_core.executor.base import Failed
from nst_core.memory import DeviceMemory
from tests.bot.atelier import Atelier, at_work, painted
from tests.bot.bench import Bench
from tests.bot.calls import Fault
from tests.bot.door import picture

DOCS = Path(__file__).parents[2] / "docs"
SELECTOR = re.compile(r"\b((?:stylegram|process)_\w+)(?:\{(\w+)=\"(\w+)\"\})?")
GROUPING = re.compile(r"by \(([\w, ]+)\)")


def samples(metrics: Metrics) -> list[Sample]:
    text = generate_latest(metrics.registry).decode()
    return [s for family in text_string_to_metric_families(text) for s in family.samples]


def count(metrics: Metrics, name: str, **labels: str) -> float:
    return sum(
        sample.value
        for sample in samples(metrics)
        if sample.name == f"stylegram_{name}" and labels.items() <= sample.labels.items()
    )


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def atelier(metrics: Metrics) -> AsyncIterator[Atelier]:
    async with serving() as demo:
        bench = Bench(demo)
        async with at_work(bench, demo.address, metrics=metrics) as atelier:
            yield atelier


async def over(atelier: Atelier) -> None:
    """Wait until nothing is under way."""
    tickets = atelier.desk.jobs._tickets.values()
    await asyncio.gather(*[t.task for t in tickets if t.task], return_exceptions=True)


async def test_every_job_is_counted_once_by_what_became_of_it(
    atelier: Atelier, metrics: Metrics
) -> None:
    person = atelier.person()
    await person.photo(picture(), caption="mosaic")
    await atelier.paints(person)
    await over(atelier)

    await person.photo(picture(1), caption="mosaic")
    handle = await atelier.door.next()
    await person.say("/cancel")
    await handle.was_cancelled.wait()
    await over(atelier)

    await person.document(b"none", "x.png", "image/png", caption="mosaic")
    await person.reads("cannot read this as a picture")
    await over(atelier)

    await person.photo(picture(2), caption="mosaic")
    handle = await atelier.door.next()
    handle.happen(Failed(job=handle.id, error="InternalError", message="x"))
    await person.reads("not your fault")
    await over(atelier)

    await person.photo(picture(3), caption="mosaic")
    handle = await atelier.door.next()
    blocked = ApiRefusal("Forbidden: bot was blocked by the user", 403)
    atelier.bench.break_with(Fault("sendPhoto", blocked))
    handle.happen(painted(handle))
    await over(atelier)

    await person.photo(picture(4), caption="mosaic")
    await atelier.door.next()
    await atelier.desk.jobs.close()

    ends = {str(state): count(metrics, "jobs_total", state=state) for state in Milestone}
    assert ends == dict.fromkeys(Milestone, 1) | {"accepted": 6}
    assert count(metrics, "jobs_total", state="accepted", quality="standard") == 6
    # A picture that is none was never fetched to the end, and one that is shut out not delivered.
    assert count(metrics, "phase_seconds_count", phase="fetch") == 5
    assert count(metrics, "phase_seconds_count", phase="deliver") == 1


async def test_what_telegram_refuses(atelier: Atelier, metrics: Metrics) -> None:
    person = atelier.person()
    too_many = ApiRefusal("Too Many Requests", 429, parameters={"retry_after": 1})
    atelier.bench.break_with(Fault("sendMessage", too_many))
    await person.say("/start")
    await person.reads("Hello")
    assert count(metrics, "telegram_refusals_total", method="sendMessage") == 1
    assert count(metrics, "telegram_refusals_total") == 1
    before = count(metrics, "telegram_errors_total")
    atelier.bench.break_with(Fault("sendMessage", ApiRefusal("Bad Request: no", 400)))
    await person.say("/help")
    await person.say("/start")
    await person.reads("Hello")
    assert count(metrics, "telegram_errors_total", kind="BadRequest") == before + 1
    atelier.bench.break_with(Fault("getUpdates", ApiRefusal("Bad Gateway", 502)))
    # The poll under way is ended by what is said now, and the next one fails.
    await person.say("/start")
    await person.reads("Hello")
    await person.say("/start")
    await person.reads("Hello")
    assert count(metrics, "telegram_errors_total", kind="NetworkError") == 1


async def test_updates_by_what_they_bring(atelier: Atelier, metrics: Metrics) -> None:
    person = atelier.person()
    await person.photo(picture())
    question = await person.is_asked()
    await person.press(question, "Surprise me")
    await person.document(picture(), "me.png", "image/png")
    await person.sticker(picture(kind="WEBP"))
    await person.say("some words")
    await person.send(dice={"emoji": "🎲", "value": 3})
    await person.say("/cancel")
    await person.say("/start")
    await person.reads("Hello")
    heard = {str(kind): count(metrics, "updates_total", kind=kind) for kind in Kind}
    assert heard == dict.fromkeys(Kind, 1) | {"command": 2}


async def test_nobody_can_be_told_from_the_metrics(atelier: Atelier, metrics: Metrics) -> None:
    person = atelier.person("The Painters of Sunday")
    await person.document(picture(), "holiday-1234.png", "image/png", caption="/mosaic secretly")
    _, call = await atelier.paints(person)
    assert call.chat == person.chat
    await over(atelier)
    values = {v for s in samples(metrics) for name, v in s.labels.items() if name != "le"}
    assert len(values) > 20
    assert [value for value in values if not re.fullmatch(r"[a-zA-Z_]+", value)] == []
    assert values.isdisjoint({"mosaic", "secretly", "holiday", "Sunday"})


def shown(metrics: Metrics) -> Metrics:
    """With everything that a bot on a GPU tells."""
    metrics.watch(lambda: True, lambda: DeviceMemory(held=1_000, peak=5_000))
    metrics.failed(NetworkError("x"))
    metrics.refused("sendMessage")
    return metrics


def test_the_gpu_is_told_of_where_there_is_one(metrics: Metrics) -> None:
    shown(metrics)
    assert count(metrics, "gpu_memory_bytes", kind="held") == 1_000
    assert count(metrics, "gpu_memory_bytes", kind="peak") == 5_000
    without = Metrics()
    without.watch(lambda: False, lambda: None)
    assert count(without, "gpu_memory_bytes") == count(without, "ready") == 0


def queries() -> Iterator[str]:
    """Of the dashboard, and of the alerts in the guide."""
    dashboard = json.loads((DOCS / "grafana.json").read_text())
    for panel in dashboard["panels"]:
        assert panel["title"]
        for target in panel["targets"]:
            yield target["expr"]
    guide = (DOCS / "operating.md").read_text()
    yield from re.findall(r"^\| `([^`]*stylegram_[^`]*)`", guide, re.MULTILINE)


def test_the_dashboard_asks_for_what_there_is(metrics: Metrics) -> None:
    known = samples(shown(metrics))
    names = {sample.name for sample in known}
    labels = {name: {k for s in known if s.name == name for k in s.labels} for name in names}
    asked = set()
    for query in queries():
        found = SELECTOR.findall(query)
        assert found, query
        for name, label, value in found:
            assert name in names, query
            assert not label or any(s.name == name and s.labels.get(label) == value for s in known)
            asked.add(name)
        grouped = {g.strip() for part in GROUPING.findall(query) for g in part.split(",")}
        assert all(grouped <= labels[name] for name, *_ in found), query
    families = [family for family in metrics.registry.collect() if "process" not in family.name]
    assert [f.name for f in families if not any(n.startswith(f.name) for n in asked)] == []


def test_panels_do_not_lie_over_each_other() -> None:
    dashboard = json.loads((DOCS / "grafana.json").read_text())
    cells: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        xs, ys = (
            range(place["x"], place["x"] + place["w"]),
            range(place["y"], place["y"] + place["h"]),
        )
        own = {(x, y) for x in xs for y in ys}
        assert cells.isdisjoint(own)
        assert max(xs) < 24
        cells |= own
