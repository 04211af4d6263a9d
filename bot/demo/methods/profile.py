"""What the bot says of itself, and what it may know of others."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Final

from bot.demo.account import Account, in_language
from bot.demo.methods.targets import chat_of
from bot.demo.wire import Json, Params, bad

__all__ = [
    "delete_my_commands",
    "get_chat",
    "get_chat_member",
    "get_me",
    "get_my_commands",
    "get_my_description",
    "get_my_name",
    "get_my_short_description",
    "get_user_profile_photos",
    "set_my_commands",
    "set_my_description",
    "set_my_name",
    "set_my_short_description",
]

_NAME: Final = 64
_DESCRIPTION: Final = 512
_SHORT_DESCRIPTION: Final = 120
_REACTIONS_SHOWN: Final = 11
_PHOTOS: Final = 100


async def get_me(account: Account, _: Params) -> Json:
    """See the Bot API."""
    return {
        **account.user(),
        "can_join_groups": True,
        "can_read_all_group_messages": not account.profile.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def set_my_commands(account: Account, params: Params) -> bool:
    """See the Bot API."""
    account.menus.set(params)
    account.show_bot()
    return True


async def get_my_commands(account: Account, params: Params) -> list[Json]:
    """See the Bot API."""
    return account.menus.get(params)


async def delete_my_commands(account: Account, params: Params) -> bool:
    """See the Bot API."""
    account.menus.delete(params)
    account.show_bot()
    return True


async def get_chat(account: Account, params: Params) -> Json:
    """See the Bot API."""
    chat = chat_of(account, params)
    known = {"accent_color_id": 0, "max_reaction_count": _REACTIONS_SHOWN}
    if chat.is_private:
        photo = account.people[chat.id].photo()
        return {**chat.json(), **known, **({"photo": photo} if photo else {})}
    permissions = {"can_send_messages": True, "can_send_photos": True, "can_send_documents": True}
    return {**chat.json(), **known, "permissions": permissions}


async def get_chat_member(account: Account, params: Params) -> Json:
    """See the Bot API."""
    number = params.whole("user_id")
    if number <= 0:
        raise bad("invalid user_id specified")
    chat = chat_of(account, params)
    if number == account.id:
        return {"user": account.user(), "status": "member"}
    if number not in chat.members:
        raise bad("user not found")
    user = account.people[number].user()
    if chat.is_led_by(number):
        return {"user": user, "status": "creator", "is_anonymous": False}
    return {"user": user, "status": "member"}


async def get_user_profile_photos(account: Account, params: Params) -> Json:
    """See the Bot API."""
    if params.whole("user_id") <= 0:
        raise bad("invalid user_id specified")
    person = account.people.get(params.whole("user_id"))
    if person is None:
        raise bad("user not found")
    begin = max(0, params.whole("offset"))
    most = min(max(1, params.whole("limit", _PHOTOS)), _PHOTOS)
    return {"total_count": len(person.photos), "photos": person.photos[begin : begin + most]}


def _getter(field: str, name: str) -> Callable[[Account, Params], Awaitable[Json]]:
    async def get(account: Account, params: Params) -> Json:
        values: dict[str, str] = getattr(account.profile, field)
        return {name: in_language(values, _language(params))}

    return get


def _setter(field: str, name: str, most: int) -> Callable[[Account, Params], Awaitable[bool]]:
    async def change(account: Account, params: Params) -> bool:
        text, language = params.text(name).strip(), _language(params)
        if len(text) > most:
            words = f"{name.replace('_', ' ')} is too long"
            raise bad(words)
        values: dict[str, str] = getattr(account.profile, field)
        if text:
            values[language] = text
        else:
            values.pop(language, None)
        account.show_bot()
        return True

    return change


def _language(params: Params) -> str:
    language = params.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad("invalid language code specified")
    return language


get_my_name = _getter("names", "name")
set_my_name = _setter("names", "name", _NAME)
get_my_description = _getter("descriptions", "description")
set_my_description = _setter("descriptions", "description", _DESCRIPTION)
get_my_short_description = _getter("short_descriptions", "short_description")
set_my_short_description = _setter("short_descriptions", "short_description", _SHORT_DESCRIPTION)
