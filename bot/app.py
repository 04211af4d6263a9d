"""Wiring only: what is built from what, and which handler hears what."""

from __future__ import annotations

import time
from typing import Final, cast

from telegram import Update
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.access import Access
from bot.albums import Albums
from bot.archive import Archive
from bot.config import Config
from bot.desk import Desk, put_desk
from bot.errands import Errands
from bot.handlers import admin, announcing, buttons, commands, errors, gate, pictures, strays
from bot.jobs import Jobs
from bot.kinds import App, Bot
from bot.limiter import RetryLimiter
from bot.links import Links
from bot.look import Look
from bot.metrics import Metrics
from bot.preparation import Preparation
from bot.processor import PerChatProcessor
from bot.rules import Quota, Rules
from bot.sessions import Sessions
from bot.sheet import Sheet
from bot.source import Source
from bot.spool import Spool
from bot.store import Store
from bot.transport import Line
from bot.vitals import Vitals
from nst_core.executor.base import Executor
from nst_core.styles import Gallery

__all__ = ["UPDATES", "build"]

UPDATES: Final = [Update.MESSAGE, Update.CALLBACK_QUERY]
# Groups of handlers come one after the other, the others are in 0.
_GATE: Final = -1
_AFTERWARDS: Final = 1
_FILES: Final = filters.PHOTO | filters.Sticker.ALL | (filters.Document.ALL & ~filters.ANIMATION)


def build(
    config: Config,
    executor: Executor,
    limiter: RetryLimiter,
    line: Line,
    links: Links | None = None,
    metrics: Metrics | None = None,
) -> tuple[App, Desk]:
    """The application with everything in its place; nothing has started yet.

    Args:
        config: what the operator decided.
        executor: what paints.
        limiter: what keeps to Telegram's limits.
        line: what talks to Telegram.
        links: what fetches from the web; None makes one that goes to public places only.
        metrics: what counts; None counts for nobody.

    Raises:
        StylizeError: the operator's own styles cannot be used.
        OSError: what is to be remembered cannot be kept; `sqlite3.Error` likewise.
    """
    store = Store(config.data)
    application = _application(config, limiter, line, store)
    desk = _desk(config, application.bot, executor, store, links or Links(), metrics)
    put_desk(application, desk)
    limiter.on_moved = desk.move
    _add_handlers(application, desk)
    return application, desk


def _application(config: Config, limiter: RetryLimiter, line: Line, store: Store) -> App:
    builder = (
        ApplicationBuilder()
        .token(config.token)
        .base_url(f"{config.api_url}/bot")
        .base_file_url(f"{config.api_url}/file/bot")
        .request(line.talking)
        .get_updates_request(line.hearing)
        .rate_limiter(limiter)
        .concurrent_updates(PerChatProcessor(store.inbox))
        .update_queue(store.inbox.queue)
        .updater(None)
    )
    # The builder's types do not know that a rate limiter changes the type of the bot.
    return cast("App", builder.build())


def _desk(
    config: Config,
    bot: Bot,
    executor: Executor,
    store: Store,
    links: Links,
    metrics: Metrics | None,
) -> Desk:
    gallery = Gallery.load(config.styles)
    source = Source(bot, links)
    spool = Spool(config.data / "spool" if config.data else None)
    preparation = Preparation(gallery, source, _rules(config))
    return Desk(
        gallery=gallery,
        usual=Look.of(config.settings),
        jobs=Jobs(bot, executor, Archive(store, spool), preparation, metrics),
        sessions=Sessions(time.monotonic, store),
        sheet=Sheet(gallery),
        store=store,
        source=source,
        albums=Albums(store.inbox),
        errands=Errands(store.inbox),
        access=Access(store.ledger, allow=config.allow, block=config.block, admins=config.admins),
        vitals=Vitals(config.data),
    )


def _rules(config: Config) -> Rules:
    return Rules(
        settings=config.settings,
        per_user=config.jobs_per_user,
        largest=config.largest,
        seconds=60 * config.job_minutes,
        quota=Quota(
            daily=config.daily,
            cooldown=config.cooldown,
            queue=config.queue,
            exempt=config.admins,
        ),
    )


def _add_handlers(application: App, desk: Desk) -> None:
    """In reading order: the first handler that wants an update gets it."""
    new = filters.UpdateType.MESSAGE
    by_admin = new & filters.ChatType.PRIVATE & filters.User(desk.access.admins)
    application.add_handler(TypeHandler(Update, gate.keep), _GATE)
    application.add_handlers(
        [
            CallbackQueryHandler(buttons.press),
            CommandHandler("start", commands.start, new),
            CommandHandler("help", commands.help_, new),
            CommandHandler("styles", commands.styles, new),
            CommandHandler("style", commands.style, new),
            CommandHandler("mix", commands.mix, new),
            CommandHandler("me", commands.me, new),
            CommandHandler("settings", commands.settings, new),
            CommandHandler("queue", commands.queue, new),
            CommandHandler("cancel", commands.cancel, new),
            CommandHandler("share", commands.share, new),
            CommandHandler("privacy", commands.privacy, new),
            CommandHandler("forget", commands.forget, new),
            CommandHandler("stats", admin.stats, by_admin),
            CommandHandler("drain", admin.drain, by_admin),
            CommandHandler("broadcast", announcing.broadcast, by_admin),
            CommandHandler("block", admin.block, by_admin),
            CommandHandler("unblock", admin.unblock, by_admin),
            CommandHandler(desk.gallery.names(), commands.preset, new),
            MessageHandler(new & _FILES, pictures.receive),
            MessageHandler(new & filters.COMMAND, strays.unknown_command),
            MessageHandler(new & filters.TEXT, strays.text),
            MessageHandler(new & ~filters.StatusUpdate.ALL, strays.other),
        ]
    )
    application.add_handler(CommandHandler("start", admin.show_menu, by_admin), _AFTERWARDS)
    application.add_error_handler(errors.on_error)
