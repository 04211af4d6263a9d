"""`forgiving`: how frames of the broker's protocol are read where strangers may have written them.

RabbitMQ passes on what a message says of itself, its properties, without a look at most of it.
The client refuses what it cannot read by giving up the connection; the broker, which has heard no
thanks for the message, brings it again over the next one, and so for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from amqp.method_framing import frame_handler
from amqp.serialization import decode_properties_basic

__all__ = ["forgiving"]

_Frame: TypeAlias = tuple[int, int, Any]

# AMQP 0-9-1, sections 2.3.5.2 and 4.2.6.1: the properties follow class, weight and body size.
_HEADER: Final = 2
_PROPERTIES: Final = 12
_NONE: Final = b"\0\0"


def forgiving(connection: Any, callback: Any) -> Callable[[_Frame], Any]:
    """The client's own way to take frames, but for properties that it cannot read: it sees none."""
    take = frame_handler(connection, callback)

    def forgive(frame: _Frame) -> Any:
        kind, channel, data = frame
        if kind == _HEADER and not _is_readable(data):
            data = bytes(data[:_PROPERTIES]) + _NONE
        return take((kind, channel, data))

    return forgive


def _is_readable(header: Any) -> bool:
    try:
        decode_properties_basic(header, _PROPERTIES)
    except Exception:  # noqa: BLE001 - a stranger's bytes can go wrong in any way
        return False
    return True
