"""What the page on privacy says is kept, and what forgetting does, is so."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.database import FILE
from bot.ledger import ORDERS_KEPT, SEEN_DAYS
from bot.register import KEPT_DAYS
from bot.store import OWN_STYLES, QUESTIONS, Store

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"
PERSON = 7


def kept() -> dict[str, list[str]]:
    """What the page says of each table: what it holds, how long, and what `/forget` does."""
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    return {name: rest for name, *rest in rows}


def filled(database: sqlite3.Connection) -> Iterator[str]:
    """Each table, once there is something of the person in it."""
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    values = {"INTEGER": PERSON, "REAL": 0.0, "TEXT": "{}"}
    for (name,) in database.execute(query).fetchall():
        kinds = [kind for _, _, kind, *_ in database.execute(f"PRAGMA table_info({name})")]
        marks = ", ".join("?" * len(kinds))
        database.execute(f"INSERT INTO {name} VALUES ({marks})", [values[kind] for kind in kinds])  # noqa: S608
        yield name


def test_the_page_tells_of_every_table_and_what_forgetting_does(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as database:
        tables = [*filled(database)]
        assert store.forget(PERSON)
        left = {name for name in tables if database.execute(f"SELECT * FROM {name}").fetchone()}  # noqa: S608
    store.close()
    assert set(kept()) == set(tables)
    assert {name for name, told in kept().items() if told[-1] != "deletes"} == left


def test_the_page_tells_the_true_times() -> None:
    told = {name: f"{holds}; {how_long}" for name, (holds, how_long, _) in kept().items()}
    assert f"{KEPT_DAYS} days" in told["jobs"]
    assert f"{KEPT_DAYS} days" in told["questions"]
    assert f"{QUESTIONS} a person" in told["questions"]
    assert f"last {OWN_STYLES} style" in told["styles"]
    assert f"{SEEN_DAYS} days" in told["seen"]
    assert f"{ORDERS_KEPT // 3600} hours" in told["orders"]
