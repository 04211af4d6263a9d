"""What is known of our messages."""

from __future__ import annotations

from bot.ledger import Ledger


def test_known_until_there_are_too_many() -> None:
    asked: Ledger[int] = Ledger(limit=2)
    for message in (1, 2, 3):
        asked.put(-7, message, message + 100)
    assert [asked.get(-7, message) for message in (1, 2, 3)] == [None, 102, 103]
    assert asked.get(-8, 3) is None
