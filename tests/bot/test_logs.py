"""The token in no line of the log, whatever the line is about."""

from __future__ import annotations

import logging
import sys

import pytest

from bot.logs import Redacting

TOKEN = "424242:TheSecretPart"  # noqa: S105 - of nobody


def record(message: str, *args: object, error: Exception | None = None) -> logging.LogRecord:
    info = None
    if error:
        try:
            raise error
        except type(error):
            info = sys.exc_info()
    return logging.LogRecord("x", logging.ERROR, __file__, 1, message, args, info)


@pytest.mark.parametrize(
    "line",
    [
        record(f"POST https://api.telegram.org/bot{TOKEN}/getMe"),
        record("GET %s", f"/file/bot{TOKEN.replace(':', '%3A')}/photo.jpg"),
        record("it broke", error=ValueError(f"cannot reach bot{TOKEN}")),
        record("only the %s", "TheSecretPart"),
    ],
)
def test_the_token_is_blotted_out(line: logging.LogRecord) -> None:
    text = Redacting(TOKEN).format(line)
    assert "TheSecretPart" not in text
    assert "<token>" in text


def test_other_lines_are_left_alone() -> None:
    assert Redacting(TOKEN, "%(message)s").format(record("all %s", "well")) == "all well"
