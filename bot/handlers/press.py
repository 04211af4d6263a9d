"""`Press`: a button that somebody pressed, and how it is answered."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from telegram import CallbackQuery, Message, Update
from telegram.error import TelegramError

from bot.callbacks import CallbackData, CancelJob, Set, TurnPage, decode
from bot.desk import Desk, desk_of
from bot.errors import Sorry
from bot.handlers.turn import Turn
from bot.kinds import Bot, Context
from bot.limiter import NEVER
from bot.orders import Place, Question, Takeover
from bot.pictures import picture_in
from bot.speaker import is_shared, language_for
from bot.style import Picture
from bot.texts import Text, shorten
from bot.words import Language, Words

__all__ = ["Press"]

logger = logging.getLogger(__name__)

_ANSWER: Final = 5.0
_TOAST: Final = 200


@dataclass(frozen=True, slots=True)
class Press:
    """What a handler of buttons works with.

    Attributes:
        chat: where the button is; 0 where Telegram does not say.
        message: the message that it is under; 0 where Telegram does not say.
    """

    bot: Bot
    desk: Desk
    query: CallbackQuery
    chat: int
    message: int
    language: Language

    @classmethod
    def of(cls, update: Update, context: Context) -> Press:
        """The press that an update tells of."""
        query = update.callback_query
        if query is None:
            msg = "the update tells of no press"
            raise TypeError(msg)
        under = query.message
        return cls(
            bot=context.bot,
            desk=desk_of(context),
            query=query,
            chat=under.chat.id if under else 0,
            message=under.message_id if under else 0,
            language=language_for(update),
        )

    @property
    def data(self) -> str:
        """What the button carries."""
        return self.query.data or ""

    @property
    def user(self) -> int:
        """Who pressed it."""
        return self.query.from_user.id

    @property
    def words(self) -> Words:
        """What to speak."""
        return self.desk.words_for(self.user, self.language)

    @property
    def question(self) -> Question | None:
        """What the message asks, as far as it is known."""
        return self.desk.store.question(self.chat, self.message)

    def photo(self) -> Picture | None:
        """The photo that the message answers; it outlives what is remembered.

        Raises:
            Sorry: it answers something that cannot be painted.
        """
        under = self.query.message
        return picture_in(under.reply_to_message) if isinstance(under, Message) else None

    def is_for(self, owner: int | None) -> bool:
        """Whether the person may press what is for that one; None is for anybody."""
        return owner is None or is_shared(owner) or owner == self.user

    @property
    def is_readable(self) -> bool:
        """Whether Telegram still gives out the message."""
        return isinstance(self.query.message, Message)

    def shows(self, wish: TurnPage | Set | CancelJob) -> bool:
        """Whether the message has a button like that for the same person, or of the same job.

        What is pressed may be forged, and must change no message that asks for nothing like it.
        Of a message that Telegram no longer gives out it is not known.
        """
        under = self.query.message
        markup = under.reply_markup if isinstance(under, Message) else None
        rows = markup.inline_keyboard if markup else ()
        carried = (button.callback_data for row in rows for button in row)
        return any(_is_like(decode(text), wish) for text in carried if isinstance(text, str))

    @property
    def topic(self) -> int | None:
        """Where it is, in a group with topics; None also where Telegram does not say any more."""
        under = self.query.message
        if isinstance(under, Message) and under.is_topic_message:
            return under.message_thread_id
        return None

    def turn(self, owner: int | None = None, topic: int | None = None) -> Turn:
        """The turn that it begins.

        Args:
            owner: whom the button is for; a group's or channel's is pressed in its name.
            topic: where it is, as far as that is known of what the button is about.
        """
        return Turn(
            bot=self.bot,
            desk=self.desk,
            place=Place(self.chat, topic or self.topic),
            user=owner if owner is not None and is_shared(owner) else self.user,
            language=self.language,
            question=self._takeover(),
        )

    async def answer(self, key: Text | None = None, **values: object) -> None:
        """Stop the button's spinner, with a word if there is one to say."""
        try:
            text = shorten(self.words.plain(key, **values), _TOAST) if key else None
            await self.bot.answer_callback_query(
                self.query.id, text, read_timeout=_ANSWER, rate_limit_args=NEVER
            )
        except TelegramError as error:
            # Such as "query is too old": it was pressed long ago. What it asks for still holds.
            logger.info("a press was not answered: %s", error)

    async def refuse(self, sorry: Sorry) -> None:
        """Answer with why not."""
        await self.answer(sorry.key, **sorry.values)

    def _takeover(self) -> Takeover | None:
        """The message, where it asked about a photo: then it may become the progress message."""
        question, under = self.question, self.query.message
        if question is None or question.content is None:
            return None
        return Takeover(self.message, pictured=isinstance(under, Message) and bool(under.photo))


def _is_like(found: CallbackData | None, wish: TurnPage | Set | CancelJob) -> bool:
    match wish:
        case TurnPage(owner=owner):
            return isinstance(found, TurnPage) and found.owner == owner
        case Set(owner=owner):
            return isinstance(found, Set) and found.owner == owner
        case CancelJob():
            return found == wish
