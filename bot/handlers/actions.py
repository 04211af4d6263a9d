"""What follows from what somebody said: a question, or a painting that begins."""

from __future__ import annotations

import html
from dataclasses import replace

from bot.errors import Sorry
from bot.handlers.questions import ask
from bot.handlers.turn import Turn
from bot.look import Look
from bot.mixing import MOST_PARTS
from bot.names import credits_of, title
from bot.orders import Form, Order, Painting, Question
from bot.session import (
    Action,
    AskPhoto,
    AskStyle,
    Begin,
    Complain,
    Event,
    ShowGallery,
    StartJobs,
    step,
)
from bot.style import Picture, Style, parts_of
from bot.texts import Text
from bot.words import Words

__all__ = ["repaint", "start", "take"]


def start(turn: Turn, event: Event) -> bool:
    """Let the event happen if a job follows from it; whether one did.

    It takes no time, so that between a look at what is under way and the new job there is no
    moment in which somebody else could press the same button, or stop it all.

    Raises:
        Sorry: a job would follow, but may not.
    """
    after, action = step(turn.desk.sessions.get(turn.key), event)
    if not isinstance(action, StartJobs):
        return False
    _paint(turn, action.contents, action.style)
    turn.desk.sessions.put(turn.key, after)
    return True


async def take(turn: Turn, event: Event) -> None:
    """Let the event happen, and do what follows from it.

    Raises:
        Sorry: nothing follows.
        TelegramError: the person could not be answered.

    Whatever is raised, the dialogue is where it was before, so that the person can say the
    same again.
    """
    sessions = turn.desk.sessions
    before = sessions.get(turn.key)
    action = sessions.advance(turn.key, event)
    after = sessions.get(turn.key)
    try:
        await _act(turn, action)
    except Exception:
        # `/cancel` waits for nobody and may have begun anew meanwhile.
        if sessions.get(turn.key) == after:
            sessions.put(turn.key, before)
        raise


async def _act(turn: Turn, action: Action) -> None:
    match action:
        case StartJobs(contents, style):
            _paint(turn, contents, style)
        case AskStyle(content, mixing):
            await ask(turn, Question(turn.user, content, mixing))
        case AskPhoto(style):
            await _ask_for_photo(turn, style)
        case ShowGallery():
            await ask(turn, Question(turn.user))
        case Complain(about):
            raise Sorry(Text(about.value))
        case Begin():
            pass


async def _ask_for_photo(turn: Turn, style: Style) -> None:
    key = Text.ASK_PHOTO_GROUP if turn.place.is_group else Text.ASK_PHOTO
    asked = turn.words.say(key, style=turn.named(style))
    owed = html.escape(credits_of(style, turn.desk.gallery), quote=False)
    await turn.say_text(f"{asked}\n\n<i>{owed}</i>" if owed else asked)


def _paint(turn: Turn, contents: tuple[Picture, ...], style: Style) -> None:
    """Begin paintings, one by one.

    Raises:
        Sorry: the person has as many under way as one may have, or mixes too much.
    """
    if len(parts_of(style)) > MOST_PARTS:
        raise Sorry(Text.MIX_TOO_MANY, most=MOST_PARTS)
    name = title(style, turn.look, turn.look, turn.desk.gallery, turn.words)
    orders = [
        _order(turn, content, style, _numbered(turn.words, name, number, len(contents)))
        for number, content in enumerate(contents, start=1)
    ]
    turn.desk.jobs.place(replace(orders[0], notice=turn.question), orders[1:])
    turn.desk.store.use_style(turn.user, style)
    if turn.question:
        _mark_answered(turn, turn.question.message)


def repaint(
    turn: Turn,
    painting: Painting,
    *,
    button: str,
    style: Style | None = None,
    look: Look | None = None,
    form: Form = Form.PAINTING,
    copy_of: str = "",
) -> None:
    """Begin a painting like one that there is.

    Args:
        turn: who asks for it.
        painting: which one.
        button: the pressed button that asked for it.
        style: another style, None for the same.
        look: another look, None for the same.
        form: what of it to send.
        copy_of: the job whose painting is painted anew, for a copy of it.

    Raises:
        Sorry: the person has as many under way as one may have.
    """
    order = painting.order
    style, look = style or order.style, look or order.look
    name = title(style, look, turn.look, turn.desk.gallery, turn.words)
    again = replace(_order(turn, order.content, style, name), look=look, form=form)
    turn.desk.jobs.place(replace(again, button=button, copy_of=copy_of))


def _mark_answered(turn: Turn, message: int) -> None:
    store, chat = turn.desk.store, turn.place.chat
    if question := store.question(chat, message):
        store.keep_question(chat, message, replace(question, is_answered=True))


def _order(turn: Turn, content: Picture, style: Style, name: str) -> Order:
    return Order(
        place=turn.place,
        user=turn.user,
        content=content,
        style=style,
        title=name,
        look=turn.look,
        language=turn.words.language,
        preview=turn.preferences.preview,
    )


def _numbered(words: Words, name: str, number: int, count: int) -> str:
    if count == 1:
        return name
    return f"{name} · {words.plain(Text.OF_MANY, number=number, count=count)}"
