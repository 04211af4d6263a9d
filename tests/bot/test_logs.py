"""The token in no line of the log, whatever the line is about; and JSON that is JSON."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

import pytest

from bot.keys import Keys
from bot.logs import JOB, JsonLines, Redacting

TOKEN = "424242:TheSecretPart"  # noqa: S105 - of nobody


def record(message: str, *args: object, error: Exception | None = None) -> logging.LogRecord:
    info = None
    if error:
        try:
            raise error
        except type(error):
            info = sys.exc_info()
    return logging.LogRecord("x", logging.ERROR, __file__, 1, message, args, info)


@pytest.mark.parametrize("formatter", [Redacting, JsonLines])
@pytest.mark.parametrize(
    "line",
    [
        record(f"POST https://api.telegram.org/bot{TOKEN}/getMe"),
        record("GET %s", f"/file/bot{TOKEN.replace(':', '%3A')}/photo.jpg"),
        record("it broke", error=ValueError(f"cannot reach bot{TOKEN}")),
        record("only the %s", "TheSecretPart"),
        record(f"setWebhook {{'url': 'https://bot.example.org/{Keys.of(TOKEN).path}'}}"),
        record("%s", {"secret_token": Keys.of(TOKEN).secret}),
    ],
)
def test_the_token_is_blotted_out(line: logging.LogRecord, formatter: type[Redacting]) -> None:
    text = formatter(TOKEN).format(line)
    keys = Keys.of(TOKEN)
    assert not any(secret in text for secret in ("TheSecretPart", keys.path, keys.secret))
    assert "<token>" in text


def test_other_lines_are_left_alone() -> None:
    assert Redacting(TOKEN, "%(message)s").format(record("all %s", "well")) == "all well"


def test_a_json_line_is_one_line_with_everything() -> None:
    line = record("two\nlines of %s", "häßlich", error=ValueError("x\ny"))
    text = JsonLines(TOKEN).format(line)
    assert "\n" not in text
    assert "häßlich" in text
    told = json.loads(text)
    time = datetime.fromisoformat(told.pop("time"))
    assert time == datetime.fromtimestamp(line.created, UTC).replace(microsecond=time.microsecond)
    exception = told.pop("exception")
    assert exception.startswith("Traceback")
    assert exception.endswith("ValueError: x\ny")
    assert told == {"level": "ERROR", "logger": "x", "message": "two\nlines of häßlich"}


def test_a_json_line_names_the_job_that_is_being_worked_on() -> None:
    token = JOB.set("0123456789abcdef")
    try:
        told = json.loads(JsonLines(TOKEN).format(record("x")))
    finally:
        JOB.reset(token)
    assert told["job"] == "0123456789abcdef"
    assert "job" not in json.loads(JsonLines(TOKEN).format(record("x")))
