"""`Preparation`: from what a person ordered to what the executor works on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.alias import alias
from bot.rules import Rules
from bot.source import Source
from bot.style import Picture, Preset, parts_of
from bot.tickets import Ticket
from nst_core.executor import base
from nst_core.styles import Gallery

__all__ = ["Preparation"]

# Steps between two looks at a painting that grows: seconds apart at most, and enough for a film.
_PREVIEW_EVERY: Final = 4


@dataclass(frozen=True, slots=True)
class Preparation:
    """Fetches what an order names."""

    gallery: Gallery
    source: Source
    rules: Rules

    async def job(self, ticket: Ticket) -> base.Job:
        """The job for the executor; the ticket tells meanwhile which picture is looked at.

        Raises:
            Sorry: a picture cannot be had.
            LinkRefused: one behind a link cannot be had.
            ImageRejected: one of them is none.
            TelegramError: Telegram does not give one out.
        """
        order = ticket.order
        content = await self._fetch(ticket, order.content)
        parts = parts_of(order.style)
        styles = [await self._style(ticket, style) for style, _ in parts]
        ticket.looking_at = order.content
        changes: dict[str, Any] = {"preview_every": _PREVIEW_EVERY}
        if len(parts) > 1:
            changes["style_weights"] = tuple(float(share) for _, share in parts)
        look = order.look.within(self.rules.most)
        return base.Job(
            id=ticket.id,
            user=alias(order.user),
            content=content,
            styles=tuple(styles),
            settings=replace(look.settings(self.rules.settings), **changes),
        )

    async def _style(self, ticket: Ticket, style: Preset | Picture) -> bytes:
        if isinstance(style, Picture):
            return await self._fetch(ticket, style)
        return await asyncio.to_thread(self.gallery.find(style.name).read)

    async def _fetch(self, ticket: Ticket, picture: Picture) -> bytes:
        ticket.looking_at = picture
        return await self.source.fetch(picture)
