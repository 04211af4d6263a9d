"""Every setting of the bot: from the environment or a file, read once into a frozen `Config`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from bot import configfile
from bot.configfile import Written, key_of
from bot.hosts import is_http_url, is_loopback
from bot.logs import LogFormat
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
_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")

_HOW_TO_BEGIN: Final = (
    "is not set: write to @BotFather in Telegram, send /newbot, and start again "
    "with BOT_TOKEN=<the token it gives you>; or try the bot without one: --demo"
)


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
        token="" if demo else reader.read("BOT_TOKEN", _token, ""),
        api_url="" if demo else reader.read("BOT_API_URL", _url, ""),
        settings=Settings(
            size=reader.read("STYLEGRAM_SIZE", _whole_in_range("size"), _ENGINE.size),
            quality=reader.read("STYLEGRAM_QUALITY", _quality, _ENGINE.quality),
            strength=reader.read("STYLEGRAM_STRENGTH", _strength, _ENGINE.strength),
            steps=reader.read("STYLEGRAM_STEPS", _steps, _ENGINE.steps),
        ),
        styles=reader.read("STYLEGRAM_STYLES", _folder, None),
        largest=reader.read("STYLEGRAM_LARGEST", _whole_in_range("size"), 1),
        data=None if demo else reader.read("STYLEGRAM_DATA", _data, None),
        jobs_per_user=reader.read("STYLEGRAM_JOBS_PER_USER", _whole(1, 100), 1),
        job_minutes=reader.read("STYLEGRAM_JOB_MINUTES", _minutes, 1.0),
        daily=reader.read("STYLEGRAM_DAILY", _whole(0, 100_000), 0),
        cooldown=reader.read("STYLEGRAM_COOLDOWN", _whole(0, 86_400), 0),
        queue=reader.read("STYLEGRAM_QUEUE", _whole(1, 100_000), 1),
        allow=reader.read("STYLEGRAM_ALLOW", _ids, frozenset()),
        block=reader.read("STYLEGRAM_BLOCK", _ids, frozenset()),
        admins=reader.read("STYLEGRAM_ADMINS", _people, frozenset()),
        paints=(paints := reader.read("STYLEGRAM_EXECUTOR", _paints, Paints.LOCAL)),
        broker_url=reader.read("STYLEGRAM_BROKER_URL", _broker(paints), ""),
        log_level=reader.read("STYLEGRAM_LOG_LEVEL", _level, ""),
        log_format=reader.read("STYLEGRAM_LOG_FORMAT", _log_format, LogFormat.TEXT),
        door=Door(
            webhook="" if demo else reader.read("STYLEGRAM_WEBHOOK", _webhook, ""),
            port=reader.read("STYLEGRAM_WEBHOOK_PORT", _port, 0),
            metrics_port=reader.read("STYLEGRAM_METRICS_PORT", _port_or_none, None),
            host=reader.read("STYLEGRAM_HOST", _host, ""),
        ),
    )
    reader.check()
    own = load_data_folder(environ, file=file) / STYLES
    return replace(config, styles=own) if config.styles is None and own.is_dir() else config


def load_data_folder(environ: Mapping[str, str], *, file: str = "") -> Path:
    """Where what outlives a restart is kept, for those who need no more of the configuration.

    Args:
        environ: the environment variables.
        file: where more settings stand, as in `load`.

    Raises:
        ConfigError: with every problem.
    """
    reader = _Reader(environ, file)
    folder = reader.read("STYLEGRAM_DATA", _data, Path())
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
        except _Problem as problem:
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


class _Problem(Exception):
    """What is wrong with one value; the variable's name goes before it."""


def _token(text: str) -> str:
    if not text:
        raise _Problem(_HOW_TO_BEGIN)
    if not re.fullmatch(r"\d+:[\w-]+", text):
        # The value is not shown: it may be the true token with a slip in it.
        msg = "does not look like a token from @BotFather, such as 123456:AbC-dEf"
        raise _Problem(msg)
    return text


