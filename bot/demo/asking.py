"""What the people's and the control door have in common: JSON in, kind words where it fails."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.demo.account import Account
from bot.demo.api import WORLD
from bot.demo.people import Impossible
from bot.demo.wire import ApiError, Json, parse_json

__all__ = ["account_of", "given_in", "kind_words"]

logger = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def kind_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals as `{"error": ...}`."""
    if not request.path.startswith("/demo/"):
        return await handler(request)
    try:
        return await handler(request)
    except Impossible as error:
        return web.json_response({"error": str(error)}, status=400)
    except ApiError as error:
        return web.json_response({"error": error.description}, status=error.code)
    except (KeyError, TypeError, ValueError) as error:
        logger.info("a request made no sense", exc_info=True)
        return web.json_response({"error": f"This request makes no sense: {error}"}, status=400)


async def given_in(request: web.Request) -> Json:
    """The JSON object that a request brings.

    Raises:
        Impossible: it brings none.
    """
    try:
        known = parse_json(await request.read())
    except ValueError as error:
        raise Impossible("That is not JSON.") from error
    if not isinstance(known, dict):
        raise Impossible("That is no JSON object.")
    return known


def account_of(request: web.Request) -> Account:
    """The bot that the path names.

    Raises:
        Impossible: there is none.
    """
    account = request.app[WORLD].find(int(request.match_info["bot"]))
    if account is None:
        raise Impossible("There is no such bot.")
    return account
