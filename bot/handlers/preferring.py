"""`/settings`: one message that is edited in place."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.callbacks import Set, encode
from bot.handlers.press import Press
from bot.handlers.turn import Turn
from bot.menu import Field, choices, chosen, current, title
from bot.preferences import Preferences
from bot.texts import Text

__all__ = ["choose", "menu"]

_ROW = 2
_MENU = "menu"
_RESET = "reset"
_MARK = "✓ "


def menu(turn: Turn) -> tuple[str, InlineKeyboardMarkup]:
    """The words and buttons that show how the person likes things now."""
    words, owner = turn.words, turn.user
    buttons = [
        _button(f"{title(field, words)}: {_current(turn, field)}", Set(field.value, "", owner))
        for field in Field
    ]
    buttons.append(_button(words.plain(Text.SETTING_RESET), Set(_RESET, "", owner)))
    return words.say(Text.SETTINGS), InlineKeyboardMarkup([[button] for button in buttons])


async def choose(press: Press, wish: Set) -> None:
    """A setting was pressed, or one of its values."""
    if not press.is_for(wish.owner):
        await press.answer(Text.NOT_YOURS)
        return
    turn = press.turn(wish.owner)
    if not press.shows(wish):
        await press.answer(Text.OLD_BUTTON)
    elif wish.field == _RESET:
        await _keep(turn, press, Preferences())
    elif wish.field == _MENU:
        await _show(turn, press, *menu(turn))
    elif wish.field not in set(Field):
        await press.answer(Text.OLD_BUTTON)
    elif not wish.value:
        await _show(turn, press, *_choice(turn, Field(wish.field)))
    else:
        await _set(turn, press, Field(wish.field), wish.value)


async def _set(turn: Turn, press: Press, field: Field, value: str) -> None:
    largest = turn.desk.jobs.largest
    preferences = chosen(field, value, turn.preferences, turn.desk.usual, largest)
    if preferences is None:
        await press.answer(Text.OLD_BUTTON)
        return
    await _keep(turn, press, preferences)


async def _keep(turn: Turn, press: Press, preferences: Preferences) -> None:
    is_kept = turn.desk.store.prefer(turn.user, preferences)
    await _show(turn, press, *menu(turn), said=Text.SAVED if is_kept else Text.NOT_SAVED)


def _choice(turn: Turn, field: Field) -> tuple[str, InlineKeyboardMarkup]:
    words, owner, desk = turn.words, turn.user, turn.desk
    found = choices(field, turn.preferences, desk.usual, desk.jobs.largest, words)
    buttons = [
        _button(
            f"{_MARK if choice.is_chosen else ''}{choice.label}",
            Set(field.value, choice.value, owner),
        )
        for choice in found
    ]
    rows = [buttons[first : first + _ROW] for first in range(0, len(buttons), _ROW)]
    rows.append([_button(words.plain(Text.BUTTON_BACK), Set(_MENU, "", owner))])
    return words.say(Text.SETTINGS_CHOOSE, setting=title(field, words)), InlineKeyboardMarkup(rows)


async def _show(
    turn: Turn,
    press: Press,
    text: str,
    keyboard: InlineKeyboardMarkup,
    *,
    said: Text | None = None,
) -> None:
    await press.answer(said)
    try:
        await turn.bot.edit_message_text(
            text, press.chat, press.message, parse_mode=ParseMode.HTML, reply_markup=keyboard
        )
    except BadRequest as error:
        # Pressed twice, or deleted meanwhile.
        if "message" not in str(error).lower():
            raise


def _current(turn: Turn, field: Field) -> str:
    desk = turn.desk
    return current(field, turn.preferences, desk.usual, desk.jobs.largest, turn.words)


def _button(text: str, data: Set) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=encode(data))
