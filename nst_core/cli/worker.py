"""`nst worker`: paint what a bot on another machine hands over; one process for each GPU."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import Any

from nst_core.cli.cluster import add_broker, broker_of
from nst_core.cluster.names import LANES
from nst_core.quiet import native_stderr_hidden
from nst_core.result import versions

__all__ = ["register"]


def register(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("worker", help="paint for a bot elsewhere", description=__doc__)
    parser.set_defaults(run=run)
    add_broker(parser)
    parser.add_argument("--name", default="", help="what to call it; something unique is appended")
    parser.add_argument(
        "--largest",
        type=int,
        choices=LANES,
        help="long side in pixels of what it takes; by the free memory where not given",
    )
    parser.add_argument("--metrics-port", type=int, help="port of /metrics and /healthz")


def run(arguments: argparse.Namespace) -> int:
    """Work until told to leave by SIGTERM or Ctrl-C; twice leaves the job at hand behind."""
    from nst_core.cluster import link

    url = broker_of(arguments)
    link.require_extra()
    # What the operator has to mend is told before TensorFlow takes its time to load.
    link.greet(url)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    logging.getLogger("celery").setLevel(logging.WARNING)
    # What cannot be acknowledged over a lost connection comes again, and is passed over.
    logging.getLogger("celery.worker.request").setLevel(logging.CRITICAL + 1)
    with native_stderr_hidden():
        from nst_core.cluster.device import bench
    from nst_core.cluster.worker import serve

    return serve(
        url,
        bench(arguments.name, arguments.largest),
        release=versions().get("stylegram", ""),
        metrics_port=arguments.metrics_port,
    )
