"""The library's reference says what the docstrings say, and these say all that is needed."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import pytest
from griffe import Class, Function, Module

from nst_core.settings import RANGES
from tests import reference
from tests.reference import Section, Thing


@pytest.fixture(scope="module")
def package() -> Module:
    return reference.package()


@pytest.fixture(scope="module")
def shown(package: Module) -> list[Section]:
    return reference.sections(package)


def everything(shown: list[Section]) -> Iterator[Thing]:
    for section in shown:
        for thing in section.things:
            yield thing
            if isinstance(thing, Class):
                yield from reference.members(thing)


def test_the_page_is_what_the_docstrings_say() -> None:
    page = reference.PAGE.read_text()
    assert page == reference.written(page), "make docs"


def test_what_is_shown_can_be_imported(shown: list[Section]) -> None:
    for section in shown:
        module = importlib.import_module(section.name)
        assert [thing.name for thing in section.things if not hasattr(module, thing.name)] == []


def test_everything_has_its_words(shown: list[Section]) -> None:
    assert [thing.path for thing in everything(shown) if not reference.words(thing)] == []


def test_every_field_has_its_meaning(shown: list[Section]) -> None:
    silent = []
    for thing in everything(shown):
        if not isinstance(thing, Class):
            continue
        fields = reference.fields(thing)
        if reference.is_enum(thing):
            silent += [field.path for field in fields.values() if not reference.words(field)]
        elif reference.is_frozen(thing):
            told = reference.told(thing, "attributes")
            silent += [field.path for name, field in fields.items() if name not in told]
    assert silent == []


def test_arguments_are_those_of_the_signature(shown: list[Section]) -> None:
    for thing in everything(shown):
        told = reference.told(thing, "parameters")
        function = thing.members.get("__init__") if isinstance(thing, Class) else thing
        if told and isinstance(function, Function):
            assert list(told) == [
                parameter.name
                for parameter in function.parameters
                if parameter.name not in {"self", "cls"}
            ], thing.path


def test_settings_tell_their_true_ranges(package: Module) -> None:
    settings = package["settings.Settings"]
    told = reference.told(settings, "attributes")
    for name, bounds in RANGES.items():
        low, high = (f"{bound:.0f}" if bound == round(bound) else f"{bound:g}" for bound in bounds)
        assert f"{low} to {high}" in " ".join(told[name].split()), name


def test_anchors_are_those_of_a_code_host() -> None:
    taken: dict[str, int] = {}
    headings = ("nst_core.styles", "Cancelled", "Executor.submit", "Cancelled", "What can go wrong")
    assert [reference.slug(heading, taken) for heading in headings] == [
        "nst_corestyles",
        "cancelled",
        "executorsubmit",
        "cancelled-1",
        "what-can-go-wrong",
    ]
