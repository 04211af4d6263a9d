"""Keeps TensorFlow's native start-up chatter off the terminal."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["native_stderr_hidden"]


@contextmanager
def native_stderr_hidden() -> Iterator[None]:
    """Hide what native code writes to file descriptor 2; shown after all if the block raises.

    TensorFlow's libraries write there while they load, before any log level is heard.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as hidden:
        os.dup2(hidden.fileno(), 2)
        try:
            yield
        except Exception:
            hidden.seek(0)
            os.write(terminal, hidden.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
