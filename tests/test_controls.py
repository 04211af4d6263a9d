"""The engine's guide lists every control, with its true names, range and default."""

from __future__ import annotations

import argparse
import re
import tomllib
from dataclasses import MISSING, Field, fields
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from nst_core.cli import options
from nst_core.settings import CONTENT_LAYERS, RANGES, STYLE_LAYERS, Settings

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "engine.md").read_text()
ROWS = {
    row[2].strip("`"): row
    for line in GUIDE.partition("## The controls")[2].partition("\n### ")[0].splitlines()
    if line.startswith("|")
    and len(row := [cell.strip() for cell in line.strip("|").split("|")]) == 6
}
FIELDS = {field.name: field for field in fields(Settings)}
LAYERS = {"content_layers": CONTENT_LAYERS, "style_layers": STYLE_LAYERS}
# What stands for a default that is no number, in words.
WORDS = {
    "steps": "the quality's own",
    "memory": "half of what is free",
    "style_weights": "equal parts",
}


def controls() -> dict[str, argparse.Action]:
    """What `nst stylize` may be told of the painting itself, by option."""
    parser = argparse.ArgumentParser()
    options.add(parser)
    files = {"--output", "--timelapse", "--grid", "--plot", "--report", "--help", "--mask"}
    named = {flag: action for action in parser._actions for flag in action.option_strings}
    return {
        flag: action
        for flag, action in named.items()
        if flag.startswith("--") and flag not in files
    }


def plain(number: float) -> str:
    return f"{number:.0f}" if number == round(number) else f"{number:g}"


def default(field: Field[Any]) -> str:
    if field.name in WORDS:
        return WORDS[field.name]
    if layers := LAYERS.get(field.name):
        short = (name.replace("block", "conv").replace("_conv", "_") for name in layers)
        return ", ".join(
            f"{name} {weight:g}" for name, weight in zip(short, layers.values(), strict=True)
        )
    assert field.default is not MISSING
    return str(field.default.value) if isinstance(field.default, Enum) else plain(field.default)


def test_every_setting_is_in_the_table() -> None:
    assert set(ROWS) - {"Settings", "---"} == set(FIELDS)


def test_every_option_is_in_the_table() -> None:
    told = {flag for row in ROWS.values() for flag in re.findall(r"--[\w-]+", row[1])}
    assert told - {"---"} == set(controls())


@pytest.mark.parametrize("name", FIELDS)
def test_range_and_default_are_true(name: str) -> None:
    _, _, _, _, said, usual = ROWS[name]
    value = FIELDS[name].default
    if isinstance(value, Enum):
        assert said == ", ".join(type(value))
    elif name in RANGES:
        assert said == " to ".join(map(plain, RANGES[name]))
    else:
        assert said.endswith("0 to 1000000")
    assert usual == default(FIELDS[name])


def test_the_chat_has_the_buttons_that_are_told() -> None:
    texts = tomllib.loads((ROOT / "bot" / "locales" / "en.toml").read_text())
    known = {text for key, text in texts.items() if key.startswith(("button_", "setting_"))}
    told = {button for row in ROWS.values() for button in re.findall(r"\*(.+?)\*", row[3])}
    assert told
    assert told <= known
