"""Every setting of the bot: from the environment or a file, read once into a frozen `Config`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from bot import configfile, parsers
from bot.configfile import Written, key_of
from bot.logs import LogFormat
from bot.parsers import Problem, choice, number, optional, whole
from nst_core.paths import DATA, STYLES, expanded
from nst_core.settings import RANGES, Quality, Settings

__all__ = [
    "VARIABLES",
    "Config",
    "ConfigError",
    "Door",
    "Paints",
    "Variable",
    "load",
    "load_data_folder",
]

T = TypeVar("T")

_ENGINE: Final = Settings()


class Paints(StrEnum):
    """Who paints."""

    LOCAL = "local"
    CELERY = "celery"


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable, as docs/settings.md shows it."""

    name: str
    default: str
    help: str


VARIABLES: Final = (
    Variable(
        "BOT_TOKEN",
        "",
        "the token that @BotFather gave you; without one `make run` starts the demo",
    ),
    Variable("BOT_API_URL", "https://api.telegram.org", "another Bot API server"),
    Variable("STYLEGRAM_SIZE", str(_ENGINE.size), "long side of a painting, in pixels"),
    Variable(
        "STYLEGRAM_QUALITY",
        str(_ENGINE.quality),
        "how to paint: sketch (in a second), draft, standard, fine",
    ),
    Variable("STYLEGRAM_STRENGTH", f"{_ENGINE.strength:g}", "strength of the style, 0 to 100"),
    Variable("STYLEGRAM_STEPS", "", "optimisation steps; empty takes the quality's own number"),
    Variable(
        "STYLEGRAM_STYLES",
        "",
        f"a folder with style pictures of your own; empty takes `{STYLES}` in the data folder",
    ),
    Variable("STYLEGRAM_LARGEST", "1024", "long side that a person may ask for"),
    Variable("STYLEGRAM_DATA", DATA, "a folder for what is to outlive a restart"),
    Variable("STYLEGRAM_JOBS_PER_USER", "3", "paintings that one person may have under way"),
    Variable("STYLEGRAM_JOB_MINUTES", "60", "how long one painting may take"),
    Variable(
        "STYLEGRAM_DAILY",
        "0",
        "paintings that one person may order within 24 hours; 0 for any number",
    ),
    Variable("STYLEGRAM_COOLDOWN", "0", "seconds between two orders of one person"),
    Variable("STYLEGRAM_QUEUE", "200", "paintings that may be under way in all"),
    Variable(
        "STYLEGRAM_ALLOW",
        "",
        "ids of the people and chats that may use the bot, with commas; empty lets everybody in",
    ),
    Variable("STYLEGRAM_BLOCK", "", "ids of people and chats that are never answered"),
    Variable(
        "STYLEGRAM_ADMINS",
        "",
        "ids of the people who run the bot: no limits, and commands of their own",
    ),
    Variable(
        "STYLEGRAM_EXECUTOR",
        str(Paints.LOCAL),
        "who paints: local, this machine; celery, workers on others",
    ),
    Variable(
        "STYLEGRAM_BROKER_URL", "", "where those workers get their jobs: amqp://bot:…@host/style"
    ),
    Variable("STYLEGRAM_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR"),
    Variable("STYLEGRAM_LOG_FORMAT", str(LogFormat.TEXT), "text, or json for one object a line"),
    Variable(
        "STYLEGRAM_WEBHOOK",
        "",
        "https address that leads Telegram to the webhook's port; empty polls instead",
    ),
    Variable("STYLEGRAM_WEBHOOK_PORT", "8080", "port of the webhook, without TLS"),
    Variable(
        "STYLEGRAM_METRICS_PORT", "", "port of `/healthz`, `/livez` and `/metrics`; empty: none"
    ),
    Variable("STYLEGRAM_HOST", "127.0.0.1", "what both listen on; 0.0.0.0 in a container"),
    Variable("STYLEGRAM_CONFIG", "", "a TOML file with settings; the environment wins over it"),
)
_FILE: Final = "STYLEGRAM_CONFIG"
_DEFAULTS: Final[Mapping[str, str]] = {v.name: v.default for v in VARIABLES}


