"""The Bot API's door: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from aiohttp import web

from bot.demo.account import Account
from bot.demo.faults import DOWNLOAD, Dropped
from bot.demo.methods import answer
from bot.demo.wire import ApiError, Params, Remark, read
from bot.demo.world import World

__all__ = ["WORLD", "routes"]

WORLD: Final = web.AppKey("world", World)

logger = logging.getLogger(__name__)

routes = web.RouteTableDef()


@routes.post("/bot{token}/{method}")
@routes.get("/bot{token}/{method}", allow_head=False)
async def call(request: web.Request) -> web.StreamResponse:
    """One request of a bot."""
    try:
        account = request.app[WORLD].account(request.match_info["token"])
        result = await _result(request, account, request.match_info["method"])
    except ApiError as error:
        return _refusal(error)
    except Dropped:
        return _cut(request)
    except Exception:
        logger.exception("a request could not be answered")
        return _refusal(ApiError("Internal Server Error", 500))
    if isinstance(result, Remark):
        told = {"ok": True, "result": result.result, "description": result.words}
        return web.json_response(told)
    return web.json_response({"ok": True, "result": result})


@routes.get("/file/bot{token}/{path:.+}")
async def download(request: web.Request) -> web.StreamResponse:
    """A file that getFile has told the path of."""
    try:
        account = request.app[WORLD].account(request.match_info["token"])
        data = await _file(account, request.match_info["path"])
    except ApiError as error:
        return _refusal(error)
    except Dropped:
        return _cut(request)
    return web.Response(body=data, content_type="application/octet-stream")


@routes.route("*", "/bot{rest:.*}")
async def nothing(_: web.Request) -> web.StreamResponse:
    """Any other path that begins like the Bot API's."""
    return _refusal(ApiError("Not Found", 404))


async def _file(account: Account, path: str) -> bytes:
    fault = account.faults.take(DOWNLOAD, Params({}))
    await account.faults.before(fault)
    file = account.files.at(path)
    if file is None:
        raise ApiError("Not Found", 404)
    await account.faults.after(fault)
    return file.data


async def _result(request: web.Request, account: Account, method: str) -> Any:
    params = await read(request, account.faults.pace(method))
    if method.lower() == "getupdates":
        return await answer(account, method, params)
    return await _to_the_end(account, method, params)


async def _to_the_end(account: Account, method: str, params: Params) -> Any:
    """Like Telegram, do what was asked even when the bot has hung up."""
    task = asyncio.create_task(answer(account, method, params))
    # Whatever comes out when nobody listens any more has been heard.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return await asyncio.shield(task)


def _refusal(error: ApiError) -> web.Response:
    headers = {}
    if "retry_after" in error.parameters:
        headers["Retry-After"] = str(error.parameters["retry_after"])
    return web.json_response(error.answer(), status=error.code, headers=headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response(status=499)
