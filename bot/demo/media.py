"""The files in a request, as the content of a message."""

from __future__ import annotations

import asyncio
import io
import mimetypes
import warnings
from collections.abc import Awaitable, Callable, Mapping
from itertools import islice
from typing import Final

from PIL import Image, ImageSequence

from bot.demo.account import Account
from bot.demo.photos import BOT_SIDE, BROKEN, PhotoRefused, Size, sizes, thumbnail
from bot.demo.wire import Json, Params, Upload, bad

__all__ = ["KINDS", "animation", "document", "photo", "read_media"]

PHOTO_BYTES: Final = 10 * 1024 * 1024
_GIF: Final = "image/gif"
# Enough for a picture that moves; counting them all could take minutes.
_COUNTED_FRAMES: Final = 500
# Width, height and seconds of a video of which the bot says nothing.
_UNMEASURED: Final = (320, 180, 0)


async def read_media(account: Account, params: Params, kind: str, value: str) -> Json:
    """The content that one file of a request becomes.

    Args:
        account: whose files they are.
        params: of the request, with its uploads.
        kind: "photo", "document" or "animation".
        value: what the field says: ``attach://name``, a file's id, or "" for an upload of the
            field's own name.

    Raises:
        ApiError: no file, or not one of that kind.
    """
    name = value.removeprefix("attach://")
    upload = params.uploads.get(name if value.startswith("attach://") else kind)
    if value and not value.startswith("attach://"):
        return _known(account, kind, value)
    if upload is None:
        words = f"there is no {kind} in the request"
        raise bad(words)
    if not upload.data:
        raise bad("file must be non-empty")
    return await KINDS[kind](account, upload, params)


async def photo(account: Account, upload: Upload, _: Params, longest: int = BOT_SIDE) -> Json:
    """A photo: JPEGs of several sizes.

    Raises:
        ApiError: no photo by Telegram's rules.
    """
    size = len(upload.data)
    if size > PHOTO_BYTES:
        most = f"the maximum size is {PHOTO_BYTES} bytes"
        words = f"file of size {size} bytes is too big for a photo; {most}"
        raise bad(words)
    try:
        made = await asyncio.to_thread(sizes, upload.data, longest)
    except PhotoRefused as error:
        raise bad(str(error)) from error
    content = {"photo": [_photo_size(account, each) for each in made]}
    for each in content["photo"]:
        account.files.describe(each["file_id"], content)
    return content


async def document(account: Account, upload: Upload, params: Params) -> Json:
    """Any file, byte for byte; with a thumbnail where it is a picture. A GIF is an animation."""
    if upload.type == _GIF and not params.flag("disable_content_type_detection"):
        return await animation(account, upload, params)
    described = await _file(account, "documents", upload)
    content = {"document": described}
    account.files.describe(described["file_id"], content)
    return content


async def animation(account: Account, upload: Upload, params: Params) -> Json:
    """A GIF or a silent video; Telegram shows it as a document too."""
    described = await _file(account, "animations", upload)
    is_gif = described["mime_type"] == _GIF
    measured = await asyncio.to_thread(_measured, upload.data) if is_gif else _UNMEASURED
    names = ("width", "height", "duration")
    numbers = {name: params.whole(name, own) for name, own in zip(names, measured, strict=True)}
    content = {"animation": {**described, **numbers}, "document": described}
    account.files.describe(described["file_id"], content)
    return content


KINDS: Final[Mapping[str, Callable[[Account, Upload, Params], Awaitable[Json]]]] = {
    "photo": photo,
    "document": document,
    "animation": animation,
}


def _known(account: Account, kind: str, file_id: str) -> Json:
    """The content that a file was sent as before."""
    if "." in file_id:
        raise bad("failed to get HTTP URL content")
    content = account.files.content(file_id)
    if content is None:
        raise bad("wrong remote file identifier specified: can't unserialize it")
    if kind not in content:
        was = next(iter(content)).title()
        words = f"can't use file of type {was} as {kind.title()}"
        raise bad(words)
    return content


def _photo_size(account: Account, size: Size) -> Json:
    file = account.files.add("photos", size.data, "image/jpeg")
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "width": size.width,
        "height": size.height,
        "file_size": len(size.data),
    }


async def _file(account: Account, folder: str, upload: Upload) -> Json:
    mime = _mime(upload)
    file = account.files.add(folder, upload.data, mime, upload.name)
    known: Json = {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_name": upload.name,
        "mime_type": mime,
        "file_size": len(upload.data),
    }
    small = await asyncio.to_thread(thumbnail, upload.data)
    return {**known, "thumbnail": _photo_size(account, small)} if small else known


def _mime(upload: Upload) -> str:
    """What the sender says it is; where he does not know, what its name says."""
    if upload.type not in ("", "application/octet-stream"):
        return upload.type
    return mimetypes.guess_type(upload.name)[0] or "application/octet-stream"


def _measured(data: bytes) -> tuple[int, int, int]:
    """Width, height and whole seconds of a GIF."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data))
            frames = islice(ImageSequence.Iterator(image), _COUNTED_FRAMES)
            milliseconds = sum(frame.info.get("duration", 100) for frame in frames)
            return image.width, image.height, max(1, int(milliseconds) // 1000)
    except BROKEN:
        return 1, 1, 1
