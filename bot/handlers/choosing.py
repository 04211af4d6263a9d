"""Buttons by which a style is chosen."""

from __future__ import annotations

import random
from dataclasses import replace

from telegram.error import BadRequest

from bot.callbacks import Aid, ChooseAid, PickOwn, PickStyle, TurnPage
from bot.errors import Sorry
from bot.handlers.actions import start, take
from bot.handlers.press import Press
from bot.handlers.questions import ask_for_own, is_to_be_had, turn_page
from bot.handlers.turn import Turn
from bot.orders import Question
from bot.session import Event, StyleChosen, StyleShown
from bot.style import Picture, Preset, Style
from bot.texts import Text

__all__ = ["choose"]


async def choose(press: Press, wish: PickStyle | PickOwn | ChooseAid | TurnPage) -> None:
    """A style, or a way to one."""
    try:
        question = _asked(press, wish)
        turn = press.turn(question.user, question.topic)
        event = _event(turn, wish, question)
        has_begun = event is not None and start(turn, event)
    except Sorry as sorry:
        await press.refuse(sorry)
        return
    await press.answer()
    if event:
        if not has_begun:
            await take(turn, event)
    elif isinstance(wish, TurnPage):
        await _turn_page(turn, press, question, wish.page)
    else:
        await ask_for_own(turn, press.message, question)


def _asked(press: Press, wish: PickStyle | PickOwn | ChooseAid | TurnPage) -> Question:
    """What the message asks, and of whom.

    Raises:
        Sorry: somebody else is asked, or it has been answered, or has no pages to turn.
    """
    owner, known = wish.owner, press.question
    if not press.is_for(known.user if known and known.content else owner):
        raise Sorry(Text.NOT_YOURS)
    if press.desk.jobs.owns(press.chat, press.message):
        raise Sorry(Text.ALREADY_PAINTING)
    has_other_buttons = isinstance(wish, TurnPage) and not press.shows(wish)
    if has_other_buttons or (known and known.is_answered):
        raise Sorry(Text.OLD_BUTTON)
    if known:
        return known if known.content else replace(known, user=press.user)
    if not press.is_readable:
        raise Sorry(Text.OLD_BUTTON)
    return Question(owner or press.user, press.photo(), topic=press.topic)


def _event(
    turn: Turn, wish: PickStyle | PickOwn | ChooseAid | TurnPage, question: Question
) -> Event | None:
    """What the press says in the dialogue; None where it says nothing (yet).

    Raises:
        Sorry: there is no such style (any more).
    """
    if question.mixing and not is_to_be_had(turn, question.mixing):
        raise Sorry(Text.STYLE_GONE)
    match wish:
        case ChooseAid(aid=Aid.THIS):
            return StyleShown(_photo(question))
        case TurnPage() | ChooseAid(aid=Aid.OWN):
            return None
        case _:
            return StyleChosen(_style(turn, wish, question), question.content, question.mixing)


def _photo(question: Question) -> Picture:
    if question.content is None:
        raise Sorry(Text.OLD_BUTTON)
    return question.content


def _style(turn: Turn, wish: PickStyle | PickOwn | ChooseAid, question: Question) -> Style:
    match wish:
        case PickStyle(name) if name in turn.desk.gallery:
            return Preset(name)
        case PickOwn(number) if own := turn.desk.store.own_style(turn.user, number):
            return own
        case ChooseAid(aid=Aid.LAST):
            return _last(turn, question)
        case ChooseAid():
            return _surprise(turn)
    raise Sorry(Text.OLD_BUTTON)


def _last(turn: Turn, question: Question) -> Style:
    last = question.last
    if last is None or not is_to_be_had(turn, last):
        raise Sorry(Text.NO_LAST_STYLE)
    return last


def _surprise(turn: Turn) -> Style:
    """Any style, but not the one that was chosen last."""
    presets = [Preset(name) for name in turn.desk.gallery.names()]
    last = turn.desk.store.last_style(turn.user)
    return random.choice([preset for preset in presets if preset != last] or presets)


async def _turn_page(turn: Turn, press: Press, question: Question, page: int) -> None:
    try:
        await turn_page(turn, press.message, question, page)
    except BadRequest as error:
        # Pressed twice, or deleted meanwhile.
        if "message" not in str(error).lower():
            raise
