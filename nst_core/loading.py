"""Loads TensorFlow, which takes a while, and no more than that."""

from __future__ import annotations

import importlib
import sys
from typing import Any, Final

__all__ = ["load_tensorflow"]

# Keras draws charts with it, which nobody here asks it for; it is a fifth of the time of loading.
_NEEDLESS: Final = "matplotlib"


def load_tensorflow() -> Any:
    """The module, with Keras in it; its first call takes seconds.

    Raises:
        ImportError: it is not installed, or does not fit this machine.
    """
    if _NEEDLESS in sys.modules:
        return importlib.import_module("tensorflow")
    # What is None there counts as a package that is not installed, and Keras can do without.
    sys.modules[_NEEDLESS] = None  # type: ignore[assignment]
    try:
        return importlib.import_module("tensorflow")
    finally:
        del sys.modules[_NEEDLESS]
