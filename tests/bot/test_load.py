"""Many at once: nobody is forgotten, and nobody is answered twice."""

from __future__ import annotations

from tests.bot.load import rush

CHATS = 200


async def test_two_hundred_photos_at_once() -> None:
    report = await rush(CHATS)
    assert report.waiting == report.strays == 0
    assert len(report.answers) == CHATS
    for answers in report.answers:
        assert answers["sendPhoto"] == 1
        # The progress is opened once at most, where the painting is not first, and taken away.
        assert answers["deleteMessage"] == answers["sendMessage"] <= 1
