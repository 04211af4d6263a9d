"""Plain data as JSON and back, for what is to outlive the process."""

from __future__ import annotations

import json
import logging
from typing import Any, Final, TypeVar

from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter

__all__ = ["dumped", "loaded"]

T = TypeVar("T")

logger = logging.getLogger(__name__)

_CONVERTER: Final = make_converter(omit_if_default=True)


def dumped(value: object, kind: Any = None) -> str:
    """The value as JSON, without what is as it always is.

    Args:
        value: an instance of one of our data classes, or a tuple of them.
        kind: what it is to be read as; None for its own class.
    """
    return json.dumps(_CONVERTER.unstructure(value, kind or type(value)))


def loaded(text: str, kind: type[T]) -> T | None:
    """The value again; None where this version does not understand it."""
    try:
        return _CONVERTER.structure(json.loads(text), kind)
    except (BaseValidationError, ValueError):
        # As a version of tomorrow wrote it, or one of long ago.
        logger.warning("a record of another version was not understood")
        return None
