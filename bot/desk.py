"""The long-lived objects that the handlers share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from bot.albums import Albums
from bot.jobs import Jobs
from bot.kinds import App, Context
from bot.questions import Questions
from bot.results import Results
from bot.session import Store
from bot.sheet import Sheet
from nst_core.styles import Gallery

__all__ = ["Desk", "desk_of", "put_desk"]

_KEY: Final = "desk"


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a handler may need."""

    gallery: Gallery
    jobs: Jobs
    sessions: Store
    sheet: Sheet
    results: Results
    albums: Albums = field(default_factory=Albums)
    questions: Questions = field(default_factory=Questions)


def put_desk(application: App, desk: Desk) -> None:
    """Let the handlers of the application find the desk."""
    application.bot_data[_KEY] = desk


def desk_of(context: Context) -> Desk:
    """The desk of the application that a handler was called by."""
    desk: Desk = context.bot_data[_KEY]
    return desk
