"""The files of one bot's world, in memory."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from bot.demo.wire import Json, bad

__all__ = ["MAX_DOWNLOAD", "FileStore", "StoredFile"]

MAX_DOWNLOAD: Final = 20 * 1024 * 1024
"""Bytes that a bot may fetch with getFile."""
CAPACITY: Final = 512 * 1024 * 1024
"""Bytes that are kept; beyond, the files that were longest unused are forgotten."""

_PREFIXES: Final = {
    "photos": "AgAC",
    "videos": "BAAC",
    "documents": "BQAC",
    "stickers": "CAAC",
    "animations": "CgAC",
}
_FORGOTTEN: Final = "wrong file_id or the file is temporarily unavailable"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file.

    Attributes:
        id: what a bot names it by, and whoever knows it may fetch it.
        unique_id: the same for the same bytes.
        path: where a bot fetches it from.
        type: the media type.
    """

    id: str
    unique_id: str
    path: str
    type: str
    data: bytes = field(repr=False)


class FileStore:
    """Keeps files, and what messages said of them."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._held = 0
        self._count = 0
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._paths: dict[str, str] = {}
        self._contents: dict[str, Json] = {}

    def __contains__(self, file_id: str) -> bool:
        return file_id in self._files

    def add(self, folder: str, data: bytes, mime: str, name: str = "") -> StoredFile:
        """Keep a file.

        Args:
            folder: "photos", "videos", "documents", "stickers" or "animations".
            data: its bytes.
            mime: its media type.
            name: its name, for the path's suffix.
        """
        self._count += 1
        own = PurePath(name).suffix
        known = mimetypes.guess_extension(mime) or ""
        suffix = own if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", own) else known
        file = StoredFile(
            id=_PREFIXES[folder] + secrets.token_urlsafe(24),
            unique_id=hashlib.sha256(data).hexdigest()[:16],
            path=f"{folder}/file_{self._count}{suffix}",
            type=mime,
            data=data,
        )
        self._files[file.id] = file
        self._paths[file.path] = file.id
        self._held += len(data)
        self._make_room()
        return file

    def get(self, file_id: str) -> StoredFile:
        """The file of that id.

        Raises:
            ApiError: there is none, or it has been forgotten.
        """
        if file_id not in self._files:
            raise bad(_FORGOTTEN if file_id in self._contents else "invalid file_id")
        self._files.move_to_end(file_id)
        return self._files[file_id]

    def at(self, path: str) -> StoredFile | None:
        """The file that a bot fetches from that path."""
        file_id = self._paths.get(path)
        return self.get(file_id) if file_id else None

    def describe(self, file_id: str, content: Json) -> None:
        """Remember as what a file was sent, so that it can be sent again by its id."""
        self._contents[file_id] = content

    def content(self, file_id: str) -> Json | None:
        """As what that file was sent, such as ``{"photo": [...]}``."""
        return self._contents.get(file_id)

    def _make_room(self) -> None:
        while self._held > self._capacity and len(self._files) > 1:
            _, oldest = self._files.popitem(last=False)
            del self._paths[oldest.path]
            self._held -= len(oldest.data)
