"""`connect`: a connection to the broker, and in plain words why there is none."""

from __future__ import annotations

import importlib.util
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from nst_core.errors import (
    BrokerError,
    BrokerRefused,
    BrokerUnreachable,
    ExtraMissing,
    TooLargeForBroker,
)

if TYPE_CHECKING:
    from kombu import Connection

__all__ = [
    "HEARTBEAT",
    "PATIENCE",
    "TRANSPORT",
    "connect",
    "greet",
    "place_of",
    "plainly",
    "require_extra",
    "seconds_for",
    "tls",
]

HEARTBEAT: Final = 10
"""Seconds between signs of life; after two of them without one a connection is given up."""

PATIENCE: Final = 10.0
"""Seconds that the broker has for an answer."""

SLOWEST: Final = 20_000
"""Bytes a second that a line carries at the least."""

# By itself the client breaks with a broker that has taken nothing for one second: after any hiccup
# of the line, or where it is full.
_TCP: Final = {socket.TCP_USER_TIMEOUT: 2000 * HEARTBEAT} if sys.platform == "linux" else {}

TRANSPORT: Final[dict[str, Any]] = {"confirm_publish": True, "socket_settings": _TCP}
"""How every connection is made."""

_PORTS: Final = {"amqp": 5672, "amqps": 5671}
_ADDRESS: Final = "The broker's address must look like amqp://name:password@host:5672/style"


def require_extra() -> None:
    """Refuse where a cluster cannot be had.

    Raises:
        ExtraMissing: Celery or msgpack is not installed.
    """
    if any(importlib.util.find_spec(name) is None for name in ("celery", "msgpack")):
        msg = "A cluster needs more than is installed: pip install 'stylegram[cluster]'"
        raise ExtraMissing(msg)


def place_of(url: str) -> str:
    """Where the broker is, without the password.

    Raises:
        BrokerRefused: that is no address of a broker.
    """
    try:
        parts = urlsplit(url)
        default = _PORTS[parts.scheme]
        port = parts.port or default
    except (KeyError, ValueError):
        raise BrokerRefused(_ADDRESS) from None
    if "@" in parts.path + parts.query + parts.fragment:
        # What was meant for a password has ended the host, and would be shown.
        msg = f"{_ADDRESS}, and any of /?#@ in a password like %2F"
        raise BrokerRefused(msg)
    return f"{parts.scheme}://{parts.hostname or 'localhost'}:{port}{parts.path}"


def tls(url: str) -> dict[str, Any] | bool:
    """How a connection is to be made safe; False for one that is not.

    The certificate is checked against the system's authorities, and against the host's name, which
    the client does only where it is told the name.
    """
    parts = urlsplit(url)
    return {"server_hostname": parts.hostname or "localhost"} if parts.scheme == "amqps" else False


def seconds_for(size: int) -> float:
    """Seconds that so many bytes may be on their way to the broker, on the slowest of lines."""
    return size / SLOWEST


def connect(url: str, *, heartbeat: int = HEARTBEAT, **options: Any) -> Connection:
    """A connection that waits for the broker to confirm what it is given; made when first used.

    Args:
        url: the broker's address.
        heartbeat: seconds between signs of life.
        options: more for the client, `amqp.Connection`.

    Raises:
        BrokerRefused: the address is none.
    """
    from kombu import Connection

    place_of(url)
    return Connection(
        url,
        heartbeat=heartbeat,
        connect_timeout=PATIENCE,
        ssl=tls(url),
        transport_options={
            **options,
            **TRANSPORT,
            "read_timeout": PATIENCE,
            "write_timeout": PATIENCE,
        },
    )


def greet(url: str) -> None:
    """See whether the broker lets us in; one that cannot be reached may do so later.

    Raises:
        BrokerRefused: it does not.
    """
    with suppress(BrokerUnreachable), plainly(url), connect(url, heartbeat=0) as connection:
        connection.connect()


@contextmanager
def plainly(url: str) -> Iterator[None]:
    """Turn whatever goes wrong with the broker in here into a sentence.

    Raises:
        BrokerError: something did.
    """
    from amqp.exceptions import AMQPError
    from kombu.exceptions import KombuError

    try:
        yield
    except BrokerError:
        raise
    except (AMQPError, KombuError, OSError, ssl.SSLError) as error:
        raise _plain(error, place_of(url)) from error


def _plain(error: Exception, place: str) -> BrokerError:
    match getattr(error, "reply_code", getattr(error, "code", 0)):
        case 403 if "exclusive use" in _said(error):
            kind: type[BrokerError] = BrokerUnreachable
            words = f"Another bot of the same name is connected to the broker at {place}."
        case 403:
            kind = BrokerRefused
            words = (
                f"The broker at {place} does not let us in: wrong name or password, or not the "
                f"rights that docs/cluster.md tells of.{_detail(error)}"
            )
        case 402 | 530:
            kind = BrokerRefused
            words = f"The broker at {place} knows no such virtual host for this user."
        case 406 if "max size" in _said(error):
            kind = TooLargeForBroker
            words = f"This is more than the broker at {place} takes at once."
        case 311 | 406:
            kind = BrokerError
            words = f"The broker at {place} does not take this.{_said(error)}"
        case 404:
            kind = BrokerUnreachable
            words = f"The broker at {place} has no queues yet: the bot makes them."
        case _:
            return _cut_off(error, place)
    return kind(words)


def _cut_off(error: Exception, place: str) -> BrokerError:
    if isinstance(error, ssl.SSLError):
        return BrokerRefused(f"No safe connection to the broker at {place}: {error.reason}.")
    if isinstance(error, socket.gaierror):
        return BrokerUnreachable(f"There is no such host as in {place}.")
    return BrokerUnreachable(f"No broker answers at {place}.")


def _detail(error: Exception) -> str:
    """What of the broker's own words tells which right is missing."""
    said = _said(error)
    return said if "access to" in said else ""


def _said(error: Exception) -> str:
    text = str(getattr(error, "reply_text", ""))
    return f" It says: {text}" if text else ""
