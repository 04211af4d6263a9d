"""What people ask for by command."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update

from bot.errors import Sorry
from bot.handlers.actions import take
from bot.handlers.preferring import menu
from bot.handlers.questions import ask
from bot.handlers.strays import link_of
from bot.handlers.turn import Turn, message_of
from bot.handlers.wishes import mix_called, preset_called
from bot.kinds import Context
from bot.ledger import ORDERS_KEPT, SEEN_DAYS
from bot.orders import Question
from bot.register import KEPT_DAYS
from bot.session import PictureSent, Reset, Role, Session, StyleAsked, StyleChosen
from bot.speaker import is_shared
from bot.store import OWN_STYLES
from bot.style import Picture, Preset
from bot.texts import Text

__all__ = [
    "cancel",
    "forget",
    "help_",
    "me",
    "mix",
    "preset",
    "privacy",
    "queue",
    "settings",
    "share",
    "start",
    "style",
    "styles",
]

_DEEP: Final = "style_"


async def start(update: Update, context: Context) -> None:
    """`/start`: say hello and begin anew; by a link, with a style that is chosen already."""
    turn = Turn.of(update, context)
    await take(turn, Reset())
    payload = (context.args or [""])[0]
    name = payload.removeprefix(_DEEP)
    if payload.startswith(_DEEP) and name in turn.desk.gallery:
        await take(turn, StyleChosen(Preset(name)))
    else:
        await turn.say(Text.START)


async def help_(update: Update, context: Context) -> None:
    """`/help`: everything there is to know."""
    await Turn.of(update, context).say(Text.HELP)


async def styles(update: Update, context: Context) -> None:
    """`/styles`: the gallery as a picture with buttons."""
    turn = Turn.of(update, context)
    await ask(turn, Question(turn.user))


async def style(update: Update, context: Context) -> None:
    """`/style NAME`, or `/style` to be asked; in reply to a photo, for that photo."""
    turn = Turn.of(update, context)
    name = " ".join(context.args or ())
    if name:
        await take(turn, turn.choice(preset_called(turn.desk, name)))
    else:
        await take(turn, StyleAsked(turn.answered_picture()))


async def preset(update: Update, context: Context) -> None:
    """`/mosaic` and its sisters: the short way to say `/style mosaic`."""
    turn = Turn.of(update, context)
    await take(turn, turn.choice(Preset(_command(message_of(update)))))


async def mix(update: Update, context: Context) -> None:
    """`/mix mosaic 70 waves 30`; in reply to a photo, for that photo."""
    turn = Turn.of(update, context)
    await take(turn, turn.choice(mix_called(turn.desk, context.args or [])))


async def me(update: Update, context: Context) -> None:
    """`/me`: the person's profile photo; `/me mosaic` paints it at once."""
    turn = Turn.of(update, context)
    named = preset_called(turn.desk, " ".join(context.args)) if context.args else None
    await take(turn, PictureSent(await _profile_photo(turn), named, Role.CONTENT))


async def settings(update: Update, context: Context) -> None:
    """`/settings`: how the person likes things."""
    turn = Turn.of(update, context)
    if is_shared(turn.user):
        raise Sorry(Text.SETTINGS_SHARED)
    text, keyboard = menu(turn)
    await turn.say_text(text, keyboard)


async def queue(update: Update, context: Context) -> None:
    """`/queue`: what is under way."""
    turn = Turn.of(update, context)
    mine, others = turn.desk.jobs.under_way(
        turn.user, turn.place.chat if turn.place.is_group else None
    )
    lines = mine or [turn.words.say(Text.QUEUE_EMPTY)]
    if others:
        lines.append(turn.words.say(Text.QUEUE_OTHERS, count=others))
    await turn.say_text("\n\n".join(lines))


async def share(update: Update, context: Context) -> None:
    """`/share`: a link for a friend, with the style chosen last."""
    turn = Turn.of(update, context)
    link, words = f"https://t.me/{turn.bot.username}", turn.words
    last = turn.desk.store.last_style(turn.user)
    if isinstance(last, Preset) and last.name in turn.desk.gallery:
        link = f"{link}?start={_DEEP}{last.name}"
        text = words.say(Text.SHARE_STYLE, style=turn.named(last), link=link)
    else:
        text = words.say(Text.SHARE, link=link)
    # By this address every Telegram asks whom to send the link to.
    address = f"https://t.me/share/url?url={quote(link, safe='')}"
    button = InlineKeyboardButton(words.plain(Text.BUTTON_SHARE), url=address)
    await turn.say_text(text, InlineKeyboardMarkup([[button]]))


async def privacy(update: Update, context: Context) -> None:
    """`/privacy`: what is kept, and how long."""
    await Turn.of(update, context).say(
        Text.PRIVACY,
        days=KEPT_DAYS,
        styles=OWN_STYLES,
        seen=SEEN_DAYS,
        hours=ORDERS_KEPT // 3600,
    )


async def forget(update: Update, context: Context) -> None:
    """`/forget`: keep nothing of the person, now."""
    turn = Turn.of(update, context)
    words = turn.words
    turn.desk.albums.drop(turn.user)
    turn.desk.errands.stop(link_of(turn))
    await turn.desk.jobs.forget(turn.user)
    turn.desk.sessions.forget(turn.user)
    if not turn.desk.store.forget(turn.user):
        raise Sorry(Text.NOT_FORGOTTEN)
    await turn.say_text(words.say(Text.FORGOTTEN_ALL))


async def cancel(update: Update, context: Context) -> None:
    """`/cancel`: stop the person's jobs in this chat, and begin anew."""
    turn = Turn.of(update, context)
    had_said_something = turn.desk.sessions.get(turn.key) != Session()
    had_said_something |= turn.desk.albums.drop(turn.user, turn.place.chat)
    had_said_something |= turn.desk.errands.stop(link_of(turn))
    await take(turn, Reset())
    count = await turn.desk.jobs.cancel_all(turn.user, turn.place.chat)
    if count:
        await turn.say(Text.CANCELLED_JOBS, count=count)
    elif had_said_something:
        await turn.say(Text.CANCELLED_ONE)
    else:
        await turn.say(Text.NOTHING_TO_CANCEL)


async def _profile_photo(turn: Turn) -> Picture:
    """The newest, as large as there is.

    Raises:
        Sorry: there is none that the bot may see.
    """
    person = _person(turn)
    photos = await turn.bot.get_user_profile_photos(person, limit=1) if person else None
    if not photos or not photos.photos:
        raise Sorry(Text.NO_PROFILE_PHOTO)
    photo = photos.photos[0][-1]
    message = turn.message.message_id if turn.message else 0
    return Picture(photo.file_id, message, unique=photo.file_unique_id)


def _person(turn: Turn) -> int | None:
    """The person who wrote, not the group or channel in whose name."""
    sender = turn.message.from_user if turn.message else None
    return sender.id if sender and not sender.is_bot else None


def _command(message: Message) -> str:
    return (message.text or "").split()[0][1:].partition("@")[0].lower()
