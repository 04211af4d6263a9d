"""Names for python-telegram-bot's generic types, as this bot fills them in."""

from __future__ import annotations

from typing import Any, TypeAlias

from telegram.ext import Application, CallbackContext, ExtBot

__all__ = ["App", "Bot", "Context"]

_Data: TypeAlias = dict[Any, Any]

# The number is how often a refused request is sent again; see `bot.limiter`.
Bot: TypeAlias = ExtBot[int]
Context: TypeAlias = CallbackContext[Bot, _Data, _Data, _Data]
App: TypeAlias = Application[Bot, Context, _Data, _Data, _Data, Any]
