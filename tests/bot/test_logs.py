"""The token in no line of the log, whatever the line is about; and JSON that is JSON."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from datetime import UTC, datetime

import pytest

from bot.keys import Keys
from bot.logs import JOB, JsonLines, Redacting, set_up

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
        record("it broke", error=OSError(1, f"cannot reach bot{TOKEN}")),
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
    line = record("two\nlines of %s", "häßlich", error=NameError("x\ny"))
    text = JsonLines(TOKEN).format(line)
    assert "\n" not in text
    assert "häßlich" in text
    told = json.loads(text)
    time = datetime.fromisoformat(told.pop("time"))
    assert time == datetime.fromtimestamp(line.created, UTC).replace(microsecond=time.microsecond)
    exception = told.pop("exception")
    assert exception.startswith("Traceback")
    assert exception.endswith("NameError: x\ny")
    assert told == {"level": "ERROR", "logger": "x", "message": "two\nlines of häßlich"}


def test_a_json_line_names_the_job_that_is_being_worked_on() -> None:
    token = JOB.set("0123456789abcdef")
    try:
        told = json.loads(JsonLines(TOKEN).format(record("x")))
    finally:
        JOB.reset(token)
    assert told["job"] == "0123456789abcdef"
    assert "job" not in json.loads(JsonLines(TOKEN).format(record("x")))


def broken(words: str) -> Exception:
    """An error of which every link repeats what somebody has said."""
    try:
        try:
            int(words)
        except ValueError as error:
            raise ExceptionGroup(words, [KeyError(words), OSError(2, "gone", words)]) from error
    except ExceptionGroup as error:
        return error
    raise AssertionError


@pytest.mark.parametrize("formatter", [Redacting, JsonLines])
def test_a_traceback_repeats_nothing_that_was_said(formatter: type[Redacting]) -> None:
    text = formatter(TOKEN).format(record("it broke", error=broken("my secret")))
    assert "secret" not in text
    assert "in broken" in text
    for kind in ("ValueError", "ExceptionGroup", "KeyError", "FileNotFoundError: gone"):
        assert kind in text


def test_an_error_that_is_its_own_cause_is_told_once() -> None:
    error, other = NameError("one"), NameError("other")
    error.__cause__, other.__cause__ = other, error
    text = Redacting(TOKEN).format(record("it broke", error=error))
    assert [text.count(f"NameError: {words}") for words in ("one", "other")] == [1, 1]


def test_a_level_for_us_is_none_for_libraries() -> None:
    root, names = logging.getLogger(), ("bot", "nst_core")
    kept = root.level, root.handlers[:], [logging.getLogger(name).level for name in names]
    try:
        set_up("DEBUG", TOKEN)
        assert logging.getLogger("bot.jobs").isEnabledFor(logging.DEBUG)
        for library in ("telegram.ext.ExtBot", "PIL.TiffImagePlugin", "aiohttp.access", "asyncio"):
            assert not logging.getLogger(library).isEnabledFor(logging.INFO)
        set_up("ERROR", TOKEN)
        assert not logging.getLogger("bot.jobs").isEnabledFor(logging.WARNING)
        assert not logging.getLogger("telegram").isEnabledFor(logging.WARNING)
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = kept[1]
        root.setLevel(kept[0])
        for name, level in zip(names, kept[2], strict=True):
            logging.getLogger(name).setLevel(level)


async def test_what_asyncio_finds_is_told_without_its_objects(
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = logging.getLogger()
    kept = root.level, root.handlers[:]
    try:
        set_up("INFO", TOKEN)
        error = ValueError("a secret")
        context = {"message": "Task exception was never retrieved", "exception": error}
        asyncio.get_running_loop().call_exception_handler({**context, "future": error})
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = kept[1]
        root.setLevel(kept[0])
    told = capsys.readouterr().err
    assert "never retrieved" in told
    assert "ValueError" in told
    assert "secret" not in told
