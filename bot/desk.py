"""The long-lived objects that the handlers share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from bot.access import Access
from bot.albums import Albums
from bot.broadcast import Broadcasts
from bot.errands import Errands
from bot.jobs import Jobs
from bot.kinds import App, Context
from bot.look import Look
from bot.sessions import Sessions
from bot.sheet import Sheet
from bot.source import Source
from bot.store import Store
from bot.vitals import Vitals
from bot.words import Language, Words, words_in
from nst_core.styles import Gallery

__all__ = ["Desk", "desk_of", "put_desk"]

_KEY: Final = "desk"


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a handler may need.

    Attributes:
        usual: how paintings look unless somebody asks for something else.
    """

    gallery: Gallery
    usual: Look
    jobs: Jobs
    sessions: Sessions
    sheet: Sheet
    store: Store
    source: Source
    access: Access
    vitals: Vitals
    albums: Albums
    errands: Errands
    broadcasts: Broadcasts = field(default_factory=Broadcasts)

    def words_for(self, user: int, language: Language) -> Words:
        """What to speak to the person.

        Args:
            user: to whom.
            language: what the person's Telegram speaks; a choice of their own goes before it.
        """
        return words_in(self.store.preferences(user).language or language)

    def move(self, old: int, new: int) -> None:
        """A group has become a supergroup, which has another id: all goes on there."""
        self.access.move(old, new)
        self.store.move(old, new)
        self.sessions.move(old, new)
        self.jobs.move(old, new)


def put_desk(application: App, desk: Desk) -> None:
    """Let the handlers of the application find the desk."""
    application.bot_data[_KEY] = desk


def desk_of(context: Context) -> Desk:
    """The desk of the application that a handler was called by."""
    desk: Desk = context.bot_data[_KEY]
    return desk
