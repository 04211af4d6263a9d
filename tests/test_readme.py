"""The README tells the truth where a test can see it."""

from __future__ import annotations

import re
from pathlib import Path

from bot.config import VARIABLES
from bot.demo.methods import METHODS
from nst_core.styles.famous import read_works

README = Path(__file__).parent.parent / "README.md"


def test_every_variable_is_in_the_table() -> None:
    text = (README.parent / "docs/settings.md").read_text()
    for variable in VARIABLES:
        default = f"`{variable.default}`" if variable.default else "–"
        assert f"| `{variable.name}` | {default} | {variable.help} |" in text


def test_pictures_are_there() -> None:
    text = README.read_text()
    names = [part.split(")")[0] for part in text.split("](")[1:]]
    local = [name for name in names if not name.startswith("http")]
    assert local
    assert [name for name in local if not (README.parent / name).exists()] == []


def test_every_method_of_the_demo_server_is_in_its_guide() -> None:
    text = (README.parent / "docs/demo.md").read_text()
    named = {name.lower() for name in re.findall(r"`((?:[a-z]+[A-Z]|get[A-Z])\w+)`", text)}
    assert named == set(METHODS)


def test_every_famous_painting_is_in_the_guide_to_styles() -> None:
    text = (README.parent / "docs/styles.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{work.name}` | [{work.title}]({work.page}) | {work.painter} ({work.lived}) "
        f"| {work.year} | {work.museum} |"
        for work in read_works()
    ]
