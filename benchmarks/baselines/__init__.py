"""Other engines, re-created from their published settings: written anew, none of their code.

All of them run in compiled steps on the same network file, which is kinder to some of them than
their own programs are. Sources and line numbers: each module's docstring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from benchmarks.baselines.article import Article
from benchmarks.baselines.crowson import Crowson
from benchmarks.baselines.gatys import Gatys
from benchmarks.baselines.loop import Baseline
from benchmarks.baselines.tutorial import Tutorial
from benchmarks.network import Kernels

__all__ = ["BASELINES"]

Make: TypeAlias = Callable[[Kernels, str], Baseline[Any]]

BASELINES: Final[Mapping[str, Make]] = MappingProxyType(
    {kind.name: kind for kind in (Article, Tutorial, Gatys, Crowson)}
)
"""Name to how it is made from kernels and a precision."""
