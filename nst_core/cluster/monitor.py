"""`serving`: a worker's health and metrics, over HTTP."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import CollectorRegistry, ProcessCollector, make_wsgi_app
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from nst_core.cluster.wire import Presence, Work

if TYPE_CHECKING:
    from prometheus_client import Metric

__all__ = ["serving"]

_LOG = logging.getLogger(__name__)
_TEXT: Final = [("Content-Type", "text/plain; charset=utf-8")]


@contextmanager
def serving(
    port: int, presence: Callable[[], Presence], connected: Callable[[], bool]
) -> Iterator[None]:
    """Serve `/metrics` and `/healthz` on all addresses while the block runs.

    Args:
        port: 0 for any that is free; the log tells which.
        presence: what the worker says of itself.
        connected: whether the broker is there.

    Raises:
        OSError: the port is taken.
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Worker(presence, connected))
    try:
        server = make_server("", port, _pages(registry, connected), handler_class=_Quiet)
    except OSError as error:
        raise OSError(error.errno, error.strerror, f"port {port}") from error
    with server:
        _LOG.info("Health and metrics are at port %d.", server.server_port)
        threading.Thread(target=server.serve_forever, name="nst-monitor", daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


def _pages(
    registry: CollectorRegistry, connected: Callable[[], bool]
) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    metrics = make_wsgi_app(registry)

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/metrics":
            told: Iterable[bytes] = metrics(environ, start)
            return told
        if environ["PATH_INFO"] != "/healthz":
            start("404 Not Found", _TEXT)
            return [b"There are /metrics and /healthz.\n"]
        if connected():
            start("200 OK", _TEXT)
            return [b"ok\n"]
        start("503 Service Unavailable", _TEXT)
        return [b"The broker cannot be reached.\n"]

    return answer


class _Quiet(WSGIRequestHandler):
    # One is served after the other, and who says nothing is not to keep the others waiting.
    timeout = 2.0

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        _LOG.debug(format, *args)


class _Worker(Collector):
    def __init__(self, presence: Callable[[], Presence], connected: Callable[[], bool]) -> None:
        self._presence = presence
        self._connected = connected

    def collect(self) -> Iterator[Metric]:
        now = self._presence()
        yield CounterMetricFamily(
            "stylegram_worker_paintings", "Pictures that the worker has painted.", now.done
        )
        yield GaugeMetricFamily(
            "stylegram_worker_busy", "Whether a job is being painted.", bool(now.job)
        )
        yield GaugeMetricFamily(
            "stylegram_worker_leaving",
            "Whether the worker takes no more jobs.",
            now.work is Work.LEAVING,
        )
        yield GaugeMetricFamily(
            "stylegram_worker_connected", "Whether the broker is there.", self._connected()
        )
        yield GaugeMetricFamily(
            "stylegram_worker_pace",
            "Pixels times steps a second, by the jobs painted last.",
            now.pace or 0,
        )
