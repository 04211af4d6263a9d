"""The commands that a bot shows, for each scope and language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from bot.demo.chats import Chat, Person
from bot.demo.wire import ApiError, Json, Params, bad

__all__ = ["Menus"]

_COMMAND: Final = re.compile(r"[a-z0-9_]+")
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_LONGEST_COMMAND: Final = 32
_LONGEST: Final = 256
_MOST: Final = 100
_PLAIN: Final = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
}
_OF_A_CHAT: Final = {"chat", "chat_administrators", "chat_member"}

Scope: TypeAlias = tuple[str, int, int]
_DEFAULT: Final[Scope] = ("default", 0, 0)


class Menus:
    """What was set with setMyCommands, for chats of these."""

    def __init__(self, chats: Mapping[int, Chat]) -> None:
        self._chats = chats
        self._lists: dict[tuple[Scope, str], list[Json]] = {}

    def set(self, params: Params) -> None:
        """Set the commands of a scope and a language.

        Raises:
            ApiError: a scope, a language or a command that Telegram would not take.
        """
        key = self._key(params)
        given = params.json("commands")
        if not isinstance(given, list):
            raise bad("expected an Array of BotCommand")
        commands = [_command(each) for each in given]
        if len(commands) > _MOST:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        if commands:
            self._lists[key] = commands
        else:
            self._lists.pop(key, None)

    def get(self, params: Params) -> list[Json]:
        """The commands of exactly that scope and language."""
        return self._lists.get(self._key(params), [])

    def delete(self, params: Params) -> None:
        """Forget the commands of exactly that scope and language."""
        self._lists.pop(self._key(params), None)

    def shown(self, chat: Chat, person: Person | None) -> list[Json]:
        """What somebody is shown in a chat: of the narrowest scope that has commands.

        Args:
            chat: where.
            person: who; None for anybody in a group, of whatever language.
        """
        language = person.language[:2] if person else ""
        for scope in _scopes(chat, person):
            for spoken in (language, ""):
                if found := self._lists.get((scope, spoken)):
                    return found
        return []

    def _key(self, params: Params) -> tuple[Scope, str]:
        language = params.text("language_code")
        if language and not _LANGUAGE.fullmatch(language):
            raise bad("invalid language code specified")
        scope = _scope(params.json("scope", "BotCommandScope"))
        if scope[1] and not (scope[1] in self._chats and self._chats[scope[1]].started):
            raise bad("chat not found")
        return scope, language


def _scopes(chat: Chat, person: Person | None) -> Iterator[Scope]:
    """Those that hold for somebody in a chat, in the order in which Telegram looks for commands."""
    leads = person is not None and chat.is_led_by(person.id)
    if person and not chat.is_private:
        yield "chat_member", chat.id, person.id
    if leads:
        yield "chat_administrators", chat.id, 0
    yield "chat", chat.id, 0
    if leads:
        yield "all_chat_administrators", 0, 0
    yield "all_private_chats" if chat.is_private else "all_group_chats", 0, 0
    yield _DEFAULT


def _scope(given: object) -> Scope:
    if given is None:
        return _DEFAULT
    if not isinstance(given, dict):
        raise _unreadable("BotCommandScope must be an Object")
    if "type" not in given:
        raise _unreadable('Can\'t find field "type"')
    kind = str(given["type"])
    if kind in _PLAIN:
        return kind, 0, 0
    if kind not in _OF_A_CHAT:
        raise _unreadable("Unsupported type specified")
    return kind, _whole(given, "chat_id"), _whole(given, "user_id") if kind == "chat_member" else 0


def _whole(given: Json, name: str) -> int:
    if name not in given:
        raise _unreadable(f'Can\'t find field "{name}"')
    if given[name] == "":
        raise _unreadable(f"Empty {name} specified")
    try:
        return int(given[name])
    except (TypeError, ValueError, OverflowError) as error:
        if name == "chat_id":
            raise bad("chat not found") from error
        raise _unreadable(f"Invalid {name} specified") from error


def _unreadable(words: str) -> ApiError:
    return bad(f"can't parse BotCommandScope: {words}")


def _command(given: object) -> Json:
    if not isinstance(given, dict):
        raise bad("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if name not in given:
            words = f"can't parse BotCommand: Can't find field \"{name}\""
            raise bad(words)
    command = str(given["command"]).strip().removeprefix("/")
    description = str(given["description"]).strip()
    _check_length("command", command, _LONGEST_COMMAND)
    _check_length("command description", description, _LONGEST)
    if not _COMMAND.fullmatch(command):
        raise bad("BOT_COMMAND_INVALID")
    return {"command": command, "description": description}


def _check_length(what: str, text: str, most: int) -> None:
    if not text:
        raise bad(f"{what} must be non-empty")
    if len(text) > most:
        length = "length must not exceed"
        raise bad(f"{what} {length} {most}")
