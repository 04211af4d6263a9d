"""What every executor must do, by another process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from nst_core.cluster.executor import CeleryExecutor
from nst_core.executor import Executor
from tests import acceptance
from tests.acceptance import Pictures
from tests.cluster.conftest import Crew

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize("check", acceptance.EVERYTHING)
async def test_acceptance(
    executor: CeleryExecutor,
    crew: Crew,
    pictures: Pictures,
    check: Callable[[Executor, Pictures], Awaitable[None]],
) -> None:
    crew.hire()
    await check(executor, pictures)
