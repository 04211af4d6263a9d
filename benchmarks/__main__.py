"""``python -m benchmarks``: measure, and write JSON, tables, plots and sheets.

Exit codes: 0 done, 1 the work failed, 2 bad input, 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from benchmarks.errors import BadInput
from nst_core import StylizeError, weights
from nst_core.quiet import native_stderr_hidden
from nst_core.settings import RANGES, Quality

__all__ = ["main"]

_SIZES: Final = "128,256,512,1024,2048"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the value is the process' exit code."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0].startswith("-") and words[0] not in {"-h", "--help"}):
        words = ["quality", *words]  # the one that the benchmark is about
    arguments = _parser().parse_args(words)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if arguments.run is not _scale:
                _load_tensorflow()
            arguments.run(arguments)
    except (BadInput, StylizeError) as error:
        return _complain(str(error), 2)
    except KeyboardInterrupt:
        return _complain("interrupted; the same command goes on from here", 130)
    except OSError as error:
        return _complain(f"{error.filename or 'output'}: {error.strerror}", 1)
    return 0


def _load_tensorflow() -> None:
    """Before anything else does: it greets at length when it is first loaded."""
    with native_stderr_hidden():
        importlib.import_module("tensorflow")


def _quality(arguments: argparse.Namespace) -> None:
    from benchmarks import machine, plots, quality, report, runs, sheets  # TensorFlow is slow
    from benchmarks.card import judges
    from benchmarks.engines import DEFAULT, engines
    from benchmarks.network import load
    from benchmarks.pairs import shelf

    pairs = shelf(arguments.pictures).pairs(arguments.pairs)
    options, file = _options(arguments), _weights(arguments)
    painters = engines(arguments.engines or DEFAULT, options, file)
    out = _folder(arguments.out)
    place = machine.describe()
    store = runs.Store(out / f"quality-{options.size}-{options.precision}")
    looks = judges(load(file))
    results, anchors = quality.measure(
        pairs, painters, options, looks, store, _say, fresh=arguments.fresh
    )
    document = report.document(results, anchors, place, options.to_dict())
    runs.write_json(out / "quality.json", document)
    text = report.markdown(results, anchors)
    (out / "quality.md").write_text(text, encoding="utf-8")
    (out / "quality.png").write_bytes(plots.curves(results))
    (out / "quality-sheet.png").write_bytes(
        sheets.contest(pairs, results, anchors, store, options.size)
    )
    _say(f"\n{text}\nwritten to {out}: quality.json, .md, .png, quality-sheet.png")


def _cost(arguments: argparse.Namespace) -> None:
    from benchmarks import cost, machine, plots, runs

    out = _folder(arguments.out)
    environment = {**os.environ, weights.VARIABLE: str(_weights(arguments))}
    common = ["--precision", arguments.precision]
    points = []
    for size in arguments.sizes:
        words = ["size", "--size", str(size), "--steps", str(arguments.steps), *common]
        points.append(cost.probe(words, environment))
        _say(cost.markdown(points[-1:], None).splitlines()[-1])
    many = None
    if arguments.jobs:
        words = ["jobs", "--size", str(min(arguments.sizes)), "--jobs", str(arguments.jobs)]
        many = cost.probe([*words, "--steps", str(arguments.steps), *common], environment)
        (out / "jobs.png").write_bytes(plots.against_jobs(many["resident"]))
    document = {"schema": 1, "machine": machine.describe(), "sizes": points, "jobs": many}
    runs.write_json(out / "cost.json", document)
    text = cost.markdown(points, many)
    (out / "cost.md").write_text(text, encoding="utf-8")
    (out / "cost.png").write_bytes(plots.against_pixels(points))
    _say(f"\n{text}\nwritten to {out}: cost.json, .md, .png{', jobs.png' if many else ''}")


def _probe(arguments: argparse.Namespace) -> None:
    """One measurement of `_cost`, in a process of its own."""
    from benchmarks import cost
    from benchmarks.engines import Options
    from benchmarks.pairs import shelf

    options = Options(size=arguments.size, precision=arguments.precision)
    photo, style = shelf().pairs()[0].read(arguments.size)
    photo = cost.enlarged(photo, arguments.size)
    if arguments.what == "jobs":
        many = cost.jobs(photo, style, options, arguments.jobs, arguments.steps)
        return cost.to_json(many, sys.stdout.write)
    return cost.to_json(cost.size_cost(photo, style, options, arguments.steps), sys.stdout.write)


def _scale(arguments: argparse.Namespace) -> None:
    """Reckoned, not measured: it needs no TensorFlow, no broker, and no time to speak of."""
    from benchmarks import scale
    from benchmarks.traffic import Inputs

    out = _folder(arguments.out)
    inputs = Inputs(paint=arguments.paint)
    cells = list(
        scale.study(
            arguments.workers,
            arguments.jobs,
            inputs,
            bots=arguments.bots,
            count=arguments.count,
            seed=arguments.seed,
        )
    )
    document = json.dumps(scale.document(cells, inputs), indent=2)
    (out / "scale.json").write_text(f"{document}\n", encoding="utf-8")
    text = scale.markdown(cells)
    (out / "scale.md").write_text(f"{text}\n", encoding="utf-8")
    _say(f"{text}\n\nwritten to {out}: scale.json, .md")


def _sheet(arguments: argparse.Namespace) -> None:
    from benchmarks import gallery
    from benchmarks.pairs import find, shelf

    known = shelf(arguments.pictures)
    photos = {name: find(known.photos, name) for name in arguments.photos or known.photos}
    names = arguments.styles or [*known.styles][: arguments.most]
    styles = {name: find(known.styles, name) for name in names}
    options = _options(arguments)
    _weights(arguments)
    out = _folder(arguments.out)
    for quality in arguments.qualities:
        folder = out / f"sheet-{options.size}-{options.precision}" / quality
        picture = gallery.fill(
            photos, styles, quality, options, folder, _say, fresh=arguments.fresh
        )
        (out / f"sheet-{quality}.png").write_bytes(picture)
        _say(f"written to {out}: sheet-{quality}.png")


def _controls(arguments: argparse.Namespace) -> None:
    from benchmarks import controls
    from nst_core.settings import Precision, Settings

    exhibits = [controls.find(name) for name in arguments.only or controls.EXHIBITS]
    _weights(arguments)
    out = _folder(arguments.out)
    settings = Settings(size=arguments.size, precision=Precision(arguments.precision))
    for exhibit in exhibits:
        path = out / f"{exhibit.name}.jpg"
        path.write_bytes(controls.paint(exhibit, settings, _say))
        _say(f"written to {path}")


def _options(arguments: argparse.Namespace) -> Any:
    from benchmarks.baselines.loop import Budget
    from benchmarks.engines import Options

    budget = Budget(
        getattr(arguments, "steps_scale", 1.0), getattr(arguments, "seconds", None) or math.inf
    )
    cold = getattr(arguments, "cold", False)
    return Options(arguments.size, arguments.precision, budget, cold)


def _weights(arguments: argparse.Namespace) -> Path:
    """The network's file, for the baselines, the judges and our engine alike."""
    if arguments.weights is not None:
        os.environ[weights.VARIABLE] = str(arguments.weights)
    return weights.fetch()


