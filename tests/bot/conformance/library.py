"""What the tests with python-telegram-bot have in common."""

from __future__ import annotations

from telegram import Bot, Message


async def next_message(bot: Bot) -> Message:
    """The newest message that reached the bot; waits for one."""
    (update,) = await bot.get_updates(offset=-1, timeout=10)
    assert update.effective_message
    return update.effective_message


def changed(answer: Message | bool) -> Message:  # noqa: FBT001 - that is what the library returns
    """The message that an edit answers with."""
    assert isinstance(answer, Message)
    return answer
