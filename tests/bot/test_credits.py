"""Whom the operator's own styles are owed to, where a person meets them in the chat."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from bot.demo.server import serving
from bot.sheet import PAGE
from bot.texts import Text
from bot.words import Language, words_in
from tests.bot.atelier import STYLES, Atelier, at_work
from tests.bot.bench import Bench
from tests.bot.calls import Call
from tests.bot.door import picture

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEXT = words_in(Language.ENGLISH).plain(Text.BUTTON_NEXT)
BARN = """title = "The Barn"
author = "Ann <Lee> & Co"
year = "c. 1900"
museum = "The Shed, Ely"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of own pictures: Ann's, one of somebody with a long name, and others of nobody."""
    place = tmp_path_factory.mktemp("own")
    for name in ("barn", "epic", *(f"plain_{number}" for number in range(PAGE - 2))):
        Image.new("RGB", (40, 30), (200, 80, 40)).save(place / f"{name}.png")
    (place / "barn.toml").write_text(BARN)
    (place / "styles.toml").write_text(f'[epic]\nauthor = "{"Bo " * 400}"\n')
    return place


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def atelier(folder: Path) -> AsyncIterator[Atelier]:
    async with serving() as demo, at_work(Bench(demo), demo.address, styles=folder) as atelier:
        yield atelier


async def turned(atelier: Atelier, pages: int) -> tuple[Call, str]:
    """The gallery, turned so many times, and its caption."""
    person = atelier.person()
    await person.say("/styles")
    shown, caption = await person.is_asked(), ""
    for _ in range(pages):
        await person.press(shown, NEXT)
        shown = await person.hears("editMessageMedia")
        caption = json.loads(shown.fields["media"])["caption"]
    return shown, caption


async def test_presets_are_owed_to_nobody(atelier: Atelier) -> None:
    shown, _ = await turned(atelier, 0)
    assert shown.text == words_in(Language.ENGLISH).say(Text.STYLES)


async def test_a_page_names_whom_its_styles_are_owed_to_by_their_numbers(atelier: Atelier) -> None:
    shown, caption = await turned(atelier, len(STYLES) // PAGE)
    first = len(STYLES) + 1
    assert f"{first} · The Barn" in shown.buttons
    asked, credits_ = caption.split("\n\n")
    assert asked == words_in(Language.ENGLISH).say(Text.STYLES)
    barn, epic = credits_.split("\n")
    assert barn == f"{first} · Ann &lt;Lee&gt; &amp; Co, c. 1900, The Shed, Ely"
    assert epic.startswith(f"{first + 1} · Bo Bo")
    assert len(epic) < 80


async def test_a_style_that_is_chosen_by_its_tile_says_whom_it_is_owed_to(atelier: Atelier) -> None:
    person = atelier.person()
    await person.say("/styles")
    shown = await person.is_asked()
    for _ in range(len(STYLES) // PAGE):
        await person.press(shown, NEXT)
        shown = await person.hears("editMessageMedia")
    await person.press(shown, "The Barn")
    said = await person.reads("Now send me the photo")
    assert "<b>The Barn</b>" in said.text
    assert said.text.endswith("\n\n<i>Ann &lt;Lee&gt; &amp; Co, c. 1900, The Shed, Ely</i>")
    await person.photo(picture(1))
    _, sent = await atelier.paints(person)
    assert sent.text.startswith("The Barn")


async def test_a_style_that_is_chosen_by_command_does_so_too(atelier: Atelier) -> None:
    person = atelier.person()
    await person.say("/barn")
    assert "c. 1900" in (await person.reads("Now send me the photo")).text
    await person.say("/mosaic")
    assert "<i>" not in (await person.reads("Now send me the photo")).text


async def test_a_mix_names_every_part_that_is_owed_to_somebody(atelier: Atelier) -> None:
    person = atelier.person()
    await person.say("/mix barn 50 mosaic 20 epic 30")
    said = await person.reads("Now send me the photo")
    owed = said.text.split("\n\n")[-1].splitlines()
    assert [line.removeprefix("<i>")[:3] for line in owed] == ["Ann", "Bo "]
