"""The heap of objects, kept from halting the event loop."""

from __future__ import annotations

import gc

__all__ = ["settle"]


def settle() -> None:
    """Take what has been loaded so far for garbage no more.

    TensorFlow and the rest are some million objects that stay for good. Python would look through
    all of them again and again, for a fifth of a second and more each time, and everybody wait.
    """
    # Without a collection first: what little garbage stays is worth no pause.
    gc.freeze()
