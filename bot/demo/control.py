"""The control door: faults on order, and what the bot did. For tests."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.demo.api import WORLD
from bot.demo.asking import account_of, given_in
from bot.demo.people import Impossible

__all__ = ["routes"]

_LONGEST_WAIT: Final = 60.0
_LONGEST_ADVANCE: Final = 10 * 365 * 86_400.0

routes = web.RouteTableDef()


@routes.get("/demo/bots/{bot}/faults")
async def faults(request: web.Request) -> web.Response:
    """The faults that are in force."""
    return web.json_response({"faults": [fault.json() for fault in account_of(request).faults]})


@routes.post("/demo/bots/{bot}/faults")
async def add_fault(request: web.Request) -> web.Response:
    """Put a fault in force."""
    fault = account_of(request).faults.add(await given_in(request))
    return web.json_response({"id": fault.id})


@routes.delete("/demo/bots/{bot}/faults")
async def clear_faults(request: web.Request) -> web.Response:
    """Put all of them out of force."""
    account_of(request).faults.clear()
    return web.json_response({})


@routes.get("/demo/bots/{bot}/calls")
async def calls(request: web.Request) -> web.Response:
    """What the bot asked for; waits for news if it is told to."""
    journal, query = account_of(request).journal, request.query
    methods = {name.lower() for name in query.getall("method", [])}
    seconds = min(float(query.get("wait", 0)), _LONGEST_WAIT)
    found = await journal.after(int(query.get("after", 0)), methods, seconds)
    return web.json_response({"calls": found, "cursor": journal.cursor})


@routes.post("/demo/bots/{bot}/updates")
async def add_update(request: web.Request) -> web.Response:
    """An update of any kind, as it is."""
    updates, given = account_of(request).updates, await given_in(request)
    if len(given) != 1 or not all(isinstance(content, dict) for content in given.values()):
        raise Impossible("An update is one kind, such as message, and its object.")
    ((kind, content),) = given.items()
    return web.json_response({"update_id": updates.push(kind, content)})


@routes.post("/demo/clock")
async def advance(request: web.Request) -> web.Response:
    """Let time pass."""
    clock = request.app[WORLD].clock
    seconds = float((await given_in(request))["advance"])
    if seconds > _LONGEST_ADVANCE:
        raise Impossible("That is too far ahead.")
    clock.advance(seconds)
    return web.json_response({"now": clock.now()})
