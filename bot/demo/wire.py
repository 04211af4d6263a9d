"""What goes over the wire: requests as parameters and uploads, refusals in Telegram's words."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from aiohttp import BodyPartReader, ClientPayloadError, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

__all__ = [
    "MAX_UPLOAD",
    "ApiError",
    "Form",
    "Json",
    "Params",
    "Remark",
    "Upload",
    "bad",
    "conflict",
    "forbidden",
    "parse_json",
    "read",
    "read_form",
    "too_many",
]

Json: TypeAlias = dict[str, Any]
Pace: TypeAlias = Callable[[int], Awaitable[None]]

MAX_UPLOAD: Final = 50 * 1024 * 1024
# Room for the other fields and the boundaries around a file of the full size.
_MAX_BODY: Final = MAX_UPLOAD + 1024 * 1024
_CHUNK: Final = 64 * 1024
_MOST_PARTS: Final = 200
# What a body that is not what it says it is raises, at one depth or another.
_UNREADABLE: Final = (
    ValueError,
    LookupError,
    AssertionError,
    HttpProcessingError,
    ClientPayloadError,
    web.HTTPBadRequest,
    web.HTTPUnsupportedMediaType,
)
_TRUE: Final = {"true", "yes", "1"}


class ApiError(Exception):
    """A request is refused.

    Attributes:
        description: Telegram's words, with the prefix that goes with the code.
        code: the HTTP status and `error_code`.
        parameters: such as ``retry_after``.
    """

    def __init__(self, description: str, code: int = 400, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.description = description
        self.code = code
        self.parameters = parameters or {}

    def answer(self) -> Json:
        """The body of the answer."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return {**body, "parameters": self.parameters} if self.parameters else body


def bad(words: str) -> ApiError:
    """400."""
    return ApiError(f"Bad Request: {words}")


def forbidden(words: str) -> ApiError:
    """403."""
    return ApiError(f"Forbidden: {words}", 403)


def conflict(words: str) -> ApiError:
    """409."""
    return ApiError(f"Conflict: {words}", 409)


def too_many(seconds: int) -> ApiError:
    """429."""
    words = f"Too Many Requests: retry after {seconds}"
    return ApiError(words, 429, {"retry_after": seconds})


@dataclass(frozen=True, slots=True)
class Remark:
    """A result about which the server has something to say."""

    result: Any
    words: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request."""

    name: str
    type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of a request: all are text, lists and objects are JSON in it."""

    values: Mapping[str, str]
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    @classmethod
    def of(cls, known: Mapping[str, Any]) -> Params:
        """From a JSON object."""
        texts = {name: _as_text(value) for name, value in known.items() if value is not None}
        return cls(texts)

    def text(self, name: str) -> str:
        """The value; "" where it is missing."""
        return self.values.get(name, "")

    def flag(self, name: str) -> bool:
        """Whether it says yes."""
        return self.text(name).strip().lower() in _TRUE

    def whole(self, name: str, default: int = 0) -> int:
        """The value as a whole number; `default` where it is none."""
        text = self.text(name).strip()
        return int(text) if re.fullmatch(r"[+-]?\d{1,18}", text) else default

    def number(self, name: str, default: float = 0.0) -> float:
        """The value as a number; `default` where it is none."""
        try:
            return float(self.text(name))
        except ValueError:
            return default

    def json(self, name: str, what: str = "") -> Any:
        """The value's JSON; None where it is missing.

        Raises:
            ApiError: it is none.
        """
        text = self.text(name)
        try:
            return parse_json(text) if text else None
        except ValueError as error:
            words = f"can't parse {what or name} JSON object"
            raise bad(words) from error


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: it is none, has a number that is none, or text that is not Unicode.
    """
    try:
        value = json.loads(text, parse_constant=_refuse)
        # Half a surrogate pair can be written in JSON and sent to nobody.
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        msg = "too deep"
        raise ValueError(msg) from error
    return value


def _refuse(constant: str) -> None:
    msg = f"{constant} is no number"
    raise ValueError(msg)


@dataclass(slots=True)
class Form:
    """A request's fields and files; several files may have one name."""

    values: dict[str, str]
    files: list[tuple[str, Upload]] = field(default_factory=list)


async def at_full_speed(_: int) -> None:
    """The pace of a request that nobody slows down."""


async def read(request: web.Request, pace: Pace = at_full_speed) -> Params:
    """The parameters in the query and the body of a request to the Bot API.

    Args:
        request: of any of the four forms that the Bot API takes.
        pace: awaited with the size of each piece of the body.

    Raises:
        ApiError: the body is too large or not what its content type says.
    """
    form = await read_form(request, _MAX_BODY, pace)
    return Params(form.values, dict(form.files))


async def read_form(request: web.Request, limit: int, pace: Pace = at_full_speed) -> Form:
    """The fields and files in the query and the body of a request.

    Raises:
        ApiError: the body has more bytes than `limit`, or is not what its content type says.
    """
    form = Form(dict(request.query))
    try:
        await _read_into(form, request, limit, pace)
    except _UNREADABLE as error:
        raise bad("can't parse the request") from error
    return form


async def _read_into(form: Form, request: web.Request, limit: int, pace: Pace) -> None:
    match request.content_type:
        case "multipart/form-data":
            await _read_multipart(request, form, limit, pace)
        case "application/json":
            form.values |= _from_json(await _read_body(request, pace))
        case _:
            await _read_body(request, pace)
            posted = await request.post()
            form.values |= {name: str(value) for name, value in posted.items()}


async def _read_body(request: web.Request, pace: Pace) -> bytes:
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise _too_large() from error
    await pace(len(body))
    return body


def _from_json(body: bytes) -> Mapping[str, str]:
    known = parse_json(body or b"{}")
    if not isinstance(known, dict):
        raise bad("JSON object expected")
    return Params.of(known).values


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


async def _read_multipart(request: web.Request, form: Form, limit: int, pace: Pace) -> None:
    await _read_parts(await request.multipart(), form, limit, pace)


async def _read_parts(reader: MultipartReader, form: Form, limit: int, pace: Pace) -> None:
    left = limit
    for count in itertools.count():
        part = await reader.next()
        if part is None:
            return
        if count >= _MOST_PARTS or not isinstance(part, BodyPartReader):
            raise bad("can't parse the request")
        data = await _read_part(part, left, pace)
        left -= len(data)
        if part.filename is None:
            form.values[part.name or ""] = data.decode()
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            form.files.append((part.name or "", Upload(part.filename, kind, data)))


async def _read_part(part: BodyPartReader, limit: int, pace: Pace) -> bytes:
    data = bytearray()
    while piece := await part.read_chunk(_CHUNK):
        data += piece
        if len(data) > limit:
            raise _too_large()
        await pace(len(piece))
    return bytes(data)


def _too_large() -> ApiError:
    return ApiError("Request Entity Too Large", 413)
