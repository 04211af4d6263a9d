"""How the bot hears: updates, pressed buttons, files."""

from __future__ import annotations

from typing import Final

from bot.demo.account import Account
from bot.demo.files import MAX_DOWNLOAD
from bot.demo.wire import Json, Params, Remark, bad, conflict

__all__ = [
    "answer_callback_query",
    "delete_webhook",
    "get_file",
    "get_updates",
    "get_webhook_info",
    "set_webhook",
]

_MOST: Final = 100
_TOAST: Final = 200
_WEBHOOK_ACTIVE: Final = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
    "webhook first"
)


async def get_updates(account: Account, params: Params) -> list[Json]:
    """See the Bot API."""
    if account.webhook.url:
        raise conflict(_WEBHOOK_ACTIVE)
    account.updates.allow(_allowed(params))
    limit = params.whole("limit", _MOST)
    return await account.updates.poll(params.whole("offset"), limit, params.number("timeout"))


async def set_webhook(account: Account, params: Params) -> Remark:
    """See the Bot API."""
    if not params.text("url").strip():
        return await delete_webhook(account, params)
    account.updates.allow(_allowed(params))
    changed = await account.webhook.set(params)
    if params.flag("drop_pending_updates"):
        account.updates.clear()
    return Remark(result=True, words=f"Webhook {'was' if changed else 'is already'} set")


async def delete_webhook(account: Account, params: Params) -> Remark:
    """See the Bot API."""
    existed = bool(account.webhook.url)
    await account.webhook.close()
    if params.flag("drop_pending_updates"):
        account.updates.clear()
    return Remark(result=True, words=f"Webhook {'was' if existed else 'is already'} deleted")


async def get_webhook_info(account: Account, _: Params) -> Json:
    """See the Bot API."""
    return account.webhook.info()


async def answer_callback_query(account: Account, params: Params) -> bool:
    """See the Bot API."""
    text = params.text("text")
    if len(text) > _TOAST:
        raise bad("MESSAGE_TOO_LONG")
    query = account.queries.answer(params.text("callback_query_id"))
    account.feed.publish(
        "toast",
        chat=query.chat,
        query_id=query.id,
        user=query.user,
        text=text,
        alert=params.flag("show_alert"),
    )
    return True


async def get_file(account: Account, params: Params) -> Json:
    """See the Bot API."""
    if not params.text("file_id"):
        raise bad("file_id not specified")
    file = account.files.get(params.text("file_id"))
    if len(file.data) > MAX_DOWNLOAD:
        raise bad("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.data),
        "file_path": file.path,
    }


def _allowed(params: Params) -> list[str] | None:
    given = params.json("allowed_updates")
    return [str(kind) for kind in given] if isinstance(given, list) else None
