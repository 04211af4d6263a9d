"""`Sessions`: everybody's session, in memory and beyond the process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeAlias

from bot.session import EMPTY, Action, Event, Key, Session, step
from bot.store import SESSION_KEPT, Store

__all__ = ["Sessions"]

Clock: TypeAlias = Callable[[], float]


class Sessions:
    """Sessions in memory: neither empty nor old ones are kept, and the overflow in the store only.

    Args:
        clock: seconds, from any beginning.
        store: what remembers them for the next process.
        ttl: seconds that a session is kept.
        limit: how many are kept in memory.
    """

    def __init__(
        self, clock: Clock, store: Store, *, ttl: float = SESSION_KEPT, limit: int = 10_000
    ) -> None:
        self._clock = clock
        self._store = store
        self._ttl = ttl
        self._limit = limit
        self._kept: OrderedDict[Key, tuple[float, Session]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> Session:
        """The session of `key`, an empty one if there is none or it has grown old."""
        if key not in self._kept:
            return self._store.session(key) or EMPTY
        born, session = self._kept[key]
        return session if self._clock() - born < self._ttl else EMPTY

    def put(self, key: Key, session: Session) -> None:
        """Keep the session of `key`."""
        if self.get(key) == session == EMPTY:
            return
        self._kept.pop(key, None)
        self._store.keep_session(key, session if session != EMPTY else None)
        if session != EMPTY:
            self._kept[key] = (self._clock(), session)
        while self._kept and self._oldest_is_stale():
            stale, _ = self._kept.popitem(last=False)
            self._store.keep_session(stale, None)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)

    def forget(self, user: int) -> None:
        """Keep nothing that the person has said, wherever it was."""
        for key in [key for key in self._kept if key[1] == user]:
            del self._kept[key]

    def move(self, old: int, new: int) -> None:
        """A chat has got another id: its dialogues go on there. The store moves its own."""
        for key in [key for key in self._kept if key[0] == old]:
            born, session = self._kept.pop(key)
            self._kept[new, new if key[1] == old else key[1]] = born, session.moved()

    def advance(self, key: Key, event: Event) -> Action:
        """Let the event happen to the session of `key`."""
        session, action = step(self.get(key), event)
        self.put(key, session)
        return action

    def _oldest_is_stale(self) -> bool:
        born, _ = next(iter(self._kept.values()))
        return self._clock() - born >= self._ttl
