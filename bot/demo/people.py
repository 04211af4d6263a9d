"""What people do with their telephones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.demo import media
from bot.demo.account import Account
from bot.demo.chats import Chat, Context, Message, Person
from bot.demo.photos import PERSON_SIDE
from bot.demo.privacy import is_heard
from bot.demo.spans import units
from bot.demo.wire import ApiError, Json, Params, Upload
from bot.demo.words import CAPTION, TEXT, formatted

__all__ = ["STICKER_EMOJI", "Impossible", "People", "Saying"]

STICKER_EMOJI: Final = "🎨"
"""What a sticker says of itself unless the sender says otherwise."""

_ALBUM: Final = 10
_NOTHING: Final = Params({})
_SERVICE: Final = {
    "group_chat_created",
    "new_chat_members",
    "new_chat_title",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
}
_WITHOUT_MEDIA: Final = {"text", "entities", "sender_chat", "forward_origin"}


class Impossible(Exception):
    """An app would not let a person do this; a kind sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What somebody is about to send.

    Attributes:
        text: the words, or the caption of the files.
        entities: of the text, beside those that are found in it: an app lets people mark words.
        files: several become an album, unless they are stickers.
        kind: what the files go as: "photo", "sticker", or byte for byte as "document".
        emoji: of a sticker.
        content: more fields of the Bot API's `Message`, for what apps can send and this cannot.
        sender: whose telephone it is; needed in groups.
    """

    text: str = ""
    entities: Sequence[Json] = ()
    files: Sequence[Upload] = ()
    kind: str = "photo"
    emoji: str = STICKER_EMOJI
    content: Json | None = None
    sender: int | None = None
    reply_to: int | None = None
    thread: int | None = None


class People:
    """The people of one bot's world."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def chat(self, number: int) -> Chat:
        """The chat of that id.

        Raises:
            Impossible: there is none.
        """
        if number not in self._account.chats:
            msg = "There is no such chat."
            raise Impossible(msg)
        return self._account.chats[number]

    def person(self, number: int) -> Person:
        """The person of that id.

        Raises:
            Impossible: there is none.
        """
        if number not in self._account.people:
            msg = "There is no such person."
            raise Impossible(msg)
        return self._account.people[number]

    def gather(self, title: str, members: Sequence[int], topics: Sequence[str] = ()) -> Chat:
        """A new group with the bot in it.

        Raises:
            Impossible: a group of nobody, or of people who do not exist.
        """
        people = [self.person(number) for number in members]
        if not people or not title.strip():
            msg = "A group needs a name and at least one person."
            raise Impossible(msg)
        chat = self._account.add_group(title.strip(), members, topics)
        # Telegram tells of the bot's arrival in a supergroup in other words.
        arrival: Json = {"new_chat_members": [self._account.user()]}
        news = {"group_chat_created": True} if chat.type == "group" else arrival
        self._hand_over(chat, people[0], news)
        return chat

    def upgrade(self, group: Chat) -> Chat:
        """The supergroup that a group becomes.

        Raises:
            Impossible: it is no group, or one that has become another already.
        """
        if group.type != "group" or group.moved_to:
            msg = "Only a group can become a supergroup, and only once."
            raise Impossible(msg)
        person = self.person(group.members[0])
        chat = self._account.upgrade(group)
        self._hand_over(group, person, {"migrate_to_chat_id": chat.id})
        self._hand_over(chat, person, {"migrate_from_chat_id": group.id})
        return chat

    async def say(self, chat: Chat, saying: Saying) -> list[Message]:
        """Send it.

        Raises:
            Impossible: an app would not send that.
        """
        person = self._speaker(chat, saying.sender)
        reply_to = self._answered(chat, saying.reply_to)
        if saying.thread is not None and saying.thread not in chat.topics:
            msg = "There is no such topic."
            raise Impossible(msg)
        contents = await self._contents(saying)
        together = len(contents) > 1 and saying.kind != "sticker"
        album = self._account.new_album() if together else None
        context = Context(reply_to, thread=saying.thread, album=album)
        chat.started, chat.blocked = True, False
        return [self._hand_over(chat, person, content, context) for content in contents]

    def edit(self, chat: Chat, number: int, text: str) -> Message:
        """Change the words of a message of one's own.

        Raises:
            Impossible: there is no such message of a person, or it would be empty.
        """
        message = self._message(chat, number)
        if message.is_bots:
            msg = "Only your own messages can be edited."
            raise Impossible(msg)
        caption = "text" not in message.content
        words = _words(text, (), caption=caption)
        if not words and not caption:
            msg = "There is nothing left of that message."
            raise Impossible(msg)
        names = ("caption", "caption_entities") if caption else ("text", "entities")
        kept = {name: value for name, value in message.content.items() if name not in names}
        message.content = {**kept, **words}
        message.edited = self._account.seconds()
        self._account.changed(message)
        self._tell("edited_message", message)
        return message

    def remove(self, chat: Chat, number: int) -> None:
        """Delete a message; bots are not told.

        Raises:
            Impossible: there is none.
        """
        self._account.remove(self._message(chat, number))

    def press(self, chat: Chat, number: int, data: str, sender: int | None) -> str:
        """Press the button with that data; the id of the query.

        Raises:
            Impossible: no such message, or no such person.
        """
        person = self._speaker(chat, sender)
        message = self._message(chat, number)
        query = self._account.queries.ask(person.id, chat.id)
        self._account.updates.push(
            "callback_query",
            {
                "id": query.id,
                "from": person.user(),
                "message": message.json(),
                "chat_instance": str(chat.id),
                "data": data,
            },
        )
        return query.id

    def block(self, chat: Chat, *, blocked: bool) -> None:
        """Shut the bot out, or let it in again.

        Raises:
            Impossible: in a group.
        """
        if not chat.is_private:
            msg = "A bot can be blocked in a private chat only."
            raise Impossible(msg)
        chat.blocked = blocked
        self._account.show_chat(chat)
        self._account.updates.push("my_chat_member", self._membership(chat))

    def clear(self, chat: Chat) -> None:
        """Delete all that was said."""
        chat.messages.clear()
        self._account.feed.publish("reset")

    def rename(self, person: Person, name: str | None, language: str | None) -> None:
        """Change what the apps know of a person."""
        person.name = name or person.name
        person.language = language or person.language
        self._account.chats[person.id].title = person.name
        self._account.feed.publish("person", person=person.page())
        for chat in self._account.chats.values():
            if person.id in chat.members:
                self._account.show_chat(chat)

    async def portray(self, person: Person, upload: Upload) -> None:
        """Give a person a new profile photo.

        Raises:
            Impossible: it is no picture that would do.
        """
        try:
            sizes = await media.portrait(self._account, upload)
        except ApiError as error:
            name = upload.name or "This file"
            msg = f"{name} cannot be a profile photo."
            raise Impossible(msg) from error
        person.photos.insert(0, sizes)
        self._account.feed.publish("person", person=person.page())

    def _speaker(self, chat: Chat, number: int | None) -> Person:
        if number is None and chat.is_private:
            number = chat.id
        if number not in chat.members:
            msg = "That person is not in this chat."
            raise Impossible(msg)
        if chat.moved_to:
            msg = "This group has become a supergroup: go on there."
            raise Impossible(msg)
        return self.person(number)

    def _message(self, chat: Chat, number: int) -> Message:
        if number not in chat.messages:
            msg = "That message is not there any more."
            raise Impossible(msg)
        return chat.messages[number]

    def _answered(self, chat: Chat, number: int | None) -> Message | None:
        return None if number is None else self._message(chat, number)

    async def _contents(self, saying: Saying) -> list[Json]:
        more = saying.content or {}
        caption = bool(saying.files) or not _WITHOUT_MEDIA.issuperset(more)
        words = _words(saying.text, saying.entities, caption=caption)
        if words and saying.files and saying.kind == "sticker":
            msg = "A sticker has no caption."
            raise Impossible(msg)
        if len(saying.files) > _ALBUM:
            msg = f"An album holds at most {_ALBUM} files."
            raise Impossible(msg)
        if not (saying.files or more or words):
            msg = "There is nothing to send."
            raise Impossible(msg)
        files = [await self._file(upload, saying) for upload in saying.files]
        first, *rest = files or [{}]
        return [{**first, **more, **words}, *({**each, **more} for each in rest)]

    async def _file(self, upload: Upload, saying: Saying) -> Json:
        name = upload.name or "This file"
        try:
            match saying.kind:
                case "document":
                    return await media.document(self._account, upload, _NOTHING)
                case "sticker":
                    return await media.sticker(self._account, upload, saying.emoji)
                case _:
                    return await media.photo(self._account, upload, _NOTHING, PERSON_SIDE)
        except ApiError as error:
            msg = f"{name} cannot be sent as a {saying.kind}. Send it as a file instead."
            raise Impossible(msg) from error

    def _hand_over(
        self, chat: Chat, person: Person, content: Json, context: Context | None = None
    ) -> Message:
        message = self._account.post(chat, person.user(), content, context=context)
        self._tell("message", message)
        return message

    def _tell(self, kind: str, message: Message) -> None:
        if not _SERVICE.isdisjoint(message.content) or is_heard(self._account, message):
            self._account.updates.push(kind, message.json())

    def _membership(self, chat: Chat) -> dict[str, Any]:
        bot = self._account.user()
        member: Json = {"user": bot, "status": "member"}
        kicked: Json = {"user": bot, "status": "kicked", "until_date": 0}
        old, new = (member, kicked) if chat.blocked else (kicked, member)
        return {
            "chat": chat.json(),
            "from": self._account.people[chat.id].user(),
            "date": self._account.seconds(),
            "old_chat_member": old,
            "new_chat_member": new,
        }


def _words(text: str, entities: Sequence[Json], *, caption: bool) -> Json:
    most = CAPTION if caption else TEXT
    # What is far too long is not even looked at.
    words = formatted(text, "", list(entities)) if len(text) <= 4 * most else (text, [])
    if len(words[0]) > most or units(words[0]) > most:
        msg = f"That is too long: at most {most} characters."
        raise Impossible(msg)
    names = ("caption", "caption_entities") if caption else ("text", "entities")
    return {name: value for name, value in zip(names, words, strict=True) if value}
