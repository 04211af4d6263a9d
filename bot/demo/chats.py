"""People, chats and messages, and how the Bot API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.demo.wire import Json

__all__ = ["Chat", "Context", "Message", "Person"]


@dataclass(slots=True)
class Person:
    """Somebody with a telephone.

    Attributes:
        photos: profile photos, the newest first, each as its sizes, the smallest first.
    """

    id: int
    name: str
    language: str = "en"
    photos: list[list[Json]] = field(default_factory=list)

    def user(self) -> Json:
        """As the `User` of the Bot API."""
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.name,
            "language_code": self.language,
        }

    def page(self) -> Json:
        """As the chat page knows it."""
        known: Json = {"id": self.id, "name": self.name, "language": self.language}
        return {**known, "photo": self.photos[0][0]["file_id"]} if self.photos else known

    def photo(self) -> Json:
        """As the `ChatPhoto` of the Bot API; empty where there is none."""
        if not self.photos:
            return {}
        small, big = self.photos[0][0], self.photos[0][-1]
        return {
            "small_file_id": small["file_id"],
            "small_file_unique_id": small["file_unique_id"],
            "big_file_id": big["file_id"],
            "big_file_unique_id": big["file_unique_id"],
        }


@dataclass(slots=True)
class Chat:
    """A private chat or a group, with all that was said in it.

    Attributes:
        started: whether the person has ever written; before, a bot may not.
        topics: the threads of a forum, by id.
        moved_to: the supergroup that this group has become.
    """

    id: int
    type: str
    title: str
    members: list[int]
    started: bool = False
    blocked: bool = False
    topics: dict[int, str] = field(default_factory=dict)
    moved_to: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)

    @property
    def is_private(self) -> bool:
        """Whether it is between one person and the bot."""
        return self.type == "private"

    def is_led_by(self, person: int) -> bool:
        """Whether it is a group of that person's: who made it is its only administrator."""
        return not self.is_private and self.members[:1] == [person]

    def json(self) -> Json:
        """As the `Chat` of the Bot API."""
        name = "first_name" if self.is_private else "title"
        known: Json = {"id": self.id, name: self.title, "type": self.type}
        return {**known, "is_forum": True} if self.topics else known


@dataclass(frozen=True, slots=True)
class Context:
    """What a message is part of.

    Attributes:
        reply_to: the message it answers.
        quote: the part of that one that it is about, as a `TextQuote`.
        thread: the topic of a forum.
        album: its `media_group_id`.
        marks: more fields that stay whatever is edited, such as ``effect_id``.
    """

    reply_to: Message | None = None
    quote: Json | None = None
    thread: int | None = None
    album: str | None = None
    marks: Json = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Message:
    """One message.

    Attributes:
        sender: the `User` who sent it.
        content: the fields that are its content, such as ``text`` and ``entities``.
        markup: its inline keyboard.
        reactions: emoji by the id of who reacted.
    """

    id: int
    chat: Chat
    sender: Json
    date: int
    content: Json
    context: Context = field(default_factory=Context)
    edited: int | None = None
    markup: Json | None = None
    reactions: dict[int, str] = field(default_factory=dict)

    @property
    def is_bots(self) -> bool:
        """Whether the bot sent it."""
        return bool(self.sender["is_bot"])

    @property
    def text(self) -> str:
        """Its words, be they text or caption."""
        return str(self.content.get("text") or self.content.get("caption") or "")

    @property
    def entities(self) -> list[Json]:
        """The entities of its words."""
        return list(self.content.get("entities") or self.content.get("caption_entities") or [])

    def json(self, *, nested: bool = False) -> Json:
        """As the `Message` of the Bot API.

        Args:
            nested: inside another message, where the one it answers is left out.
        """
        known: Json = {
            "message_id": self.id,
            "from": self.sender,
            "chat": self.chat.json(),
            "date": self.date,
            **self.context.marks,
            **self.content,
        }
        if self.context.thread:
            known |= {"message_thread_id": self.context.thread, "is_topic_message": True}
        optional: Mapping[str, object] = {
            "edit_date": self.edited,
            "media_group_id": self.context.album,
            "reply_markup": self.markup,
            "quote": self.context.quote,
        }
        known |= {name: value for name, value in optional.items() if value}
        answered = self.context.reply_to
        if answered and not nested and answered.id in self.chat.messages:
            known["reply_to_message"] = answered.json(nested=True)
        return known

    def page(self) -> Json:
        """As the chat page shows it."""
        reactions = [{"from": who, "emoji": emoji} for who, emoji in self.reactions.items()]
        return {**self.json(), "reactions": reactions} if reactions else self.json()
