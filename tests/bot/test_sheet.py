"""The contact sheet: painted and uploaded once, however many want it at once."""

from __future__ import annotations

import asyncio

from lo_bot_api_emulator import ApiRefusal
from telegram.ext import ExtBot

from bot.keyboards import styles
from bot.limiter import RetryLimiter
from bot.orders import Place
from bot.sheet import Sheet
from bot.transport import Transport
from nst_core.styles import Gallery
from tests.bot.calls import TOKEN, Fault
from tests.bot.emulator import Emulator, serving


async def test_everybody_at_once_needs_one_upload() -> None:
    server, gallery = Emulator(), Gallery.load(None)
    # The first one does not work out, which must not lock the others out.
    server.faults = [Fault("sendPhoto", ApiRefusal("Internal Server Error", 500), chat=1)]
    sheet, buttons = Sheet(gallery), styles(gallery)
    async with serving(server.app()) as address:
        bot: ExtBot[int] = ExtBot(
            TOKEN,
            base_url=f"{address}/bot",
            request=Transport(),
            rate_limiter=RetryLimiter(),
        )
        async with bot:
            work = [sheet.send(bot, Place(chat), "All", buttons) for chat in (1, 2, 3, 4)]
            results = await asyncio.gather(*work, return_exceptions=True)
    assert [isinstance(result, Exception) for result in results] == [True, False, False, False]
    sent = [call for call in server.calls if call.method == "sendPhoto" and not call.refused]
    assert [call.chat for call in sent] == [2, 3, 4]
    assert [bool(call.uploads) for call in sent] == [True, False, False]
