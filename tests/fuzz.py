"""How hard the property tests look: quickly and always alike, or for as long as one has time.

`FUZZ_EXAMPLES=20000 pytest …` tries so many examples of each, other ones every time.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))


def thorough(usual: int) -> settings:
    """Settings of a property test that tries `usual` examples unless told otherwise."""
    return settings(
        max_examples=EXAMPLES or usual,
        derandomize=not EXAMPLES,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
