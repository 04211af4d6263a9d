"""The control door: faults on order, and what the bot did. For tests."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.demo.account import Account
from bot.demo.api import WORLD
from bot.demo.people import Impossible

__all__ = ["routes"]

_LONGEST_WAIT: Final = 60.0

routes = web.RouteTableDef()


@routes.get("/demo/bots/{bot}/faults")
async def faults(request: web.Request) -> web.Response:
    """The faults that are in force."""
    return web.json_response({"faults": [fault.json() for fault in _account(request).faults]})


@routes.post("/demo/bots/{bot}/faults")
async def add_fault(request: web.Request) -> web.Response:
    """Put a fault in force."""
    fault = _account(request).faults.add(await request.json())
    return web.json_response({"id": fault.id})


@routes.delete("/demo/bots/{bot}/faults")
async def clear_faults(request: web.Request) -> web.Response:
    """Put all of them out of force."""
    _account(request).faults.clear()
    return web.json_response({})


@routes.get("/demo/bots/{bot}/calls")
async def calls(request: web.Request) -> web.Response:
    """What the bot asked for; waits for news if it is told to."""
    journal, query = _account(request).journal, request.query
    methods = {name.lower() for name in query.getall("method", [])}
    seconds = min(float(query.get("wait", 0)), _LONGEST_WAIT)
    found = await journal.after(int(query.get("after", 0)), methods, seconds)
    return web.json_response({"calls": found, "cursor": journal.cursor})


@routes.post("/demo/bots/{bot}/updates")
async def add_update(request: web.Request) -> web.Response:
    """An update of any kind, as it is."""
    updates, given = _account(request).updates, await request.json()
    ((kind, content),) = given.items()
    return web.json_response({"update_id": updates.push(kind, content)})


@routes.post("/demo/clock")
async def advance(request: web.Request) -> web.Response:
    """Let time pass."""
    clock = request.app[WORLD].clock
    clock.advance(float((await request.json())["advance"]))
    return web.json_response({"now": clock.now()})


def _account(request: web.Request) -> Account:
    account = request.app[WORLD].find(int(request.match_info["bot"]))
    if account is None:
        raise Impossible("There is no such bot.")
    return account
