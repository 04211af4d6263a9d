"""`Turn`: who speaks, where, and how to answer: what a handler works with."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import InlineKeyboardMarkup, Message, Update

from bot.access import Verdict
from bot.desk import Desk, desk_of
from bot.keyboards import is_painting
from bot.kinds import Bot, Context
from bot.look import Look
from bot.names import named
from bot.orders import Place, Takeover
from bot.outgoing import send_text
from bot.pictures import picture_in
from bot.preferences import Preferences
from bot.session import (
    Key,
    StyleChosen,
)
from bot.speaker import key_of, language_for
from bot.style import Picture, Style
from bot.texts import Text
from bot.words import Language, Words

__all__ = ["Turn", "message_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of the dialogue, from what somebody said.

    Attributes:
        user: who speaks: a person, or the group or channel in whose name somebody does.
        language: what the person's Telegram speaks.
        message: what was sent; None for a pressed button.
        question: our question, whose button was pressed; it becomes the progress message.
    """

    bot: Bot
    desk: Desk
    place: Place
    user: int
    language: Language
    message: Message | None = None
    question: Takeover | None = None

    @classmethod
    def of(cls, update: Update, context: Context) -> Turn:
        """The turn that a message begins."""
        message = message_of(update)
        _, speaker = key_of(update) or (0, message.chat_id)
        topic = message.message_thread_id if message.is_topic_message else None
        return cls(
            bot=context.bot,
            desk=desk_of(context),
            place=Place(message.chat_id, topic),
            user=speaker,
            language=language_for(update),
            message=message,
        )

    @property
    def key(self) -> Key:
        """Whose dialogue this is."""
        return self.place.chat, self.user

    @property
    def is_shut_out(self) -> bool:
        """Whether an admin has blocked the person or the chat, perhaps only just now."""
        return self.desk.access.verdict(*self.key) is Verdict.BLOCKED

    @property
    def preferences(self) -> Preferences:
        """How the person likes things."""
        return self.desk.store.preferences(self.user)

    @property
    def words(self) -> Words:
        """What to speak."""
        return self.desk.words_for(self.user, self.language)

    @property
    def look(self) -> Look:
        """How the person's paintings look, unless asked otherwise."""
        return self.preferences.look(self.desk.usual, self.desk.jobs.largest)

    async def say(
        self, key: Text, keyboard: InlineKeyboardMarkup | None = None, **values: object
    ) -> None:
        """Answer; in a group, to the very message."""
        await self.say_text(self.words.say(key, **values), keyboard)

    async def say_text(self, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        """Answer with HTML; in a group, to the very message."""
        reply_to = self.message.message_id if self.message and self.place.is_group else None
        await send_text(self.bot, self.place, text, reply_to=reply_to, keyboard=keyboard)

    def choice(self, style: Style) -> StyleChosen:
        """That the person chose the style, for what the message answers.

        Raises:
            Sorry: it answers a file that is no picture, or a too large one.
        """
        target, mixing = self._answered()
        return StyleChosen(style, target, mixing)

    def answered_picture(self) -> Picture | None:
        """The picture that the message answers; of a question of ours, the one that it is for.

        Raises:
            Sorry: it answers a file that is no picture, or a too large one.
        """
        return self._answered()[0]

    def _answered(self) -> tuple[Picture | None, Style | None]:
        answered = self.message.reply_to_message if self.message else None
        if answered is None:
            return None, None
        if question := self.desk.store.question(self.place.chat, answered.message_id):
            return question.content, question.mixing
        is_ours = answered.from_user is not None and answered.from_user.id == self.bot.id
        # What we send that is no painting are sheets and previews: nobody means those.
        if is_ours and not is_painting(answered):
            return None, None
        return picture_in(answered), None

    def named(self, style: Style) -> str:
        """What the style is called in the person's language."""
        return named(style, self.desk.gallery, self.words)


def message_of(update: Update) -> Message:
    """The message that an update brings; the handlers hear of no other updates."""
    if update.message is None:
        msg = "the update brings no message"
        raise TypeError(msg)
    return update.message