def _url(text: str) -> str:
    if not is_http_url(text):
        msg = "must be a URL such as http://127.0.0.1:8081"
        raise _Problem(msg)
    return text.rstrip("/")


def _webhook(text: str) -> str:
    """Telegram speaks TLS only; a server of one's own on this machine may do without."""
    parts = urlsplit(text) if is_http_url(text) else None
    if text and (
        parts is None or not (parts.scheme == "https" or is_loopback(parts.hostname or ""))
    ):
        msg = "must be an https address such as https://bot.example.org"
        raise _Problem(msg)
    return text.rstrip("/")


def _host(text: str) -> str:
    if not re.fullmatch(r"[\w.:-]+", text):
        msg = f"must be a name or an address, not {text!r}"
        raise _Problem(msg)
    return text


def _port_or_none(text: str) -> int | None:
    return _port(text) if text else None


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,9}", text) or not low <= int(text) <= high:
            msg = f"must be a whole number from {low} to {high}, not {text!r}"
            raise _Problem(msg)
        return int(text)

    return parse


_port: Final = _whole(0, 65_535)


def _ids(text: str) -> frozenset[int]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if not re.fullmatch(r"-?[1-9]\d{0,15}", word):
            msg = f"must be ids of people and chats, such as 123456, -1001234567890; not {word!r}"
            raise _Problem(msg)
    return frozenset(map(int, words))


def _people(text: str) -> frozenset[int]:
    numbers = _ids(text)
    if chats := sorted(number for number in numbers if number < 0):
        msg = f"must be ids of people, and {chats[0]} is a group's or a channel's"
        raise _Problem(msg)
    return numbers


def _whole_in_range(setting: str) -> Callable[[str], int]:
    low, high = RANGES[setting]
    return _whole(int(low), int(high))


def _steps(text: str) -> int | None:
    return _whole_in_range("steps")(text) if text else None


def _strength(text: str) -> float:
    return _number(text, *RANGES["strength"])


def _minutes(text: str) -> float:
    return _number(text, 0.01, 7 * 24 * 60)


def _number(text: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        msg = f"must be a number from {low:g} to {high:g}, not {text!r}"
        raise _Problem(msg)
    return value


def _quality(text: str) -> Quality:
    return Quality(_one_of(tuple(Quality), text.lower()))


def _level(text: str) -> str:
    return _one_of(_LEVELS, text.upper())


def _paints(text: str) -> Paints:
    return Paints(_one_of(tuple(Paints), text.lower()))


def _broker(paints: Paints) -> Callable[[str], str]:
    def parse(text: str) -> str:
        # The value is not shown: there may be a password in it.
        is_needed = text or paints is Paints.CELERY
        if is_needed and not re.fullmatch(r"amqps?://[^\s/]+(/\S*)?", text):
            msg = "must say where RabbitMQ is, such as amqp://bot:password@host/style"
            raise _Problem(msg)
        return text

    return parse


def _log_format(text: str) -> LogFormat:
    return LogFormat(_one_of(tuple(LogFormat), text.lower()))


def _one_of(choices: Sequence[str], text: str) -> str:
    if text not in choices:
        msg = f"must be one of {', '.join(choices)}, not {text!r}"
        raise _Problem(msg)
    return text


def _data(text: str) -> Path:
    place = expanded(text)
    if _is_there(place) and not place.is_dir():
        msg = f"must be a folder, and {text!r} is none"
        raise _Problem(msg)
    return place


def _folder(text: str) -> Path | None:
    if not text:
        return None
    place = expanded(text)
    if not (_is_there(place) and place.is_dir()):
        msg = f"must be a folder, and {text!r} is none"
        raise _Problem(msg)
    return place


def _is_there(place: Path) -> bool:
    try:
        place.stat()
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        # Such as a folder above it that is not to be entered, or no name at all.
        why = error.strerror if isinstance(error, OSError) else error
        msg = f"must be a folder, and {str(place)!r} cannot be one: {why}"
        raise _Problem(msg) from error
    return True
