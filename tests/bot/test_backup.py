"""What the bot remembers, through backups, restores, upgrades and a second bot."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.backup import BackupError, back_up, check, restore
from bot.database import FILE, TooNew
from bot.demo.server import serving
from bot.lock import InUse, Lock
from bot.preferences import Preferences
from bot.schema import MIGRATIONS, VERSION
from bot.store import Store
from bot.style import Preset
from bot.words import Language
from tests.bot.bench import Bench
from tests.bot.process import environment, running

GERMAN = Preferences(language=Language.GERMAN)
HINDI = Preferences(language=Language.HINDI)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder in which a bot remembers one person."""
    folder = tmp_path / "data"
    store = Store(folder)
    store.prefer(7, GERMAN)
    store.close()
    return folder


def remembered(folder: Path, user: int = 7) -> Preferences:
    store = Store(folder)
    try:
        return store.preferences(user)
    finally:
        store.close()


# Backup


def test_a_backup_is_one_complete_file_while_the_bot_writes(data: Path, tmp_path: Path) -> None:
    store = Store(data)
    store.prefer(8, HINDI)
    target = tmp_path / "backups" / "bot.db"
    target.parent.mkdir()
    back_up(data, target)
    store.prefer(9, HINDI)
    assert [path.name for path in target.parent.iterdir()] == ["bot.db"]
    assert target.stat().st_mode & 0o777 == 0o600, "there are people in it"
    other = tmp_path / "other"
    assert restore(target, other) is None
    assert [remembered(other, user) for user in (7, 8, 9)] == [GERMAN, HINDI, Preferences()]
    assert store.preferences(9) == HINDI
    store.close()


