"""The files in a request, as the content of a message."""

from __future__ import annotations

import asyncio
import io
import mimetypes
import warnings
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Final

from PIL import Image, ImageSequence

from bot.demo.account import Account
from bot.demo.films import read_film
from bot.demo.photos import (
    BOT_SIDE,
    BROKEN,
    PhotoRefused,
    Size,
    portrait_sizes,
    sizes,
    sticker_size,
    thumbnail,
)
from bot.demo.wire import Json, Params, Upload, bad

__all__ = ["KINDS", "animation", "document", "photo", "portrait", "read_media", "sticker"]

PHOTO_BYTES: Final = 10 * 1024 * 1024
STICKER_BYTES: Final = 512 * 1024
_GIF: Final = "image/gif"
# Enough for a picture that moves; counting them all could take minutes.
_COUNTED_FRAMES: Final = 500
_MEASURES: Final = ("width", "height", "duration")
# Those of a video of which neither the bot nor the file says anything.
_UNMEASURED: Final = (320, 180, 0)


async def read_media(account: Account, params: Params, kind: str, value: str) -> Json:
    """The content that one file of a request becomes.

    Args:
        account: whose files they are.
        params: of the request, with its uploads.
        kind: "photo", "document", "animation" or "video".
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
    return await _photo(account, lambda: sizes(upload.data, longest))


async def portrait(account: Account, upload: Upload) -> list[Json]:
    """The sizes of a profile photo, all of them square.

    Raises:
        ApiError: no photo by Telegram's rules.
    """
    content = await _photo(account, lambda: portrait_sizes(upload.data))
    return list(content["photo"])


async def sticker(account: Account, upload: Upload, emoji: str) -> Json:
    """A sticker that keeps still: a small WebP, byte for byte.

    Raises:
        ApiError: no sticker by Telegram's rules.
    """
    if len(upload.data) > STICKER_BYTES:
        raise bad("file is too big")
    try:
        width, height = await asyncio.to_thread(sticker_size, upload.data)
    except PhotoRefused as error:
        raise bad(str(error)) from error
    described = await _file(account, "stickers", replace(upload, type="image/webp"), upload.data)
    looks = {"type": "regular", "is_animated": False, "is_video": False, "emoji": emoji}
    unnamed = {name: described[name] for name in described.keys() - {"file_name", "mime_type"}}
    content = {"sticker": {**unnamed, **looks, "width": width, "height": height}}
    account.files.describe(described["file_id"], content)
    return content


async def document(account: Account, upload: Upload, params: Params) -> Json:
    """Any file, byte for byte; with a thumbnail where it is a picture. A GIF is an animation."""
    if upload.type == _GIF and not params.flag("disable_content_type_detection"):
        return await animation(account, upload, params)
    described = await _file(account, "documents", upload, _given_face(params) or upload.data)
    content = {"document": described}
    account.files.describe(described["file_id"], content)
    return content


async def animation(account: Account, upload: Upload, params: Params) -> Json:
    """A GIF or a silent video; Telegram shows it as a document too."""
    measured, still = await asyncio.to_thread(_measured, upload)
    face = _given_face(params) or still
    described = await _file(account, "animations", upload, face)
    shown = {**described, **_measures(params, measured)}
    content = {"animation": shown, "document": described}
    account.files.describe(described["file_id"], content)
    return content


async def video(account: Account, upload: Upload, params: Params) -> Json:
    """A video in MP4; anything else becomes a document."""
    film = await asyncio.to_thread(read_film, upload.data)
    if film is None:
        return await document(account, upload, params)
    face = _given_face(params) or film.still
    described = await _file(account, "videos", upload, face)
    measured = _measures(params, (film.width, film.height, film.seconds))
    content = {"video": {**described, **measured}}
    account.files.describe(described["file_id"], content)
    return content


KINDS: Final[Mapping[str, Callable[[Account, Upload, Params], Awaitable[Json]]]] = {
    "photo": photo,
    "document": document,
    "animation": animation,
    "video": video,
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


async def _photo(account: Account, make: Callable[[], list[Size]]) -> Json:
    """What was made of a picture, as a photo.

    Raises:
        ApiError: nothing could be made of it.
    """
    try:
        made = await asyncio.to_thread(make)
    except PhotoRefused as error:
        raise bad(str(error)) from error
    content = {"photo": [_photo_size(account, each) for each in made]}
    for each in content["photo"]:
        account.files.describe(each["file_id"], content)
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


async def _file(account: Account, folder: str, upload: Upload, face: bytes) -> Json:
    """A file, with the picture that stands for it as its thumbnail, if that is one."""
    mime = _mime(upload)
    file = account.files.add(folder, upload.data, mime, upload.name)
    known: Json = {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_name": upload.name,
        "mime_type": mime,
        "file_size": len(upload.data),
    }
    small = await asyncio.to_thread(thumbnail, face)
    return {**known, "thumbnail": _photo_size(account, small)} if small else known


def _mime(upload: Upload) -> str:
    """What the sender says it is; where he does not know, what its name says."""
    if upload.type not in ("", "application/octet-stream"):
        return upload.type
    return mimetypes.guess_type(upload.name)[0] or "application/octet-stream"


def _given_face(params: Params) -> bytes:
    """The thumbnail that the bot made itself; empty where it did not."""
    name = params.text("thumbnail").removeprefix("attach://") or "thumbnail"
    upload = params.uploads.get(name)
    return upload.data if upload else b""


def _measures(params: Params, own: tuple[int, int, int]) -> Json:
    """Width, height and seconds, as the bot gives them or else as they are."""
    return {name: params.whole(name, size) for name, size in zip(_MEASURES, own, strict=True)}


def _measured(upload: Upload) -> tuple[tuple[int, int, int], bytes]:
    """Width, height and whole seconds of what moves, and a picture of it."""
    if _mime(upload) == _GIF:
        return _measured_gif(upload.data), upload.data
    film = read_film(upload.data)
    if film is None:
        return _UNMEASURED, upload.data
    return (film.width, film.height, film.seconds), film.still


def _measured_gif(data: bytes) -> tuple[int, int, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data))
            frames = islice(ImageSequence.Iterator(image), _COUNTED_FRAMES)
            milliseconds = sum(frame.info.get("duration", 100) for frame in frames)
            return image.width, image.height, max(1, int(milliseconds) // 1000)
    except BROKEN:
        return 1, 1, 1
