"""One turn of the dialogue: who speaks, where, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import InlineKeyboardMarkup, Message, Update

from bot import keyboards
from bot.desk import Desk, desk_of
from bot.errors import Sorry
from bot.kinds import Bot, Context
from bot.look import USUAL, Look
from bot.orders import Order, Place
from bot.outgoing import send_text
from bot.pictures import picture_in
from bot.session import (
    Action,
    AskPhoto,
    AskStyle,
    Begin,
    Complain,
    Event,
    Key,
    Picture,
    Preset,
    ShowGallery,
    StartJob,
    Style,
)
from bot.speaker import is_shared, key_of
from bot.texts import Text, say, toast
from bot.wording import words

__all__ = ["Turn", "message_of"]


@dataclass(frozen=True, slots=True)
class Turn:
    """What a handler works with.

    Attributes:
        user: who speaks: a person, or the group or channel in whose name somebody does.
        message: what was sent; None for a pressed button.
        question: our question about a photo, whose button was pressed.
    """

    bot: Bot
    desk: Desk
    place: Place
    user: int
    message: Message | None = None
    question: int | None = None

    @classmethod
    def of(cls, update: Update, context: Context) -> Turn:
        """The turn that a message begins."""
        message = message_of(update)
        _, speaker = key_of(update) or (0, message.chat_id)
        topic = message.message_thread_id if message.is_topic_message else None
        return cls(context.bot, desk_of(context), Place(message.chat_id, topic), speaker, message)

    @property
    def key(self) -> Key:
        """Whose dialogue this is."""
        return self.place.chat, self.user

    async def say(
        self, key: Text, keyboard: InlineKeyboardMarkup | None = None, **values: object
    ) -> None:
        """Answer; in a group, to the very message."""
        reply_to = self.message.message_id if self.message and self.place.is_group else None
        text = say(key, **values)
        await send_text(self.bot, self.place, text, reply_to=reply_to, keyboard=keyboard)

    def answered_picture(self) -> Picture | None:
        """The picture that the message answers.

        Raises:
            Sorry: it answers a file that is no picture, or a too large one.
        """
        return picture_in(self.message.reply_to_message) if self.message else None

    async def take(self, event: Event) -> None:
        """Let the event happen, and do what follows from it.

        Raises:
            Sorry: nothing follows.
            TelegramError: the person could not be answered.

        Whatever is raised, the dialogue is where it was before, so that the person can say the
        same again.
        """
        sessions = self.desk.sessions
        before = sessions.get(self.key)
        action = sessions.advance(self.key, event)
        after = sessions.get(self.key)
        try:
            await self._act(action)
        except Exception:
            # `/cancel` waits for nobody and may have begun anew meanwhile.
            if sessions.get(self.key) == after:
                sessions.put(self.key, before)
            raise

    async def _act(self, action: Action) -> None:
        match action:
            case StartJob(content, style):
                self.paint(content, style)
            case AskStyle(content):
                await self._ask_style(content)
            case AskPhoto(style):
                key = Text.ASK_PHOTO_GROUP if self.place.is_group else Text.ASK_PHOTO
                await self.say(key, style=self._title(style))
            case ShowGallery():
                await self.show_gallery()
            case Complain(about):
                raise Sorry(Text(about.value))
            case Begin():
                pass

    def paint(
        self,
        content: Picture,
        style: Style,
        look: Look = USUAL,
        button: tuple[int, str] | None = None,
    ) -> None:
        """Begin a painting; see `Order` for what the arguments mean.

        Raises:
            Sorry: the person has as many under way as one may have.
        """
        look = self.desk.jobs.within(look)
        self.desk.jobs.place(
            Order(
                place=self.place,
                user=self.user,
                content=content,
                style=style,
                title=" · ".join((self._title(style), *words(look))),
                look=look,
                notice=self.question,
                button=button,
            )
        )

    async def _ask_style(self, content: Picture) -> None:
        # A button names a person; a group or a channel presses nothing, so there anybody may.
        owner = None if is_shared(self.user) else self.user
        question = await send_text(
            self.bot,
            self.place,
            say(Text.ASK_STYLE),
            reply_to=content.message,
            keyboard=keyboards.styles(self.desk.gallery, owner=owner),
        )
        self.desk.questions.put(self.place.chat, question.message_id, self.user)

    async def show_gallery(self) -> None:
        """Every style as one picture, and a button for each."""
        keyboard = keyboards.styles(self.desk.gallery)
        await self.desk.sheet.send(self.bot, self.place, say(Text.STYLES), keyboard)

    def _title(self, style: Style) -> str:
        if isinstance(style, Preset):
            return keyboards.label(self.desk.gallery.find(style.name))
        return toast(Text.OWN_STYLE)


def message_of(update: Update) -> Message:
    """The message that an update brings; the handlers hear of no other updates."""
    if update.message is None:
        msg = "the update brings no message"
        raise TypeError(msg)
    return update.message
