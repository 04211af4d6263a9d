"""`Source`: where the bytes of a picture come from, Telegram or the web."""

from __future__ import annotations

from dataclasses import dataclass

from bot.kinds import Bot
from bot.links import Links
from bot.pictures import fetch
from bot.style import Picture

__all__ = ["Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """Fetches pictures, wherever they lie."""

    bot: Bot
    links: Links

    async def fetch(self, picture: Picture) -> bytes:
        """The picture's bytes, once they are known to be a picture.

        Raises:
            Sorry: the file is too large for the Bot API.
            LinkRefused: the link leads nowhere, or where the bot does not go.
            ImageRejected: the bytes make no picture that can be painted.
            TelegramError: Telegram does not give it out.
        """
        if picture.is_link:
            return await self.links.fetch(picture.file_id)
        return await fetch(self.bot, picture)
