"""Whose question it was."""

from __future__ import annotations

from bot.questions import Questions


def test_known_until_there_are_too_many() -> None:
    questions = Questions(limit=2)
    for message in (1, 2, 3):
        questions.put(-7, message, message + 100)
    assert [questions.asked_by(-7, message) for message in (1, 2, 3)] == [None, 102, 103]
    assert questions.asked_by(-8, 3) is None
