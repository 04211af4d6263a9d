"""SIGKILL, the real thing: a few times here, fifty times by `python -m tests.bot.crash`."""

from __future__ import annotations

from tests.bot.crash import crash


async def test_what_was_accepted_is_painted_once_whatever_kills_the_bot() -> None:
    report = await crash(kills=5, seed=3)
    assert report.sent > 5
    assert report.unheard == 0
    # Who presses "Send it again" while the first one is on its way gets both.
    assert 0 not in report.outcomes
    assert report.unasked == 0
    assert report.stuck == 0
