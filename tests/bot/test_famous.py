"""Famous paintings in the chat: found by the bot by itself, picked, painted in, credited."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from bot.commands import menu
from bot.config import load
from bot.demo.server import serving
from bot.sheet import PAGE
from bot.texts import Text
from bot.words import Language, words_in
from nst_core.cli import main
from nst_core.images import decode
from nst_core.styles.install import Host
from tests.bot.atelier import STYLES, Atelier, at_work
from tests.bot.bench import Bench
from tests.bot.calls import TOKEN
from tests.bot.door import picture
from tests.commons import WORKS, painting
from tests.commons import serving as serving_commons

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEXT = words_in(Language.ENGLISH).plain(Text.BUTTON_NEXT)
NAMES = sorted(WORKS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a bot, with everything installed."""
    data = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nst_core.cli.install._HOST", Host(pause=0))
        patch.delenv("STYLEGRAM_STYLES")
        patch.setenv("STYLEGRAM_DATA", str(data))
        async with serving_commons() as commons:
            words = ["styles", "install", "famous", "--mirror", commons.pages]
            assert await asyncio.to_thread(main, words) == 0
    return data


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def atelier(folder: Path) -> AsyncIterator[Atelier]:
    styles = load({"BOT_TOKEN": TOKEN, "STYLEGRAM_DATA": str(folder)}).styles
    async with serving() as demo, at_work(Bench(demo), demo.address, styles=styles) as atelier:
        yield atelier


async def test_they_follow_the_presets_in_the_gallery(atelier: Atelier) -> None:
    assert list(atelier.desk.gallery.names()) == [*(style.name for style in STYLES), *NAMES]


async def test_one_is_picked_by_its_tile_below_the_credits_of_its_page(atelier: Atelier) -> None:
    person = atelier.person()
    photo = await person.photo(picture(1))
    shown = await person.is_asked()
    for _ in range(len(STYLES) // PAGE):
        await person.press(shown, NEXT)
        shown = await person.hears("editMessageMedia")
    first = len(STYLES) + 1
    works = [WORKS[name] for name in NAMES[:PAGE]]
    caption = json.loads(shown.fields["media"])["caption"]
    assert caption.split("\n\n")[1].splitlines() == [
        f"{number} · {work.painter}, {work.year}, {work.museum}"
        for number, work in enumerate(works, start=first)
    ]
    await person.press(shown, works[2].title)
    handle, sent = await atelier.paints(person)
    assert sent.reply_to == photo["message_id"]
    assert sent.text.startswith(works[2].title)
    (style,) = map(decode, handle.job.styles)
    assert float(np.abs(style - decode(painting())).mean()) < 0.02


@pytest.mark.parametrize("said", ["/starrynight", "/style the starry night", "Starrynight"])
async def test_one_is_picked_by_its_name(atelier: Atelier, said: str) -> None:
    person = atelier.person()
    await person.say(said)
    asked = await person.reads("Now send me the photo")
    assert "<b>The Starry Night</b>" in asked.text
    assert "<i>Vincent van Gogh, 1889, Museum of Modern Art, New York</i>" in asked.text
    await person.photo(picture(2))
    _, sent = await atelier.paints(person)
    assert sent.text.startswith("The Starry Night")


async def test_every_language_has_its_name_for_one(atelier: Atelier) -> None:
    for language in Language:
        person = atelier.person(language=language.value)
        await person.say("/starrynight")
        title = words_in(language).title("The Starry Night")
        asked = await person.hears("sendMessage", where=lambda call: "<b>" in call.text)
        assert f"<b>{title}</b>" in asked.text
        assert "<i>Vincent van Gogh, 1889, Museum of Modern Art, New York</i>" in asked.text


async def test_all_of_them_are_in_the_menu(atelier: Atelier) -> None:
    commands = {command.command for command in menu(atelier.desk.gallery, words_in(Language.HINDI))}
    assert commands >= set(WORKS)
