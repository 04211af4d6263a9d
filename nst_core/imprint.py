"""The imprint: what a picture file says of how it was made, as books do on their last page.

It holds numbers and names of settings and what the sources hash to, and nothing of the person:
no path, no file name, no link. The same job gives the same imprint, so times are left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from nst_core import images
from nst_core.result import Result
from nst_core.version import VERSION

__all__ = ["KEYWORD", "Sources", "jpeg", "png"]

KEYWORD: Final = "stylegram"
"""Of the PNG text whose words are the imprint, as JSON; in a JPEG it is the comment."""

_SOFTWARE: Final = "Software"  # PNG specification, predefined keywords
_LEFT_OUT: Final = frozenset({"losses", "seconds"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The encoded pictures that went into a job.

    Attributes:
        content: the photo.
        styles: the style pictures, in the job's order.
        init: what the painting started from, where that was a given picture.
        mask: where it was painted, if not everywhere.
    """

    content: bytes
    styles: Sequence[bytes]
    init: bytes | None = None
    mask: bytes | None = None

    def hashes(self) -> dict[str, Any]:
        """The SHA-256 of each in hexadecimal, by name, to know the right files again."""
        extras = {"init": self.init, "mask": self.mask}
        return {
            "content": _sha256(self.content),
            "styles": [_sha256(style) for style in self.styles],
            **{name: _sha256(data) for name, data in extras.items() if data is not None},
        }


def png(result: Result, sources: Sources) -> bytes:
    """The painting as a PNG file with its imprint."""
    facts = _facts(result, sources)
    text = {_SOFTWARE: f"Stylegram {VERSION}", KEYWORD: json.dumps(facts)}
    return images.encode_png(result.picture, text)


def jpeg(result: Result, sources: Sources) -> bytes:
    """The painting as a JPEG file with its imprint; without one where JPEG has no room for it."""
    return images.encode_jpeg(result.picture, comment=json.dumps(_facts(result, sources)))


def _facts(result: Result, sources: Sources) -> dict[str, Any]:
    report = _without_times(result.report())
    report["levels"] = [_without_times(level) for level in report["levels"]]
    return report | {"sha256": sources.hashes()}


def _without_times(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: fact for name, fact in facts.items() if name not in _LEFT_OUT}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
