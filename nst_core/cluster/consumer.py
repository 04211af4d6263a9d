"""`Consumer`: Celery's own, without what needs more rights at the broker than a worker has."""

from __future__ import annotations

import logging
from typing import Any, Final

from amqp.exceptions import NotFound
from celery.worker import consumer, state

__all__ = ["Consumer"]

_LOG = logging.getLogger(__name__)

# Celery makes some thirty queues for delays, of which there are none here.
_NOT_NEEDED: Final = "celery.worker.consumer.delayed_delivery:DelayedDelivery"
_PAUSE: Final = 2.0


class Consumer(consumer.Consumer):  # type: ignore[misc]  # Celery ships no types
    """What takes tasks from the broker."""

    class Blueprint(consumer.Consumer.Blueprint):  # type: ignore[misc]
        """The steps of connecting."""

        default_steps: Final = [
            step for step in consumer.Consumer.Blueprint.default_steps if step != _NOT_NEEDED
        ]

    def connect(self) -> Any:
        """A connection; once there is what brings orders, which the bot makes.

        It is gone after a broker's restart, and Celery would leave where it does not find it.
        """
        connection = super().connect()
        orders = self.app.control.mailbox.exchange
        while not _has(connection, orders):
            _LOG.info("The broker has no orders for us: waiting for the bot.")
            self._wait(connection)
        return connection

    def _wait(self, connection: Any) -> None:
        state.maybe_shutdown()
        try:
            connection.drain_events(timeout=_PAUSE)
        except TimeoutError:
            connection.heartbeat_check()


def _has(connection: Any, exchange: Any) -> bool:
    channel = connection.channel()
    try:
        channel.exchange_declare(exchange.name, exchange.type, passive=True)
    except NotFound:
        return False
    channel.close()
    return True
