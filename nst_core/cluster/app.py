"""The Celery application and everything that is declared at the broker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from nst_core.cluster.link import HEARTBEAT, TRANSPORT, tls
from nst_core.cluster.names import LANES, Names

if TYPE_CHECKING:
    from celery import Celery
    from kombu import Exchange, Queue

__all__ = [
    "STARTS",
    "TASK_OPTIONS",
    "dead",
    "events",
    "jobs",
    "lane",
    "lanes",
    "live",
    "make_app",
    "orders",
    "results",
]

STARTS: Final = 3
"""As often a job may be begun; who takes it down every time is given up."""

_DAY: Final = 24 * 3600.0
_GIB: Final = 2**30

TASK_OPTIONS: Final[dict[str, Any]] = {"acks_late": True, "ignore_result": True}


def make_app(url: str, names: Names) -> Celery:
    """The application: Celery's settings, and nothing connected yet."""
    from celery import Celery

    app = Celery(names.root, broker=url, set_as_current=False)
    app.conf.update(
        accept_content=["msgpack"],
        task_serializer="msgpack",
        result_serializer="msgpack",
        event_serializer="msgpack",
        task_ignore_result=True,
        task_acks_late=True,
        task_create_missing_queues=False,
        task_publish_retry=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=True,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_heartbeat=HEARTBEAT,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options=TRANSPORT,
        broker_use_ssl=tls(url),
        control_exchange=names.control,
        event_exchange=names.watch,
        event_queue_prefix=names.watch,
    )
    return app


def jobs(names: Names) -> Exchange:
    """What jobs are handed to."""
    from kombu import Exchange

    return Exchange(names.jobs, type="direct", durable=True)


def events(names: Names) -> Exchange:
    """What everybody tells things to."""
    from kombu import Exchange

    return Exchange(names.events, type="topic", durable=True)


def dead(names: Names) -> Exchange:
    """Where jobs go that were given up."""
    from kombu import Exchange

    return Exchange(names.dead, type="headers", durable=True)


def orders(names: Names) -> Exchange:
    """What reaches every worker, as Celery declares it."""
    from kombu import Exchange

    return Exchange(names.orders, type="fanout", durable=False)


def lane(names: Names, side: int, *, declared: bool) -> Queue:
    """The queue of a lane.

    Args:
        names: of the version.
        side: the lane, see `nst_core.cluster.names.LANES`.
        declared: whether whoever uses it is to make it, too, which needs the right to do so.
    """
    from kombu import Queue

    return Queue(
        names.lane(side),
        jobs(names),
        routing_key=str(side),
        durable=True,
        no_declare=not declared,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": STARTS - 1,
            "x-dead-letter-exchange": names.dead,
        },
    )


def results(names: Names, bot: str) -> Queue:
    """The queue of how a bot's jobs ended, given up ones among them."""
    from kombu import Queue, binding

    return Queue(
        names.results(bot),
        bindings=[
            binding(events(names), routing_key=names.results(bot)),
            binding(dead(names), arguments={"x-match": "all", "bot": bot}),
        ],
        durable=True,
        expires=7 * _DAY,
        max_length_bytes=2 * _GIB,
    )


def live(names: Names, bot: str, token: str) -> Queue:
    """The queue of what happens just now; it is gone with the connection that declared it."""
    from kombu import Queue, binding

    exchange = events(names)
    keys = [names.fleet, *([names.live(bot)] if bot else [])]
    return Queue(
        f"{names.root}.live.{bot or 'status'}.{token}",
        bindings=[binding(exchange, routing_key=key) for key in keys],
        durable=False,
        exclusive=True,
        auto_delete=True,
        max_length_bytes=_GIB // 4,
    )


def lanes(names: Names) -> Iterator[Queue]:
    """Every lane's queue."""
    for side in LANES:
        yield lane(names, side, declared=True)
