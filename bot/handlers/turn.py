"""One turn of the dialogue: who speaks, where, and what is done about it."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace

from telegram import InlineKeyboardMarkup, Message, Update

from bot.access import Verdict
from bot.desk import Desk, desk_of
from bot.errors import Sorry
from bot.handlers.questions import ask
from bot.keyboards import is_painting
from bot.kinds import Bot, Context
from bot.look import Look
from bot.mixing import MOST_PARTS
from bot.orders import Form, Order, Painting, Place, Question, Takeover
from bot.outgoing import send_text
from bot.pictures import picture_in
from bot.preferences import Preferences
from bot.session import (
    Action,
    AskPhoto,
    AskStyle,
    Begin,
    Complain,
    Event,
    Key,
    ShowGallery,
    StartJobs,
    StyleChosen,
    step,
)
from bot.speaker import key_of, language_for
from bot.style import Picture, Style, parts_of
from bot.texts import Text
from bot.wording import credits_of, named, title
from bot.words import Language, Words, words_in

__all__ = ["Turn", "message_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a handler works with.

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
        return words_in(self.preferences.language or self.language)

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

    async def show_gallery(self) -> None:
        """Every style, to begin with."""
        await ask(self, Question(self.user))

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

    def start(self, event: Event) -> bool:
        """Let the event happen if a job follows from it; whether one did.

        It takes no time, so that between a look at what is under way and the new job there is no
        moment in which somebody else could press the same button, or stop it all.

        Raises:
            Sorry: a job would follow, but may not.
        """
        after, action = step(self.desk.sessions.get(self.key), event)
        if not isinstance(action, StartJobs):
            return False
        self.paint(action.contents, action.style)
        self.desk.sessions.put(self.key, after)
        return True

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
            case StartJobs(contents, style):
                self.paint(contents, style)
            case AskStyle(content, mixing):
                await ask(self, Question(self.user, content, mixing))
            case AskPhoto(style):
                await self._ask_for_photo(style)
            case ShowGallery():
                await self.show_gallery()
            case Complain(about):
                raise Sorry(Text(about.value))
            case Begin():
                pass

    async def _ask_for_photo(self, style: Style) -> None:
        key = Text.ASK_PHOTO_GROUP if self.place.is_group else Text.ASK_PHOTO
        asked = self.words.say(key, style=self.named(style))
        owed = html.escape(credits_of(style, self.desk.gallery), quote=False)
        await self.say_text(f"{asked}\n\n<i>{owed}</i>" if owed else asked)

    def paint(self, contents: tuple[Picture, ...], style: Style) -> None:
        """Begin paintings, one by one.

        Raises:
            Sorry: the person has as many under way as one may have, or mixes too much.
        """
        if len(parts_of(style)) > MOST_PARTS:
            raise Sorry(Text.MIX_TOO_MANY, most=MOST_PARTS)
        name = title(style, self.look, self.look, self.desk.gallery, self.words)
        orders = [
            self._order(content, style, self._numbered(name, number, len(contents)))
            for number, content in enumerate(contents, start=1)
        ]
        self.desk.jobs.place(replace(orders[0], notice=self.question), orders[1:])
        self.desk.store.use_style(self.user, style)
        if self.question:
            self._mark_answered(self.question.message)

    def paint_again(
        self,
        painting: Painting,
        *,
        button: str,
        style: Style | None = None,
        look: Look | None = None,
        form: Form = Form.PAINTING,
        copy_of: str = "",
    ) -> None:
        """Begin a painting like one that there is.

        Args:
            painting: which one.
            button: the pressed button that asked for it.
            style: another style, None for the same.
            look: another look, None for the same.
            form: what of it to send.
            copy_of: the job whose painting is painted anew, for a copy of it.

        Raises:
            Sorry: the person has as many under way as one may have.
        """
        order = painting.order
        style, look = style or order.style, look or order.look
        name = title(style, look, self.look, self.desk.gallery, self.words)
        again = replace(self._order(order.content, style, name), look=look, form=form)
        self.desk.jobs.place(replace(again, button=button, copy_of=copy_of))

    def _mark_answered(self, message: int) -> None:
        store, chat = self.desk.store, self.place.chat
        if question := store.question(chat, message):
            store.keep_question(chat, message, replace(question, is_answered=True))

    def _order(self, content: Picture, style: Style, name: str) -> Order:
        return Order(
            place=self.place,
            user=self.user,
            content=content,
            style=style,
            title=name,
            look=self.look,
            language=self.words.language,
            preview=self.preferences.preview,
        )

    def _numbered(self, name: str, number: int, count: int) -> str:
        if count == 1:
            return name
        return f"{name} · {self.words.plain(Text.OF_MANY, number=number, count=count)}"


def message_of(update: Update) -> Message:
    """The message that an update brings; the handlers hear of no other updates."""
    if update.message is None:
        msg = "the update brings no message"
        raise TypeError(msg)
    return update.message
