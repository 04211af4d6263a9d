"""Which tests begin first, and which stay together, where several processes share the work."""

from __future__ import annotations

from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

__all__ = ["Turns", "begin_with_the_longest", "stretch_of"]

_TOGETHER: Final = ("tests/cluster/", "tests/bot/browser/")
"""Folders that one process takes whole: it then has one broker, or one browser, for all of it."""

# Those that mostly wait and those that compute in turns, so that neither are left to themselves.
_LONGEST: Final = (
    "tests/cluster/",
    "tests/test_engine.py",
    "tests/bot/browser/",
    "tests/bot/test_service.py",
    "tests/test_cli.py",
    "tests/bot/test_demo.py",
    "tests/test_guards.py",
    "tests/bot/test_checkup.py",
    "tests/test_benchmarks.py",
    "tests/bot/test_conversation.py",
    "tests/test_styles.py",
    "tests/bot/test_crash.py",
    "tests/test_true_weights.py",
    "tests/bot/test_faults.py",
    "tests/test_strips.py",
    "tests/bot/test_inbox.py",
    "tests/test_vgg.py",
    "tests/bot/test_jobs.py",
    "tests/test_sketch.py",
    "tests/bot/test_scenarios.py",
    "tests/test_exhibit.py",
    "tests/bot/test_sheet.py",
    "tests/test_release.py",
    "tests/bot/test_backup.py",
    "tests/test_doctor.py",
    "tests/bot/test_webhook.py",
    "tests/bot/test_rubbish.py",
    "tests/test_scale.py",
)


def stretch_of(nodeid: str) -> str:
    """What a process does at a stretch, by the name of one of its tests: a file, or a folder."""
    file = nodeid.partition("::")[0]
    return next((folder for folder in _TOGETHER if file.startswith(folder)), file)


def begin_with_the_longest(items: list[pytest.Item]) -> None:
    """Put tests in the order in which they are to begin: what is long is then never the last."""
    places = {stretch: place for place, stretch in enumerate(_LONGEST)}
    items.sort(key=lambda item: places.get(stretch_of(item.nodeid), len(places)))


class Turns(LoadFileScheduling):  # type: ignore[misc]
    """Gives a process its next stretch when it has nearly done the one before."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        # The order is ours, not that of the numbers of tests.
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return stretch_of(nodeid)
