"""Too many requests: again after a while, or never, or not while leaving."""

from __future__ import annotations

import asyncio

import pytest
from telegram.error import RetryAfter

from bot.limiter import NEVER, PATIENT, RetryLimiter


class Telegram:
    """Refuses the first requests."""

    def __init__(self, refusals: int, seconds: float = 0.0) -> None:
        self.refusals = refusals
        self.seconds = seconds
        self.requests = 0
        self.refused = asyncio.Event()

    async def __call__(self) -> bool:
        self.requests += 1
        if self.requests > self.refusals:
            return True
        self.refused.set()
        raise RetryAfter(self.seconds)  # type: ignore[arg-type]


async def ask(telegram: Telegram, limiter: RetryLimiter, retries: int | None) -> object:
    return await limiter.process_request(telegram, (), {}, "sendMessage", {}, retries)


@pytest.fixture(autouse=True)
def no_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.limiter._SLACK", 0)


@pytest.mark.parametrize(("retries", "refusals"), [(None, 1), (PATIENT, 2), (NEVER, 0)])
async def test_sent_again(retries: int | None, refusals: int) -> None:
    telegram = Telegram(refusals)
    assert await ask(telegram, RetryLimiter(), retries) is True
    assert telegram.requests == refusals + 1


@pytest.mark.parametrize(("retries", "requests"), [(None, 2), (PATIENT, 3), (NEVER, 1)])
async def test_given_up(retries: int | None, requests: int) -> None:
    telegram = Telegram(99)
    with pytest.raises(RetryAfter):
        await ask(telegram, RetryLimiter(), retries)
    assert telegram.requests == requests


async def test_a_handler_does_not_wait_long() -> None:
    telegram = Telegram(1, seconds=3600)
    with pytest.raises(RetryAfter):
        await asyncio.wait_for(ask(telegram, RetryLimiter(), None), 5)
    assert telegram.requests == 1


async def test_leaving_ends_the_wait() -> None:
    telegram, limiter = Telegram(1, seconds=3600), RetryLimiter()
    waiting = asyncio.create_task(ask(telegram, limiter, PATIENT))
    await telegram.refused.wait()
    limiter.close()
    with pytest.raises(RetryAfter):
        await asyncio.wait_for(waiting, 5)
    assert telegram.requests == 1
