"""Buttons and the menu for galleries of every kind."""

from __future__ import annotations

from dataclasses import dataclass

from bot import keyboards
from bot.callbacks import PickStyle, decode
from bot.commands import BUILTIN, menu


@dataclass(frozen=True)
class Style:
    name: str
    title: str


def test_three_in_a_row_and_no_more_than_telegram_takes() -> None:
    gallery = [Style(f"style_{number}", f"Style {number}") for number in range(250)]
    rows = keyboards.styles(gallery, owner=5).inline_keyboard
    assert {len(row) for row in rows} == {3}
    assert sum(map(len, rows)) <= 100
    assert decode(str(rows[0][1].callback_data)) == PickStyle("style_1", 5)
    assert len(menu(gallery)) == 100


def test_titles_of_any_length() -> None:
    gallery = [Style("long", "word " * 200), Style("none", "")]
    labels = [button.text for button in keyboards.styles(gallery).inline_keyboard[0]]
    assert len(labels[0]) <= 40
    assert labels[1] == "none"
    assert all(1 <= len(command.description) <= 256 for command in menu(gallery))


def test_the_menu_begins_with_our_own() -> None:
    commands = [command.command for command in menu([Style("mosaic", "Mosaic")])]
    assert commands == [*BUILTIN, "mosaic"]


def test_cancel_is_red() -> None:
    ((button,),) = keyboards.cancel("0123456789abcdef").inline_keyboard
    assert button.to_dict()["style"] == "danger"
