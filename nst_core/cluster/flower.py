"""Celery's settings for programs that only look on, such as Flower."""

from __future__ import annotations

from typing import Final

from nst_core.cluster.names import NAMES

accept_content: Final = ["msgpack"]
task_serializer: Final = "msgpack"
event_serializer: Final = "msgpack"
control_exchange: Final = NAMES.control
event_exchange: Final = NAMES.watch
event_queue_prefix: Final = NAMES.watch
