"""The methods of the Bot API that this server has, by their names in lower case."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from bot.demo.account import Account
from bot.demo.faults import Dropped
from bot.demo.methods import editing, hearing, profile, sending
from bot.demo.wire import ApiError, Json, Params, Remark

__all__ = ["METHODS", "Method", "answer", "execute"]

logger = logging.getLogger(__name__)

Method: TypeAlias = Callable[[Account, Params], Awaitable[Any]]

METHODS: Final[Mapping[str, Method]] = {
    "answercallbackquery": hearing.answer_callback_query,
    "deletemessage": editing.delete_message,
    "deletemessages": editing.delete_messages,
    "deletemycommands": profile.delete_my_commands,
    "deletewebhook": hearing.delete_webhook,
    "editmessagecaption": editing.edit_message_caption,
    "editmessagemedia": editing.edit_message_media,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "editmessagetext": editing.edit_message_text,
    "getchat": profile.get_chat,
    "getchatmember": profile.get_chat_member,
    "getfile": hearing.get_file,
    "getme": profile.get_me,
    "getmycommands": profile.get_my_commands,
    "getmydescription": profile.get_my_description,
    "getmyname": profile.get_my_name,
    "getmyshortdescription": profile.get_my_short_description,
    "getupdates": hearing.get_updates,
    "getuserprofilephotos": profile.get_user_profile_photos,
    "getwebhookinfo": hearing.get_webhook_info,
    "sendanimation": sending.send_animation,
    "sendchataction": sending.send_chat_action,
    "senddocument": sending.send_document,
    "sendmediagroup": sending.send_media_group,
    "sendmessage": sending.send_message,
    "sendphoto": sending.send_photo,
    "sendvideo": sending.send_video,
    "setmessagereaction": editing.set_message_reaction,
    "setmycommands": profile.set_my_commands,
    "setmydescription": profile.set_my_description,
    "setmyname": profile.set_my_name,
    "setmyshortdescription": profile.set_my_short_description,
    "setwebhook": hearing.set_webhook,
}


async def answer(account: Account, method: str, params: Params) -> Any:
    """Do what a request asks for, under the faults that are in force, and note it.

    Raises:
        ApiError: it is refused.
        Dropped: its connection is to be cut.
    """
    fault = account.faults.take(method, params)
    try:
        await account.faults.before(fault)
        result = await _act(account, method, params)
    except ApiError as error:
        refusal = {"error_code": error.code, "description": error.description}
        account.journal.note(method, params, error=refusal)
        raise
    except Dropped:
        account.journal.note(method, params, error={"error_code": 0, "description": "cut off"})
        raise
    told = result.result if isinstance(result, Remark) else result
    account.journal.note(method, params, result=told)
    await account.faults.after(fault)
    return result


async def execute(account: Account, call: Json) -> None:
    """Do what a webhook's answer asks for; nobody hears how it went."""
    try:
        await answer(account, str(call["method"]), Params.of(call))
    except (ApiError, Dropped):
        return
    except Exception:
        logger.exception("the answer of a webhook could not be done")


async def _act(account: Account, method: str, params: Params) -> Any:
    act = METHODS.get(method.lower())
    if act is None:
        words = "Not Found: method not found"
        raise ApiError(words, 404)
    return await act(account, params)