class ConfigError(Exception):
    """The settings make no configuration; every problem, one line each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where the bot can be reached.

    Attributes:
        host: what its servers listen on.
        webhook: what Telegram finds `port` by, without a slash at the end; empty polls instead.
        port: of the webhook; 0 for any that is free.
        metrics_port: of health and metrics; 0 for any that is free, None for none.
    """

    host: str = _DEFAULTS["STYLEGRAM_HOST"]
    webhook: str = ""
    port: int = int(_DEFAULTS["STYLEGRAM_WEBHOOK_PORT"])
    metrics_port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the operator decided.

    Attributes:
        token: the bot's secret; never shown in a repr or a log.
        api_url: where the Bot API is, without a slash at the end.
        settings: how paintings are made unless the person says otherwise.
        styles: the operator's own style pictures.
        data: where to keep what is to outlive a restart; None keeps it in memory.
        largest: long side in pixels that a person may ask for.
        jobs_per_user: how many jobs one person may have waiting and running.
        job_minutes: how long one job may run.
        daily: paintings that one person may order within 24 hours; 0 for any number.
        cooldown: seconds between two orders of one person.
        queue: paintings that may be under way in all.
        allow: people and chats that may use the bot; empty lets everybody in.
        block: people and chats that are never answered.
        admins: people who may always use it, and run it.
        paints: who paints.
        broker_url: where workers on other machines get their jobs; it may hold a password.
        log_level: a level name of `logging`.
        log_format: who reads the log.
        door: where the bot can be reached.
    """

    token: str = field(repr=False)
    api_url: str = _DEFAULTS["BOT_API_URL"]
    settings: Settings = field(default_factory=Settings)
    styles: Path | None = None
    data: Path | None = None
    largest: int = int(_DEFAULTS["STYLEGRAM_LARGEST"])
    jobs_per_user: int = int(_DEFAULTS["STYLEGRAM_JOBS_PER_USER"])
    job_minutes: float = float(_DEFAULTS["STYLEGRAM_JOB_MINUTES"])
    daily: int = int(_DEFAULTS["STYLEGRAM_DAILY"])
    cooldown: int = int(_DEFAULTS["STYLEGRAM_COOLDOWN"])
    queue: int = int(_DEFAULTS["STYLEGRAM_QUEUE"])
    allow: frozenset[int] = frozenset()
    block: frozenset[int] = frozenset()
    admins: frozenset[int] = frozenset()
    paints: Paints = Paints.LOCAL
    broker_url: str = field(default="", repr=False)
    log_level: str = _DEFAULTS["STYLEGRAM_LOG_LEVEL"]
    log_format: LogFormat = LogFormat.TEXT
    door: Door = field(default_factory=Door)


def load(environ: Mapping[str, str], *, demo: bool = False, file: str = "") -> Config:
    """Read the configuration.

    Args:
        environ: the environment variables.
        demo: whether the bot talks to the demo server, which takes any token.
        file: where more settings stand; empty for the file that the environment names, if any.

    Raises:
        ConfigError: with every problem, not only the first.
    """
    reader = _Reader(environ, file)
    config = Config(
        token="" if demo else reader.read("BOT_TOKEN", parsers.token, ""),
        api_url="" if demo else reader.read("BOT_API_URL", parsers.url, ""),
        settings=_settings(reader),
        styles=reader.read("STYLEGRAM_STYLES", optional(parsers.folder), None),
        largest=reader.read("STYLEGRAM_LARGEST", _whole_in_range("size"), 1),
        data=None if demo else reader.read("STYLEGRAM_DATA", parsers.place, None),
        jobs_per_user=reader.read("STYLEGRAM_JOBS_PER_USER", whole(1, 100), 1),
        job_minutes=reader.read("STYLEGRAM_JOB_MINUTES", number(0.01, 7 * 24 * 60), 1.0),
        daily=reader.read("STYLEGRAM_DAILY", whole(0, 100_000), 0),
        cooldown=reader.read("STYLEGRAM_COOLDOWN", whole(0, 86_400), 0),
        queue=reader.read("STYLEGRAM_QUEUE", whole(1, 100_000), 1),
        allow=reader.read("STYLEGRAM_ALLOW", parsers.ids, frozenset()),
        block=reader.read("STYLEGRAM_BLOCK", parsers.ids, frozenset()),
        admins=reader.read("STYLEGRAM_ADMINS", parsers.people, frozenset()),
        paints=(paints := reader.read("STYLEGRAM_EXECUTOR", choice(Paints), Paints.LOCAL)),
        broker_url=_broker_url(reader, paints),
        log_level=reader.read("STYLEGRAM_LOG_LEVEL", parsers.level, ""),
        log_format=reader.read("STYLEGRAM_LOG_FORMAT", choice(LogFormat), LogFormat.TEXT),
        door=Door(
            webhook="" if demo else _webhook(reader),
            port=reader.read("STYLEGRAM_WEBHOOK_PORT", parsers.port, 0),
            metrics_port=reader.read("STYLEGRAM_METRICS_PORT", optional(parsers.port), None),
            host=reader.read("STYLEGRAM_HOST", parsers.host, ""),
        ),
    )
    reader.check()
    own = load_data_folder(environ, file=file) / STYLES
    return replace(config, styles=own) if config.styles is None and own.is_dir() else config


def _settings(reader: _Reader) -> Settings:
    return Settings(
        size=reader.read("STYLEGRAM_SIZE", _whole_in_range("size"), _ENGINE.size),
        quality=reader.read("STYLEGRAM_QUALITY", choice(Quality), _ENGINE.quality),
        strength=reader.read("STYLEGRAM_STRENGTH", number(*RANGES["strength"]), _ENGINE.strength),
        steps=reader.read("STYLEGRAM_STEPS", optional(_whole_in_range("steps")), _ENGINE.steps),
    )


def _broker_url(reader: _Reader, paints: Paints) -> str:
    # Painters on this machine need none; a wrong one is wrong all the same.
    parse = parsers.broker if paints is Paints.CELERY else optional(parsers.broker)
    return reader.read("STYLEGRAM_BROKER_URL", parse, None) or ""


def _webhook(reader: _Reader) -> str:
    return reader.read("STYLEGRAM_WEBHOOK", optional(parsers.webhook), None) or ""


def load_data_folder(environ: Mapping[str, str], *, file: str = "") -> Path:
    """Where what outlives a restart is kept, for those who need no more of the configuration.

    Args:
        environ: the environment variables.
        file: where more settings stand, as in `load`.

    Raises:
        ConfigError: with every problem.
    """
    reader = _Reader(environ, file)
    folder = reader.read("STYLEGRAM_DATA", parsers.place, Path())
    reader.check()
    return folder


class _Reader:
    """Reads values one by one and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str], file: str) -> None:
        self._environ = environ
        self._place = expanded(file or environ.get(_FILE, "").strip())
        self._written = Written()
        if self._place != Path():
            self._written = configfile.read(self._place, set(_DEFAULTS) - {_FILE})
        self._problems: list[str] = []

    def read(self, name: str, parse: Callable[[str], T], fallback: T) -> T:
        """The parsed value; `fallback` where it is wrong, which is noted as a problem."""
        said = self._environ.get(name, "").strip()
        written = self._written.values.get(name, "").strip()
        try:
            return parse(said or written or _DEFAULTS[name])
        except Problem as problem:
            # What is not set may stand in a file that cannot be read.
            if said or self._written.is_read:
                source = f"{key_of(name)} in {self._place}" if written and not said else name
                self._problems.append(f"{source} {problem}")
            return fallback

    def check(self) -> None:
        """See whether all went well.

        Raises:
            ConfigError: it did not.
        """
        problems = (*self._problems, *self._written.problems)
        if problems:
            raise ConfigError(problems)


def _whole_in_range(setting: str) -> Callable[[str], int]:
    low, high = RANGES[setting]
    return whole(int(low), int(high))
