"""`Words`: what a person reads, in the person's language.

The texts stand in ``locales/<language>.toml``, one for each key of `bot.texts.Text`. Where a text
depends on a `count`, it is a table of the language's plural forms, by their CLDR names.
"""

from __future__ import annotations

import html
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from babel import Locale
from babel.lists import format_list
from babel.units import format_unit

from bot.texts import Text

__all__ = ["LOCALES", "Form", "Language", "Words", "catalogue", "language_of", "titles", "words_in"]

LOCALES: Final = Path(__file__).parent / "locales"
_TITLES: Final = "titles"
_LONG: Final = timedelta(minutes=2)
_LONGER: Final = timedelta(hours=2)
# Bytes.
_BIG: Final = 2_000_000_000

Form: TypeAlias = str | Mapping[str, str]
"""A text, or its plural forms."""


class Language(StrEnum):
    """The languages that the bot speaks, by ISO 639-1."""

    ENGLISH = "en"
    SPANISH = "es"
    PORTUGUESE = "pt"
    RUSSIAN = "ru"
    HINDI = "hi"
    GERMAN = "de"

    @property
    def own_name(self) -> str:
        """What the language calls itself."""
        name = Locale(self.value).display_name or self.value
        return name[:1].upper() + name[1:]


class Words:
    """The words of one language.

    `say` makes a message in Telegram's HTML and escapes what it is given; `plain` makes the words
    for a button, a command's description or a short notice. A list among the values is said as
    "this, that or the other", and a `timedelta` as people say a duration.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._locale = Locale(language.value)
        self._texts = catalogue(language)
        self._titles = titles(language)

    def say(self, key: Text, **values: object) -> str:
        """A message, as HTML; the values are data and get escaped."""
        shown = {
            name: html.escape(self._shown(value), quote=False) for name, value in values.items()
        }
        return self._form(key, values).format(**shown)

    def plain(self, key: Text, **values: object) -> str:
        """Plain words, where Telegram shows no markup."""
        shown = {name: self._shown(value) for name, value in values.items()}
        return self._form(key, values).format(**shown)

    def title(self, title: str) -> str:
        """What a style of this title is called in the language."""
        return self._titles.get(title, title)

    def duration(self, seconds: float) -> str:
        """A duration as a person says it."""
        span = timedelta(seconds=max(1, round(seconds)))
        if span < _LONG:
            return self._unit(span.total_seconds(), "duration-second")
        if span < _LONGER:
            return self._unit(span / timedelta(minutes=1), "duration-minute")
        return self._unit(span / timedelta(hours=1), "duration-hour")

    def size(self, amount: int) -> str:
        """So many bytes, as a person says it."""
        if amount < _BIG:
            return self._unit(amount / 1e6, "digital-megabyte")
        return self._unit(amount / 1e9, "digital-gigabyte")

    def _unit(self, amount: float, unit: str) -> str:
        return format_unit(round(amount), unit, "short", locale=self._locale)

    def _form(self, key: Text, values: Mapping[str, object]) -> str:
        form = self._texts[key]
        if isinstance(form, str):
            return form
        return form.get(self._locale.plural_form(_count(values)), form["other"])

    def _shown(self, value: object) -> str:
        if isinstance(value, tuple | list):
            return format_list(value, "or", locale=self._locale)
        if isinstance(value, timedelta):
            return self.duration(value.total_seconds())
        return str(value)


def _count(values: Mapping[str, object]) -> int:
    count = values["count"]
    if not isinstance(count, int):
        msg = f"a count must be a whole number, not {count!r}"
        raise TypeError(msg)
    return count


@cache
def words_in(language: Language) -> Words:
    """The words of a language, read once."""
    return Words(language)


@cache
def catalogue(language: Language) -> Mapping[str, Form]:
    """Every text of a language, by its key."""
    return MappingProxyType({key: form for key, form in _read(language).items() if key != _TITLES})


@cache
def titles(language: Language) -> Mapping[str, str]:
    """What the presets are called in a language, by their own titles."""
    return MappingProxyType(_read(language).get(_TITLES, {}))


def _read(language: Language) -> dict[str, Any]:
    return tomllib.loads((LOCALES / f"{language.value}.toml").read_text(encoding="utf-8"))


def language_of(code: str | None) -> Language:
    """What to speak with somebody whose Telegram speaks `code`, such as "pt-br"; else English."""
    tongue = (code or "").replace("_", "-").partition("-")[0].lower()
    return Language(tongue) if tongue in set(Language) else Language.ENGLISH
