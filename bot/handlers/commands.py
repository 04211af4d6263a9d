"""What people ask for by command."""

from __future__ import annotations

from telegram import Message, Update

from bot.handlers.turn import Turn, message_of
from bot.handlers.wishes import preset_called
from bot.kinds import Context
from bot.session import Preset, Reset, Session, StyleAsked, StyleChosen
from bot.texts import Text

__all__ = ["cancel", "help_", "preset", "start", "style", "styles"]


async def start(update: Update, context: Context) -> None:
    """`/start`: say hello and begin anew."""
    turn = Turn.of(update, context)
    await turn.take(Reset())
    await turn.say(Text.START)


async def help_(update: Update, context: Context) -> None:
    """`/help`: everything there is to know."""
    await Turn.of(update, context).say(Text.HELP)


async def styles(update: Update, context: Context) -> None:
    """`/styles`: the gallery as a picture with buttons."""
    await Turn.of(update, context).show_gallery()


async def style(update: Update, context: Context) -> None:
    """`/style NAME`, or `/style` to be asked; in reply to a photo, for that photo."""
    turn = Turn.of(update, context)
    name = " ".join(context.args or ())
    if name:
        await turn.take(StyleChosen(preset_called(turn.desk, name), turn.answered_picture()))
    else:
        await turn.take(StyleAsked(turn.answered_picture()))


async def preset(update: Update, context: Context) -> None:
    """`/mosaic` and its sisters: the short way to say `/style mosaic`."""
    turn = Turn.of(update, context)
    await turn.take(StyleChosen(Preset(_command(message_of(update))), turn.answered_picture()))


async def cancel(update: Update, context: Context) -> None:
    """`/cancel`: stop the person's jobs in this chat, and begin anew."""
    turn = Turn.of(update, context)
    had_said_something = turn.desk.sessions.get(turn.key) != Session()
    await turn.take(Reset())
    count = await turn.desk.jobs.cancel_all(turn.key)
    if count > 1:
        await turn.say(Text.CANCELLED_JOBS, count=count)
    elif count or had_said_something:
        await turn.say(Text.CANCELLED_ONE)
    else:
        await turn.say(Text.NOTHING_TO_CANCEL)


def _command(message: Message) -> str:
    return (message.text or "").split()[0][1:].partition("@")[0].lower()
