"""One bot's world: the people and groups it knows, and everything that was said."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from bot.demo.chats import Chat, Context, Message, Person
from bot.demo.clock import Clock
from bot.demo.faults import Faults
from bot.demo.feed import Feed
from bot.demo.files import FileStore
from bot.demo.journal import Journal
from bot.demo.menus import Menus
from bot.demo.presence import Presence
from bot.demo.queries import Queries
from bot.demo.updates import Updates
from bot.demo.webhooks import Webhook
from bot.demo.wire import ApiError, Json

__all__ = ["FIRST_PERSON", "Account", "Profile", "in_language"]

FIRST_PERSON: Final = "You"
_FIRST_USER: Final = 1001
_FIRST_GROUP: Final = -5001
_FIRST_FORUM: Final = -1_002_000_000_001


@dataclass(slots=True)
class Profile:
    """How a bot presents itself.

    Attributes:
        names: by language, "" for all others; so are the descriptions.
        privacy: whether it hears only what is meant for it in groups.
    """

    username: str
    names: dict[str, str]
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    privacy: bool = True

    @property
    def name(self) -> str:
        """Its name for those who speak no particular language."""
        return self.names.get("", self.username)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """What is told to those who speak it; where nothing is, what is told to all others."""
    return texts.get(language) or texts.get("", "")


Execute: TypeAlias = Callable[["Account", Json], Awaitable[None]]


class Account:
    """A bot, and all that it can see.

    Args:
        number: the bot's id.
        profile: how it presents itself.
        clock: the server's.
        execute: does what a webhook's answer asks for.
    """

    def __init__(self, number: int, profile: Profile, clock: Clock, execute: Execute) -> None:
        self.id = number
        self.profile = profile
        self.clock = clock
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.files = FileStore()
        self.feed = Feed()
        self.menus = Menus(self.chats)
        self.queries = Queries(clock)
        self.faults = Faults()
        self.journal = Journal()
        self.presence = Presence(lambda: self.feed.publish("bot", bot=self.page()))
        self.updates = Updates(clock, self.presence)
        self.webhook = Webhook(self.updates, clock, lambda call: execute(self, call), self.presence)
        self._messages = itertools.count(1)
        self._albums = itertools.count(13_000_000_000_000_001)
        self._users = itertools.count(_FIRST_USER)
        self._groups = itertools.count(_FIRST_GROUP, -1)
        self._forums = itertools.count(_FIRST_FORUM, -1)
        self.add_person(FIRST_PERSON)

    def user(self) -> Json:
        """The bot as a `User`."""
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.profile.name,
            "username": self.profile.username,
        }

    def page(self) -> Json:
        """The bot as the chat page knows it."""
        return {
            "id": self.id,
            "name": self.profile.name,
            "username": self.profile.username,
            "status": str(self.presence.status),
            "description": in_language(self.profile.descriptions, ""),
            "short_description": in_language(self.profile.short_descriptions, ""),
        }

    def chat_page(self, chat: Chat) -> Json:
        """A chat as the chat page knows it, without its messages."""
        person = self.people.get(chat.id)
        profile, language = self.profile, person.language[:2] if person else ""
        members = [] if person else [self.people[number] for number in chat.members]
        return {
            "id": chat.id,
            "type": chat.type,
            "title": chat.title,
            "members": list(chat.members),
            "blocked": chat.blocked,
            "topics": [{"id": number, "name": name} for number, name in chat.topics.items()],
            "commands": self.menus.shown(chat, person),
            "commands_of": {each.id: self.menus.shown(chat, each) for each in members},
            "description": in_language(profile.descriptions, language),
            "short_description": in_language(profile.short_descriptions, language),
        }

    def add_person(self, name: str, language: str = "en") -> Chat:
        """Somebody new; the private chat that the bot and they have from now on."""
        person = Person(next(self._users), name, language)
        self.people[person.id] = person
        self.feed.publish("person", person=person.page())
        return self._open(Chat(person.id, "private", name, [person.id]))

    def add_group(self, title: str, members: Iterable[int], topics: Iterable[str]) -> Chat:
        """A group with the bot in it; with topics, a forum."""
        threads = {next(self._messages): name for name in topics}
        kind, numbers = ("supergroup", self._forums) if threads else ("group", self._groups)
        return self._open(
            Chat(next(numbers), kind, title, list(members), started=True, topics=threads)
        )

    def upgrade(self, group: Chat) -> Chat:
        """The supergroup that a group becomes; nothing more can be done in the group itself."""
        members, number = list(group.members), next(self._forums)
        known = Chat(number, "supergroup", group.title, members, started=True)
        group.moved_to = number
        return self._open(known)

    def post(
        self,
        chat: Chat,
        sender: Json,
        content: Json,
        *,
        context: Context | None = None,
        markup: Json | None = None,
    ) -> Message:
        """A new message in a chat, for all to see."""
        message = Message(
            id=next(self._messages),
            chat=chat,
            sender=sender,
            date=self.seconds(),
            content=content,
            context=context or Context(),
            markup=markup,
        )
        chat.messages[message.id] = message
        self.feed.publish("message", chat=chat.id, message=message.page())
        return message

    def changed(self, message: Message) -> None:
        """Show what became of a message."""
        self.feed.publish("edited", chat=message.chat.id, message=message.page())

    def remove(self, message: Message) -> None:
        """Take a message out of its chat."""
        del message.chat.messages[message.id]
        self.feed.publish("deleted", chat=message.chat.id, message_id=message.id)

    def show_chat(self, chat: Chat) -> None:
        """Show what became of a chat."""
        self.feed.publish("chat", chat=self.chat_page(chat))

    def show_bot(self) -> None:
        """Show what became of the bot, and of what it offers in each chat."""
        self.feed.publish("bot", bot=self.page())
        for chat in self.chats.values():
            self.show_chat(chat)

    def new_album(self) -> str:
        """A `media_group_id`."""
        return str(next(self._albums))

    def seconds(self) -> int:
        """Now, as messages are dated."""
        return int(self.clock.now())

    async def close(self) -> None:
        """Let go of what waits."""
        await self.webhook.close()
        self.updates.interrupt(ApiError("Bad Gateway", 502))
        self.presence.close()
        self.faults.clear()

    def _open(self, chat: Chat) -> Chat:
        self.chats[chat.id] = chat
        self.show_chat(chat)
        return chat
