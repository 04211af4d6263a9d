"""The long-lived objects that the handlers share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from bot.albums import Albums
from bot.jobs import Jobs
from bot.kinds import App, Context
from bot.ledger import Ledger
from bot.orders import Order
from bot.session import Store
from bot.sheet import Sheet
from nst_core.styles import Gallery

__all__ = ["Desk", "desk_of", "put_desk"]

_KEY: Final = "desk"


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a handler may need.

    Attributes:
        paintings: what each of ours was ordered by.
        questions: who was asked by each of ours.
    """

    gallery: Gallery
    jobs: Jobs
    sessions: Store
    sheet: Sheet
    paintings: Ledger[Order]
    albums: Albums = field(default_factory=Albums)
    questions: Ledger[int] = field(default_factory=Ledger)


def put_desk(application: App, desk: Desk) -> None:
    """Let the handlers of the application find the desk."""
    application.bot_data[_KEY] = desk


def desk_of(context: Context) -> Desk:
    """The desk of the application that a handler was called by."""
    desk: Desk = context.bot_data[_KEY]
    return desk
