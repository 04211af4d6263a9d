"""What a person ordered: the plain data that a job is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.look import Look
from bot.style import Picture, Style, loose
from bot.words import Language, Words, words_in

__all__ = ["Form", "Order", "Painting", "Place", "Question", "Takeover"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where to answer: a chat, and a topic in it for groups that have topics."""

    chat: int
    topic: int | None = None

    @property
    def is_group(self) -> bool:
        """Whether others read along; Telegram gives groups negative numbers."""
        return self.chat < 0


class Form(StrEnum):
    """What of a painting is wanted."""

    PAINTING = "painting"
    FILE = "file"
    FILM = "film"


@dataclass(frozen=True, slots=True)
class Takeover:
    """A message of ours that becomes the progress message; `pictured` if it is a photo."""

    message: int
    pictured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One painting to make.

    Attributes:
        place: where to answer.
        user: who asked, and may cancel.
        content: the photo.
        style: the preset, style picture or mix.
        title: what is to be painted, in a person's words.
        look: how, beside the style.
        language: what to speak about it.
        preview: whether to show it while it grows.
        form: what of it to send.
        notice: what becomes the progress message; None sends a new one.
        copy_of: the job whose painting is painted anew, for a copy of it.
        button: the pressed button that asked for it; a second press of it while this one is under
            way is a slip.
    """

    place: Place
    user: int
    content: Picture
    style: Style
    title: str
    look: Look
    language: Language = Language.ENGLISH
    preview: bool = True
    form: Form = Form.PAINTING
    notice: Takeover | None = None
    copy_of: str = ""
    button: str = ""

    @property
    def words(self) -> Words:
        """What to speak about it."""
        return words_in(self.language)

    def moved(self, chat: int) -> Order:
        """The same in the chat that its own has become, where no message of it is."""
        user = chat if self.user == self.place.chat else self.user
        place, content = replace(self.place, chat=chat), loose(self.content)
        return replace(self, place=place, user=user, content=content, notice=None)


@dataclass(frozen=True, slots=True)
class Painting:
    """One that was painted.

    Attributes:
        order: what was ordered.
        file_id: what Telegram gives it out by; empty before it was delivered.
    """

    order: Order
    file_id: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What one of our messages asks for: a style.

    Attributes:
        user: who is asked.
        content: the photo that it is for; None where a photo is to follow.
        mixing: what it is to be mixed with.
        last: what was chosen last when it was asked: what the button says.
        topic: where it is, in a group that has topics.
        is_answered: it has become a progress message, and asks nothing any more.
    """

    user: int
    content: Picture | None = None
    mixing: Style | None = None
    last: Style | None = None
    topic: int | None = None
    is_answered: bool = False
