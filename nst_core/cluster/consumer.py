"""`Consumer`: Celery's own, without what needs more rights at the broker than a worker has."""

from __future__ import annotations

from typing import Final

from celery.worker import consumer

__all__ = ["Consumer"]

# Celery makes some thirty queues for delays, of which there are none here.
_NOT_NEEDED: Final = "celery.worker.consumer.delayed_delivery:DelayedDelivery"


class Consumer(consumer.Consumer):  # type: ignore[misc]  # Celery ships no types
    """What takes tasks from the broker."""

    class Blueprint(consumer.Consumer.Blueprint):  # type: ignore[misc]
        """The steps of connecting."""

        default_steps: Final = [
            step for step in consumer.Consumer.Blueprint.default_steps if step != _NOT_NEEDED
        ]
