"""The tables of the bot's database, from the first version on."""

from __future__ import annotations

from typing import Final

__all__ = ["MIGRATIONS", "VERSION"]

MIGRATIONS: Final = (
    """
    CREATE TABLE people (
        user INTEGER PRIMARY KEY, preferences TEXT, last_style TEXT
    ) STRICT;
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY, user INTEGER NOT NULL, state TEXT NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0, made REAL NOT NULL, "order" TEXT NOT NULL,
        "then" TEXT NOT NULL DEFAULT '[]', result TEXT, file_id TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE INDEX jobs_by_user ON jobs (user);
    CREATE INDEX jobs_by_age ON jobs (made);
    CREATE INDEX jobs_by_state ON jobs (state);
    CREATE TABLE questions (
        chat INTEGER, message INTEGER, user INTEGER NOT NULL, made REAL NOT NULL,
        data TEXT NOT NULL, PRIMARY KEY (chat, message)
    ) STRICT;
    CREATE INDEX questions_by_user ON questions (user);
    CREATE INDEX questions_by_age ON questions (made);
    CREATE TABLE styles (
        id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER NOT NULL, name TEXT NOT NULL,
        data TEXT NOT NULL, used INTEGER NOT NULL, UNIQUE (user, name)
    ) STRICT;
    CREATE TABLE sessions (
        chat INTEGER, user INTEGER, made REAL NOT NULL, data TEXT NOT NULL,
        PRIMARY KEY (chat, user)
    ) STRICT;
    CREATE INDEX sessions_by_age ON sessions (made);
    """,
    """
    CREATE TABLE blocked (
        id INTEGER PRIMARY KEY, at REAL NOT NULL, by INTEGER NOT NULL, reason TEXT NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE orders (
        id INTEGER PRIMARY KEY, user INTEGER NOT NULL, at REAL NOT NULL, pictures INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX orders_by_user ON orders (user, at);
    CREATE INDEX orders_by_age ON orders (at);
    """,
    """
    CREATE TABLE seen (user INTEGER PRIMARY KEY, last REAL NOT NULL) STRICT;
    CREATE TABLE outcomes (
        day INTEGER, outcome TEXT, count INTEGER NOT NULL, PRIMARY KEY (day, outcome)
    ) STRICT;
    """,
    """
    CREATE TABLE updates (
        id INTEGER PRIMARY KEY, made REAL NOT NULL, data TEXT, tries INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX updates_by_age ON updates (made);
    """,
)
"""Scripts, each of which takes the tables one version further; published ones never change."""

VERSION: Final = len(MIGRATIONS)
"""Of the tables, as this bot uses them."""