def _folder(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        msg = f"--out {path} is not a folder"
        raise BadInput(msg)
    path.mkdir(parents=True, exist_ok=True)
    return path


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _complain(message: str, code: int) -> int:
    sys.stderr.write(f"benchmarks: {' '.join(message.split())}\n")
    return code


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` says the rest."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"benchmarks: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _quality_options(_command(commands, "quality", _quality, "curves of marks against seconds"))
    _cost_options(_command(commands, "cost", _cost, "seconds and memory against size and jobs"))
    _sheet_options(_command(commands, "sheet", _sheet, "contact sheets of photos and styles"))
    _controls_options(_command(commands, "controls", _controls, "what each control does"))
    _probe_options(_command(commands, "probe", _probe, "one measurement of cost, as JSON"))
    _scale_options(commands)
    return parser


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], None], about: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    command.set_defaults(run=run)
    _add(command, "--precision", "of all convolutions", "float32", choices=("float32", "mixed"))
    _add(command, "--weights", "VGG19's file or its folder", None, type=Path)
    return command


def _quality_options(command: argparse.ArgumentParser) -> None:
    _picture_options(command)
    _add(command, "--pairs", "photo:style,photo:style", (), type=_words)
    _add(command, "--engines", "names; baseline@seconds and @quality cut it", (), type=_words)
    _add(command, "--seconds", "after which baselines are cut", None, type=_positive)
    _add(command, "--steps-scale", "factor on the baselines' steps", 1.0, type=_positive)
    command.add_argument("--cold", action="store_true", help="count compilation, too")


def _sheet_options(command: argparse.ArgumentParser) -> None:
    _picture_options(command)
    _add(command, "--photos", "names or paths; all by default", (), type=_words)
    _add(command, "--styles", "names or paths", (), type=_words)
    _add(command, "--most", "styles, where none are named", 6, type=_count)
    _add(command, "--qualities", "of ours", ("draft", "standard", "fine"), type=_qualities)


def _controls_options(command: argparse.ArgumentParser) -> None:
    # Mixed on every machine, so that a picture does not depend on whose it was painted on.
    command.set_defaults(precision="mixed")
    _add(command, "--only", "names of controls; all by default", (), type=_words)
    _add(command, "--size", "long side of a tile in pixels", 288, type=_size)
    _add(command, "--out", "folder of the pictures", Path("bench"), type=Path)


def _picture_options(command: argparse.ArgumentParser) -> None:
    _add(command, "--size", "long side in pixels", 256, type=_size)
    _add(command, "--out", "folder of the results", Path("bench"), type=Path)
    _add(command, "--pictures", "folder with content/ and style/", None, type=Path)
    command.add_argument("--fresh", action="store_true", help="measure again what is there")


def _cost_options(command: argparse.ArgumentParser) -> None:
    _add(command, "--out", "folder of the results", Path("bench"), type=Path)
    _add(command, "--sizes", "long sides in pixels", _sizes(_SIZES), type=_sizes)
    _add(command, "--steps", "of each short job", 12, type=_count)
    _add(command, "--jobs", "in a row, 0 for none", 20, type=_none_or_three)


def _probe_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=("size", "jobs"))
    _add(command, "--size", "long side in pixels", 256, type=_size)
    _add(command, "--steps", "of each job", 12, type=_count)
    _add(command, "--jobs", "in a row", 20, type=_none_or_three)


def _scale_options(commands: Any) -> None:
    about = "a cluster of any size, simulated"
    command = commands.add_parser("scale", help=about, description=about)
    command.set_defaults(run=_scale)
    _add(command, "--out", "folder of the results", Path("bench"), type=Path)
    _add(command, "--workers", "numbers of them", (1, 10, 100, 1000), type=_counts)
    _add(command, "--jobs", "that come in an hour", (10, 100, 1000, 10_000, 100_000), type=_counts)
    _add(command, "--bots", "that share the cluster", 1, type=_count)
    _add(command, "--paint", "seconds that a worker is at a job", 10.0, type=_positive)
    _add(command, "--count", "jobs that are simulated", 20_000, type=_many)
    _add(command, "--seed", "of chance", 0, type=int)


def _add(parser: argparse.ArgumentParser, name: str, about: str, default: Any, **more: Any) -> None:
    parser.add_argument(name, help=about, default=default, **more)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _size(text: str) -> int:
    low, high = RANGES["size"]
    return _whole(text, low, high)


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(_size(word) for word in _words(text)) or (_size(text),)


def _count(text: str) -> int:
    return _whole(text, 1, 10_000)


def _counts(text: str) -> tuple[int, ...]:
    return tuple(_many(word) for word in _words(text)) or (_many(text),)


def _many(text: str) -> int:
    return _whole(text, 1, 1_000_000)


def _none_or_three(text: str) -> int:
    return 0 if text == "0" else _whole(text, 3, 10_000)


def _positive(text: str) -> float:
    return _between(text, 1e-6, 1e9)


def _whole(text: str, low: float, high: float) -> int:
    value = _between(text, low, high)
    if value != round(value):
        msg = f"{text!r} is not a whole number"
        raise argparse.ArgumentTypeError(msg)
    return round(value)


def _between(text: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        msg = f"{text!r} is not a number between {low:g} and {high:g}"
        raise argparse.ArgumentTypeError(msg)
    return value


def _qualities(text: str) -> tuple[str, ...]:
    words = _words(text)
    if not words or (unknown := [word for word in words if word not in list(Quality)]):
        msg = f"{unknown[0] if words else text!r} is not one of {', '.join(Quality)}"
        raise argparse.ArgumentTypeError(msg)
    return words


if __name__ == "__main__":
    sys.exit(main())
