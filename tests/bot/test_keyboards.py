"""Buttons and the menu for galleries of every kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import keyboards
from bot.callbacks import Aid, ChooseAid, PickOwn, PickStyle, TurnPage, decode
from bot.commands import ADMIN, BUILTIN, group_menu, menu
from bot.keyboards import Offer
from bot.sheet import PAGE
from bot.words import Language, words_in
from nst_core.styles import Gallery
from tests.bot.door import picture

ENGLISH = words_in(Language.ENGLISH)


@dataclass(frozen=True)
class Style:
    name: str
    title: str


GALLERY = [Style(f"style_{number}", f"Style {number}") for number in range(1, 251)]


def carried(gallery: list[Style], offer: Offer) -> list[list[object]]:
    markup = keyboards.styles(gallery, ENGLISH, offer)
    return [[decode(str(button.callback_data)) for button in row] for row in markup.inline_keyboard]


def test_a_page_of_tiles_between_the_quick_ways_and_the_others() -> None:
    offer = Offer(owner=5, page=1, last="Mosaic", has_own=True, may_be_style=True)
    quick, *tiles, turns, ways = carried(GALLERY, offer)
    assert quick == [ChooseAid(Aid.LAST, 5), ChooseAid(Aid.SURPRISE, 5)]
    assert [tile for row in tiles for tile in row] == [
        PickStyle(f"style_{number}", 5) for number in range(PAGE + 1, 2 * PAGE + 1)
    ]
    assert turns == [TurnPage(0, 5), TurnPage(2, 5)]
    assert ways == [ChooseAid(Aid.OWN, 5), ChooseAid(Aid.THIS, 5)]


def test_the_pages_go_round() -> None:
    pages = -(-len(GALLERY) // PAGE)
    assert carried(GALLERY, Offer())[-1] == [TurnPage(pages - 1), TurnPage(1)]
    assert carried(GALLERY, Offer(page=pages - 1))[-1] == [TurnPage(pages - 2), TurnPage(0)]
    assert carried(GALLERY, Offer(page=999)) == carried(GALLERY, Offer(page=pages - 1))


def test_a_gallery_of_one_page_has_nothing_to_turn() -> None:
    rows = carried(GALLERY[:PAGE], Offer())
    assert rows[0] == [ChooseAid(Aid.SURPRISE)]
    assert sum(map(len, rows)) == PAGE + 1


def test_titles_of_any_length() -> None:
    gallery = [Style("long", "word " * 200), Style("none", "")]
    rows = keyboards.styles(gallery, ENGLISH, Offer()).inline_keyboard
    assert len(rows[1][0].text) <= 50
    assert rows[1][1].text == "2 · none"
    assert all(1 <= len(command.description) <= 256 for command in menu(gallery, ENGLISH))
    assert len(menu(GALLERY, ENGLISH)) == 100


@pytest.mark.parametrize("language", Language)
def test_menus_in_every_language(language: Language) -> None:
    words = words_in(language)
    commands = [command.command for command in menu([Style("mosaic", "Mosaic")], words)]
    assert commands == [*BUILTIN, "mosaic"]
    assert {command.command for command in group_menu(words)} < set(BUILTIN)


def test_own_styles_are_numbered_as_on_their_sheet() -> None:
    rows = keyboards.own_styles([31, 17, 4], 5).inline_keyboard
    assert [button.text for row in rows for button in row] == ["1", "2", "3"]
    assert decode(str(rows[0][1].callback_data)) == PickOwn(17, 5)


def test_cancel_is_red() -> None:
    ((button,),) = keyboards.cancel("0123456789abcdef", ENGLISH).inline_keyboard
    assert button.to_dict()["style"] == "danger"


@pytest.mark.parametrize("command", [*BUILTIN, *ADMIN])
def test_no_picture_takes_the_name_of_a_command(command: str, tmp_path: Path) -> None:
    (tmp_path / f"{command}.png").write_bytes(picture())
    assert command not in Gallery.load(tmp_path).names()
