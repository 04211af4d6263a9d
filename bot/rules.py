"""`Rules`: what the operator decided about jobs."""

from __future__ import annotations

from dataclasses import dataclass, field

from nst_core.settings import Settings

__all__ = ["Quota", "Rules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How much is taken on; 0 is no limit.

    Attributes:
        daily: paintings that one person may order within 24 hours, whenever these begin.
        cooldown: seconds between two orders of one person.
        queue: paintings that may be under way in all.
        exempt: people for whom there are no limits.
    """

    daily: int = 0
    cooldown: int = 0
    queue: int = 0
    exempt: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the operator decided about jobs.

    Attributes:
        settings: how paintings are made, unless somebody asks for something else.
        per_user: how many jobs one person may have waiting and running.
        largest: long side in pixels that a person may ask for.
        seconds: how long one job may run.
        quota: how much is taken on.
    """

    settings: Settings
    per_user: int
    largest: int
    seconds: float = 3600.0
    quota: Quota = field(default_factory=Quota)

    @property
    def most(self) -> int:
        """Long side in pixels of what is painted at most, whoever asks for it."""
        return max(self.largest, self.settings.size)