def test_a_backup_replaces_an_older_one_or_leaves_it(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "bot.db"
    for user in (8, 9):
        store = Store(data)
        store.prefer(user, HINDI)
        store.close()
        back_up(data, target)
    good = target.read_bytes()
    damage(data / FILE)
    with pytest.raises(BackupError, match=f"{FILE} is damaged"):
        back_up(data, target)
    assert target.read_bytes() == good
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bot.db", "data"]


def test_there_is_no_backup_of_nothing(tmp_path: Path, data: Path) -> None:
    with pytest.raises(BackupError, match="nothing to back up"):
        back_up(tmp_path, tmp_path / "bot.db")
    assert not (tmp_path / "bot.db").exists()
    with pytest.raises(BackupError, match=r"bot\.db cannot be written: No such file or directory$"):
        back_up(data, tmp_path / "no" / "such" / "bot.db")


def test_a_backup_never_replaces_what_the_bot_writes_to(data: Path, tmp_path: Path) -> None:
    before = (data / FILE).stat().st_ino
    (tmp_path / "link").symlink_to(data)
    with pytest.raises(BackupError, match="another file than the bot's own"):
        back_up(data, tmp_path / "link" / FILE)
    assert (data / FILE).stat().st_ino == before


def damage(place: Path) -> None:
    """Overwrite a page in the middle of a database."""
    with closing(sqlite3.connect(place)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        ((size,),) = db.execute("PRAGMA page_size")
    with place.open("r+b") as file:
        file.seek(2 * size)
        file.write(b"\xff" * size)


# Restore


def test_what_was_there_before_is_kept_aside(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "bot.db"
    back_up(data, target)
    crashed = sqlite3.connect(data / FILE, isolation_level=None)
    crashed.execute("UPDATE people SET preferences = NULL")
    assert (data / f"{FILE}-wal").exists(), "as after a crash"
    aside = restore(target, data)
    crashed.close()
    assert aside is not None
    assert aside.parent == data
    assert remembered(data) == GERMAN
    assert remembered(aside) == Preferences()


def test_nothing_is_restored_under_a_bot_at_work(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "bot.db"
    back_up(data, target)
    before = sorted(data.iterdir())
    with Lock(data), pytest.raises(BackupError, match=f"another bot uses it.* {os.getpid()}"):
        restore(target, data)
    assert sorted(path for path in data.iterdir() if path.name != "lock") == before
    restore(target, data)
    assert remembered(data) == GERMAN


def of_tomorrow(place: Path) -> None:
    store = Store(place.parent / "tomorrow")
    store.close()
    (place.parent / "tomorrow" / FILE).rename(place)
    with closing(sqlite3.connect(place)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute(f"PRAGMA user_version = {VERSION + 1}")


def of_another(place: Path) -> None:
    with closing(sqlite3.connect(place)) as db:
        db.execute("CREATE TABLE cookies (name)")


def cut_short(place: Path) -> None:
    store = Store(place.parent / "whole")
    store.close()
    place.write_bytes((place.parent / "whole" / FILE).read_bytes()[:5000])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _: None, "is not there"),
        (lambda place: place.write_text("Dear diary"), "is damaged, or another kind of file"),
        (lambda place: place.touch(), "another program's"),
        (of_another, "another program's"),
        (of_tomorrow, "newer bot than this one"),
        (cut_short, "is damaged"),
    ],
)
def test_what_is_no_backup_changes_nothing(
    data: Path,
    tmp_path: Path,
    make: object,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = tmp_path / "bot.db"
    assert callable(make)
    make(place)
    before = {path: path.read_bytes() for path in data.iterdir()}
    monkeypatch.setenv("STYLEGRAM_DATA", str(data))
    assert main(["--restore", str(place)]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1
    assert {path: path.read_bytes() for path in data.iterdir()} == before


def test_backup_and_restore_are_one_command_each(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, config = tmp_path / "bot.db", tmp_path / "bot.toml"
    config.write_text(f'data = "{data}"')
    assert main(["--config", str(config), "--backup", str(file)]) == 0
    assert capsys.readouterr().out == f"{file} holds what {data} remembers.\n"
    check(file)
    # The environment wins, and no token is needed.
    monkeypatch.setenv("STYLEGRAM_DATA", str(tmp_path / "new"))
    assert main(["--config", str(config), "--restore", str(file)]) == 0
    assert "remembers what" in capsys.readouterr().out
    assert remembered(tmp_path / "new") == GERMAN
    assert main(["--config", str(config), "--restore", str(file)]) == 0
    assert "What was there before is in" in capsys.readouterr().out
    monkeypatch.setenv("STYLEGRAM_DATA", str(file))
    assert main(["--restore", str(file)]) == 2
    assert "STYLEGRAM_DATA must be a folder" in capsys.readouterr().err


# Upgrade


def first_version(folder: Path) -> None:
    """What the first published bot left behind."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as db:
        db.executescript(f"PRAGMA journal_mode = WAL; {MIGRATIONS[0]}; PRAGMA user_version = 1;")
        db.execute(
            "INSERT INTO people VALUES (7, ?, ?)",
            (json.dumps({"language": "de"}), json.dumps({"name": "mosaic", "_type": "Preset"})),
        )


def test_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    first_version(folder)
    back_up(folder, tmp_path / "old.db")
    store = Store(folder)
    assert store.preferences(7) == GERMAN
    store.use_style(7, Preset("waves"))
    store.ledger.see(7)
    store.ledger.block(8, "too much", 7)
    assert store.ledger.seen() == [7]
    assert [blocked.id for blocked in store.ledger.blocked()] == [8]
    assert store.ledger.orders(7) == []
    store.close()
    with closing(sqlite3.connect(folder / FILE)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    # And what was saved before goes the same way.
    restore(tmp_path / "old.db", folder)
    store = Store(folder)
    assert store.preferences(7) == GERMAN
    assert store.ledger.seen() == []
    store.close()


def test_every_version_leads_to_the_same_tables(tmp_path: Path) -> None:
    def tables(folder: Path) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(folder / FILE)) as db:
            return db.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()

    Store(tmp_path / "new").close()
    for version in range(1, VERSION):
        folder = tmp_path / str(version)
        folder.mkdir()
        with closing(sqlite3.connect(folder / FILE)) as db:
            for number, script in enumerate(MIGRATIONS[:version], start=1):
                db.executescript(f"{script}; PRAGMA user_version = {number}")
        Store(folder).close()
        assert tables(folder) == tables(tmp_path / "new")


def test_a_newer_bots_memory_is_left_alone(data: Path) -> None:
    with closing(sqlite3.connect(data / FILE)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(TooNew):
        Store(data)


# Two bots


async def test_a_second_bot_on_the_same_folder_ends_with_one_clear_line(tmp_path: Path) -> None:
    async with serving() as demo:
        bench = Bench(demo)
        settings = environment(demo.address, Path(), STYLEGRAM_DATA=str(tmp_path))
        async with running("tests.bot.sprint", **settings) as first:
            await bench.log.until(lambda call: call.method == "setMyCommands")
            async with running("bot", **settings) as second:
                assert await second.ends() == 1
                (line,) = second.log.splitlines()
                assert f"The folder {tmp_path} cannot be used: another bot uses it" in line
                assert "CRITICAL" in line
            async with running("bot", "--backup", str(tmp_path / "bot.db"), **settings) as backup:
                assert await backup.ends() == 0
            async with running("bot", "--restore", str(tmp_path / "bot.db"), **settings) as third:
                assert await third.ends() == 1
                assert "another bot uses it" in third.log
            await first.kill()
        Lock(tmp_path).release()


async def test_what_the_bot_writes_is_for_nobody_else_on_the_machine(tmp_path: Path) -> None:
    data = tmp_path / "data"
    # Nothing listens there, so it goes on trying.
    settings = environment("http://127.0.0.1:1", Path(), STYLEGRAM_DATA=str(data))
    async with running("bot", **settings) as bot:
        await bot.logs("cannot be reached")
        found = await asyncio.to_thread(lambda: [data, *data.iterdir()])
    assert {path.name for path in found} >= {"data", FILE, f"{FILE}-wal"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in found)


def test_a_lock_is_let_go_of(tmp_path: Path) -> None:
    with Lock(tmp_path / "new") as lock:
        with pytest.raises(InUse):
            Lock(tmp_path / "new")
        lock.release()
        with Lock(tmp_path / "new"):
            pass
