"""Who may import what, and what an import may cost."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from nst_core import sketch

ROOT = Path(__file__).parent.parent

needs_sketches = pytest.mark.skipif(
    not sketch.available(), reason="the packages of the sketch are not installed"
)


def imported(package: str) -> set[tuple[str, str]]:
    """Pairs of a module's file and a top-level package that it imports, anywhere in it."""
    pairs = set()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                pairs |= {(str(path), alias.name.split(".")[0]) for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                pairs.add((str(path), node.module.split(".")[0]))
    return pairs


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def modules_in(path: Path, modules: set[str]) -> set[str]:
    """Those of our modules that a file imports anywhere in it, be it only for their types."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (below & modules) or {node.module}
    return found & modules


def test_no_two_modules_need_each_other() -> None:
    folders = ("benchmarks", "bot", "nst_core")
    paths = {name_of(path): path for each in folders for path in (ROOT / each).rglob("*.py")}
    graph = {name: modules_in(path, set(paths)) for name, path in paths.items()}
    TopologicalSorter(graph).prepare()  # raises a CycleError that names them


def test_the_engine_knows_nothing_of_the_chat() -> None:
    assert not [pair for pair in imported("nst_core") if pair[1] in {"telegram", "bot"}]


def test_the_chat_knows_nothing_of_the_network() -> None:
    assert not [pair for pair in imported("bot") if pair[1] in {"tensorflow", "keras", "h5py"}]


@pytest.mark.parametrize(
    "module", ["nst_core", "nst_core.executor", "nst_core.cli", "nst_core.styles", "bot", "bot.app"]
)
def test_imports_do_not_load_tensorflow(module: str) -> None:
    code = f"import sys, {module}; print([m for m in ('tensorflow', 'keras') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", ["nst_core.executor", "nst_core.cli", "bot.app", "bot.service"])
def test_a_single_machine_loads_nothing_of_the_cluster(module: str) -> None:
    names = ("celery", "kombu", "amqp", "msgpack")
    code = f"import sys, {module}; print([m for m in {names} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_the_engine_loads_no_charts_and_leaves_them_to_others() -> None:
    code = """if True:
        import sys
        import nst_core.engine
        print("matplotlib" in sys.modules)
        import matplotlib.figure
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "False"


@needs_sketches
def test_a_sketch_does_not_load_tensorflow() -> None:
    code = """if True:
        import sys
        import numpy as np
        from nst_core import Quality, Settings, stylize
        photo = np.random.default_rng(0).random((32, 32, 3), np.float32)
        assert stylize(photo, [photo], Settings(size=32, quality=Quality.SKETCH)).sketched
        print([m for m in ("tensorflow", "keras") if m in sys.modules])
    """
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
