"""Everything a person reads, in one catalogue.

`say` makes a message in Telegram's HTML and escapes what it is given; `toast` makes the plain
words for a button, a command's description or a short notice.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

__all__ = ["Text", "about", "bar", "say", "shorten", "toast"]

_BAR: Final = 12
_MINUTE: Final = 60


class Text(StrEnum):
    """The key of each text."""

    START = "start"
    HELP = "help"
    STYLES = "styles"
    ASK_STYLE = "ask_style"
    ASK_PHOTO = "ask_photo"
    ASK_PHOTO_GROUP = "ask_photo_group"
    OWN_STYLE = "own_style"
    RESULT = "result"
    RESULT_SKETCHED = "result_sketched"
    REMARK_SKETCH = "remark_sketch"
    REMARK_SMALLER = "remark_smaller"
    REMARK_FINER_BRUSH = "remark_finer_brush"
    REMARK_AS_FILE = "remark_as_file"

    OPENED = "opened"
    QUEUED_NEXT = "queued_next"
    QUEUED = "queued"
    STARTED = "started"
    PROGRESS = "progress"
    PROGRESS_BEGUN = "progress_begun"
    UPLOADING = "uploading"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RESTARTING = "restarting"
    NOT_CONFIRMED = "not_confirmed"
    NOT_DELIVERED = "not_delivered"

    CANCELLED_JOBS = "cancelled_jobs"
    CANCELLED_ONE = "cancelled_one"
    NOTHING_TO_CANCEL = "nothing_to_cancel"

    NO_MEANING = "no_meaning"
    UNKNOWN_COMMAND = "unknown_command"
    UNKNOWN_STYLE = "unknown_style"
    UNKNOWN_STYLE_NEAR = "unknown_style_near"
    NOT_A_FILE_I_READ = "not_a_file_i_read"
    VIDEO = "video"
    ANIMATION = "animation"
    STICKER = "sticker"
    VOICE = "voice"
    OTHER_KIND = "other_kind"
    TOO_BIG = "too_big"
    ALBUM_SIZE = "album_size"
    ALBUM_CAPTION = "album_caption"

    TOO_MANY_JOBS = "too_many_jobs"
    ALREADY_PAINTING = "already_painting"
    NOT_YOURS = "not_yours"
    OLD_BUTTON = "old_button"
    STOPPING = "stopping"
    JOB_IS_OVER = "job_is_over"

    NOT_A_PICTURE = "not_a_picture"
    TRUNCATED = "truncated"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_NARROW = "too_narrow"
    DIVERGED = "diverged"
    OUT_OF_MEMORY = "out_of_memory"
    NO_WEIGHTS = "no_weights"
    NO_SKETCH = "no_sketch"
    TELEGRAM_TROUBLE = "telegram_trouble"
    INTERNAL = "internal"

    LOOK_STRONGER = "look_stronger"
    LOOK_SOFTER = "look_softer"
    LOOK_OWN_COLORS = "look_own_colors"
    LOOK_FINER = "look_finer"
    LOOK_BOLDER = "look_bolder"
    LOOK_LARGER = "look_larger"
    LOOK_ATTEMPT = "look_attempt"
    FORGOTTEN_STYLE = "forgotten_style"
    FORGOTTEN_PHOTO = "forgotten_photo"
    STYLE_GONE = "style_gone"

    BUTTON_CANCEL = "button_cancel"
    BUTTON_STRONGER = "button_stronger"
    BUTTON_SOFTER = "button_softer"
    BUTTON_OWN_COLORS = "button_own_colors"
    BUTTON_STYLE_COLORS = "button_style_colors"
    BUTTON_FINER = "button_finer"
    BUTTON_BOLDER = "button_bolder"
    BUTTON_LARGER = "button_larger"
    BUTTON_AGAIN = "button_again"
    BUTTON_OTHER_STYLE = "button_other_style"
    COMMAND_START = "command_start"
    COMMAND_HELP = "command_help"
    COMMAND_STYLES = "command_styles"
    COMMAND_STYLE = "command_style"
    COMMAND_CANCEL = "command_cancel"
    COMMAND_PRESET = "command_preset"


ENGLISH: Final[Mapping[Text, str]] = MappingProxyType(
    {
        Text.START: (
            "Hello! I paint. Send me a <b>photo</b>, pick a <b>style</b>, and I send you a "
            "painting.\n\nThe style can be one of mine (/styles) or any picture of yours: send "
            "the photo first and the style picture after it, or both as one album.\n\n"
            "/help says more."
        ),
        Text.HELP: (
            "<b>How to get a painting</b>\n"
            "• Send a photo, then press a style or send a picture whose style you like.\n"
            "• Or choose the style first: /styles, /style mosaic or just /mosaic.\n"
            "• Or send two pictures as one album: first the photo, then the style.\n"
            "• Or write the style into the caption of the photo.\n"
            "• Or answer any photo with /style mosaic; this is how it works in groups.\n\n"
            "Under each painting are buttons for the next one: stronger, softer, in your own "
            "colours and more.\n"
            "Send the photo <b>as a file</b> to get the painting as a lossless PNG file.\n\n"
            "/cancel stops what I paint for you, at once.\n"
            "I write no pictures to disk: yours and my paintings stay in memory for a while, "
            "and then I forget them."
        ),
        Text.STYLES: "My styles. Press one, then send me a photo.",
        Text.ASK_STYLE: (
            "A fine photo! Which style shall it be? Press one, or send me a picture of the style."
        ),
        Text.ASK_PHOTO: "<b>{style}</b> it is. Now send me the photo to paint.",
        Text.ASK_PHOTO_GROUP: (
            "<b>{style}</b> it is. Now send the photo as an answer to this message; or answer "
            "any photo here with the command, and I paint that one."
        ),
        Text.OWN_STYLE: "your own style",
        Text.RESULT: "{style}, painted in {seconds}",
        Text.RESULT_SKETCHED: "{style}, sketched in {seconds}",
        Text.REMARK_SKETCH: "Only a sketch for now: the network that I paint with is not here yet.",
        Text.REMARK_SMALLER: "My memory ran out, so it came out smaller than planned.",
        Text.REMARK_FINER_BRUSH: "The brush can be no bolder: the style picture is too small.",
        Text.REMARK_AS_FILE: (
            "It comes as a file because Telegram does not take a picture of this size or shape "
            "as a photo."
        ),
        Text.OPENED: "<b>{style}</b>\nLooking at your picture …",
        Text.QUEUED_NEXT: "<b>{style}</b>\nYou are next in the queue.",
        Text.QUEUED: "<b>{style}</b>\nYou are number {position} in the queue.",
        Text.STARTED: "<b>{style}</b>\nMixing the colours …",
        Text.PROGRESS: "<b>{style}</b>\n{bar} {percent} %\n{eta} to go",
        Text.PROGRESS_BEGUN: "<b>{style}</b>\n{bar} {percent} %",
        Text.UPLOADING: "<b>{style}</b>\nDone. Sending it to you …",
        Text.DONE: "<b>{style}</b>\nDone.",
        Text.FAILED: "<b>{style}</b>\nThis one did not work out.",
        Text.CANCELLED: "<b>{style}</b>\nCancelled.",
        Text.RESTARTING: (
            "I am being restarted and could not finish this one. "
            "Please send the photo again in a minute."
        ),
        Text.NOT_CONFIRMED: (
            "Telegram did not confirm that your painting arrived. "
            "If you do not see it, please send the photo again."
        ),
        Text.NOT_DELIVERED: (
            "I painted it, but Telegram did not take the picture. Please try again a little later."
        ),
        Text.CANCELLED_JOBS: "Stopped: {count} paintings. Send me a photo whenever you like.",
        Text.CANCELLED_ONE: "Stopped. Send me a photo whenever you like.",
        Text.NOTHING_TO_CANCEL: "There is nothing to stop. Send me a photo to begin.",
        Text.NO_MEANING: "I understand pictures best. Send me a photo, or see /styles and /help.",
        Text.UNKNOWN_COMMAND: "I do not know that command. /help lists what I can do.",
        Text.UNKNOWN_STYLE: "I have no style called “{name}”. /styles shows all of them.",
        Text.UNKNOWN_STYLE_NEAR: (
            "I have no style called “{name}”. Did you mean {near}? /styles shows all of them."
        ),
        Text.NOT_A_FILE_I_READ: (
            "That file is not a picture. I read JPEG, PNG, WebP, HEIC and most other pictures."
        ),
        Text.VIDEO: "Videos are beyond me, alas. Send me a photo and I will paint that.",
        Text.ANIMATION: "I cannot paint things that move. Send me a photo instead.",
        Text.STICKER: "A nice sticker! I paint photos, though: send me one.",
        Text.VOICE: "I only have eyes, no ears. Send me a photo instead.",
        Text.OTHER_KIND: "I cannot paint that. Send me a photo, or see /help.",
        Text.TOO_BIG: (
            "That file is too large: Telegram lets me fetch at most {limit} MB. "
            "Please send a smaller one, or send it as a photo."
        ),
        Text.ALBUM_SIZE: (
            "I take one photo, or an album of exactly two: first the photo, then the style. "
            "Which one shall I paint? Please send it by itself."
        ),
        Text.ALBUM_CAPTION: (
            "Two pictures and a style by name: I do not know which of them you mean. "
            "Please send one photo with that caption, or the two without it."
        ),
        Text.TOO_MANY_JOBS: (
            "I am already busy with {count} of yours. Wait for one of them, or /cancel."
        ),
        Text.ALREADY_PAINTING: "I am on it already.",
        Text.NOT_YOURS: "This button belongs to somebody else. Send me a photo of your own!",
        Text.OLD_BUTTON: "This button does nothing any more. Send me a photo to begin.",
        Text.STOPPING: "Stopping …",
        Text.JOB_IS_OVER: "That one is over already.",
        Text.NOT_A_PICTURE: "I cannot read this as a picture. Please send a JPEG, PNG or HEIC.",
        Text.TRUNCATED: "The end of this picture is missing. Please send it once more.",
        Text.TOO_SMALL: "This picture is too small to paint. Please send a larger one.",
        Text.TOO_LARGE: "This picture has too many pixels for me. Please send a smaller one.",
        Text.TOO_NARROW: "This picture is too long and thin to paint. Please crop it a little.",
        Text.DIVERGED: "My paint ran on this one. Please try again, perhaps with another style.",
        Text.OUT_OF_MEMORY: (
            "My memory is too full to paint this one, however small. "
            "Please try again a little later."
        ),
        Text.NO_WEIGHTS: (
            "I cannot paint yet: the network that I paint with, VGG19, is not on the machine that "
            "I run on.\n\nThere, run this while it is online (80 MB):\n"
            "<code>.venv/bin/nst weights --fetch</code>\n"
            "or set <code>NST_WEIGHTS</code> to a copy of it and start me again. "
            "Then send me the photo once more."
        ),
        Text.NO_SKETCH: (
            "I cannot sketch yet: something that I sketch with is missing on the machine that I "
            "run on.\n\nThere, run <code>make clean install</code> and start me again. "
            "Then send me the photo once more."
        ),
        Text.TELEGRAM_TROUBLE: "Telegram and I had a misunderstanding. Please send it once more.",
        Text.INTERNAL: "Something went wrong here, and it is not your fault. Please try again.",
        Text.LOOK_STRONGER: "stronger",
        Text.LOOK_SOFTER: "softer",
        Text.LOOK_OWN_COLORS: "your colours",
        Text.LOOK_FINER: "finer brush",
        Text.LOOK_BOLDER: "bolder brush",
        Text.LOOK_LARGER: "{times} times the size",
        Text.LOOK_ATTEMPT: "attempt {number}",
        Text.FORGOTTEN_STYLE: (
            "I no longer have the style picture of that one. "
            "Please send me the photo and the style once more."
        ),
        Text.FORGOTTEN_PHOTO: (
            "I cannot find the photo of that painting any more. Please send it once more."
        ),
        Text.STYLE_GONE: "I no longer have that style. Press “Another style” to choose one.",
        Text.BUTTON_CANCEL: "Cancel",
        Text.BUTTON_STRONGER: "Stronger",
        Text.BUTTON_SOFTER: "Softer",
        Text.BUTTON_OWN_COLORS: "Keep my colours",
        Text.BUTTON_STYLE_COLORS: "Painting’s colours",
        Text.BUTTON_FINER: "Finer brush",
        Text.BUTTON_BOLDER: "Bolder brush",
        Text.BUTTON_LARGER: "Larger",
        Text.BUTTON_AGAIN: "Try again",
        Text.BUTTON_OTHER_STYLE: "Another style",
        Text.COMMAND_START: "Say hello",
        Text.COMMAND_HELP: "How it works",
        Text.COMMAND_STYLES: "See all styles",
        Text.COMMAND_STYLE: "Choose a style by name",
        Text.COMMAND_CANCEL: "Stop and begin anew",
        Text.COMMAND_PRESET: "Paint in the style {style}",
    }
)


def say(key: Text, **values: object) -> str:
    """A message, as HTML; the values are data and get escaped."""
    escaped = {name: html.escape(str(value), quote=False) for name, value in values.items()}
    return ENGLISH[key].format(**escaped)


def toast(key: Text, **values: object) -> str:
    """Plain words, where Telegram shows no markup."""
    return ENGLISH[key].format(**values)


def shorten(text: str, limit: int = 40) -> str:
    """One line of at most `limit` characters of something that a person wrote."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def bar(done: float) -> str:
    """A share from 0 to 1 as a drawn bar."""
    full = round(_BAR * min(max(done, 0.0), 1.0))
    return "▰" * full + "▱" * (_BAR - full)


def about(seconds: float) -> str:
    """A duration as a person says it."""
    whole = max(1, round(seconds))
    if whole < 2 * _MINUTE:
        return f"{whole} s"
    return f"{round(whole / _MINUTE)} min"
