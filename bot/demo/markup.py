"""Inline keyboards, as far as Telegram takes them."""

from __future__ import annotations

from typing import Final

from bot.demo.wire import ApiError, Json, Params, bad

__all__ = ["read_markup"]

_ACTIONS: Final = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_LOOKS: Final = ("style", "icon_custom_emoji_id")
_STYLES: Final = {"primary", "success", "danger"}
_DATA_BYTES: Final = 64
_MOST: Final = 100


def read_markup(params: Params) -> Json | None:
    """The inline keyboard of a request; None where there is none.

    Other keyboards are taken and not shown: they belong to the app, not to the message.

    Raises:
        ApiError: Telegram would not take it.
    """
    given = params.json("reply_markup", "reply keyboard markup")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" not in given:
        return None
    rows = _rows(given["inline_keyboard"])
    if sum(map(len, rows)) > _MOST:
        raise bad("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def _rows(given: object) -> list[list[Json]]:
    if not isinstance(given, list):
        raise bad('field "inline_keyboard" must be of type Array')
    if not all(isinstance(row, list) for row in given):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    return [[_button(button) for button in row] for row in given if row]


def _button(given: object) -> Json:
    if not isinstance(given, dict):
        raise _unreadable("InlineKeyboardButton must be an Object")
    if "text" not in given:
        raise _unreadable('Can\'t find field "text"')
    text = str(given["text"]).strip()
    action = next((name for name in _ACTIONS if given.get(name) not in (None, "")), None)
    if action is None or not text:
        raise _unreadable("Text buttons are unallowed in the inline keyboard")
    if action == "callback_data":
        _check_data(given[action])
    if str(given.get("style", "primary")) not in _STYLES:
        raise _unreadable("Unsupported style specified")
    looks = {name: given[name] for name in _LOOKS if given.get(name)}
    return {"text": text, action: given[action], **looks}


def _check_data(data: object) -> None:
    if not isinstance(data, str | int):
        raise _unreadable('Field "callback_data" must be of type String')
    if len(str(data).encode()) > _DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")


def _unreadable(words: str) -> ApiError:
    return bad(f"can't parse inline keyboard button: {words}")
