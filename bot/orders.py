"""What a person ordered: the plain data that a job is made of."""

from __future__ import annotations

from dataclasses import dataclass

from bot.look import USUAL, Look
from bot.session import Picture, Style

__all__ = ["Order", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where to answer: a chat, and a topic in it for groups that have topics."""

    chat: int
    topic: int | None = None

    @property
    def is_group(self) -> bool:
        """Whether others read along; Telegram gives groups negative numbers."""
        return self.chat < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One painting to make.

    Attributes:
        place: where to answer.
        user: who asked, and may cancel.
        content: the photo.
        style: the preset or style picture.
        title: what the style is called before people.
        look: how, beside the style.
        notice: a message of ours that becomes the progress message; None sends a new one.
        button: the pressed button that asked for it, as message and data; a second press of it
            while this one is under way is a slip.
    """

    place: Place
    user: int
    content: Picture
    style: Style
    title: str
    look: Look = USUAL
    notice: int | None = None
    button: tuple[int, str] | None = None
