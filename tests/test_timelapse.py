"""The film of a painting: what players need of the file, and what people see in it."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction

import av
import numpy as np
import pytest

from nst_core import images
from nst_core.images import Picture
from nst_core.timelapse import FPS, MAX_SIDE, OPENING, TimeLapse

SIZES = [(48, 64), (33, 51), (16, 16), (17, 340)]
RED, BLUE, GREY = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.5, 0.5)

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)

Paint = Callable[[int, int], Picture]


def plain(colour: tuple[float, float, float], height: int = 32, width: int = 48) -> Picture:
    return np.full((height, width, 3), colour, np.float32)


def rgb(frame: av.VideoFrame) -> Picture:
    """A decoded frame's colours as ITU-R BT.709 defines them, each chroma sample over its 2 x 2."""
    height, width = frame.height, frame.width
    planes = frame.to_ndarray().astype(np.float32)
    chroma = planes[height:].reshape(2, height // 2, width // 2).repeat(2, 1).repeat(2, 2)
    luma, (blue, red) = (planes[:height] - 16) / 219, (chroma - 128) / 224
    r, b = luma + 1.5748 * red, luma + 1.8556 * blue
    return np.stack([r, (luma - LUMA[0] * r - LUMA[2] * b) / LUMA[1], b], axis=-1)


def frames(film: bytes) -> list[Picture]:
    with av.open(io.BytesIO(film), "r") as container:
        return [rgb(frame) for frame in container.decode(video=0)]


def boxes(film: bytes) -> Iterator[str]:
    """The names of an MP4 file's boxes, in order."""
    at = 0
    while at < len(film):
        size, name = struct.unpack_from(">I4s", film, at)
        yield name.decode()
        at += size


def seconds(film: bytes) -> float:
    return len(frames(film)) / FPS


def padded(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    return np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")


def difference(shown: Picture, meant: Picture) -> float:
    """Mean, in units of the [0, 1] range: of the light by pixel, of the colours by 2 x 2 pixels."""
    error = shown - padded(meant)
    height, width = error.shape[:2]
    colours = error.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    return float(max(np.abs(error @ LUMA).mean(), np.abs(colours).mean()))


def test_the_file_suits_phones_and_browsers(gradient: Paint) -> None:
    lapse = TimeLapse()
    for _ in range(10):
        lapse.add(gradient(32, 48))
    film = lapse.film(gradient(64, 96))
    order = list(boxes(film))
    assert order.index("moov") < order.index("mdat")
    with av.open(io.BytesIO(film), "r") as container:
        (stream,) = container.streams
        assert isinstance(stream, av.VideoStream)
        codec = stream.codec_context
        assert (codec.name, codec.pix_fmt, codec.profile) == ("h264", "yuv420p", "High")
        assert (codec.width, codec.height, codec.framerate) == (96, 64, Fraction(FPS))
        # ITU-T H.273: 1 is BT.709; libavutil: 1 is the limited range.
        tags = (codec.color_primaries, codec.color_trc, codec.colorspace, codec.color_range)
        assert tags == (1, 1, 1, 1)
        assert container.duration == pytest.approx((OPENING + 6 + 2) * 1_000_000, abs=50_000)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_it_begins_with_the_first_stage_and_ends_with_the_result(
    gradient: Paint, height: int, width: int
) -> None:
    first, result = gradient(height, width), gradient(height, width)[::-1, ::-1].copy()
    lapse = TimeLapse()
    lapse.add(first)
    shown = frames(lapse.film(result))
    assert shown[0].shape == (height + height % 2, width + width % 2, 3)
    assert all(difference(frame, first) < 0.02 for frame in shown[: round(OPENING * FPS)])
    assert all(difference(frame, result) < 0.02 for frame in shown[-2 * FPS :])


@pytest.mark.parametrize(("height", "width"), [(17, 35), (32, 35), (17, 48)])
def test_an_odd_side_repeats_its_edge(gradient: Paint, height: int, width: int) -> None:
    result = gradient(height, width)
    last = frames(TimeLapse().film(result))[-1]
    assert difference(last[-2:], padded(result)[-2:]) < 0.02
    assert difference(last[:, -2:], padded(result)[:, -2:]) < 0.02


def test_colours_are_true() -> None:
    colours = [(r, g, b) for r in (0, 0.5, 1) for g in (0, 0.5, 1) for b in (0, 0.5, 1)]
    result = np.concatenate([plain(colour, 32, 16) for colour in colours], axis=1)
    last = frames(TimeLapse().film(result))[-1]
    assert np.abs(last[8:24, 8::16] - result[8:24, 8::16]).max() < 0.03


def test_colours_do_not_run() -> None:
    rng = np.random.default_rng(0)
    result = rng.random((24, 32, 3), dtype=np.float32).repeat(2, axis=0).repeat(2, axis=1)
    assert difference(frames(TimeLapse().film(result))[-1], result) < 0.03


def test_coarse_stages_fill_the_frame(gradient: Paint) -> None:
    result = gradient(90, 120)
    lapse = TimeLapse()
    for scale in (8, 4, 2, 1):
        lapse.add(images.resize(result, 90 // scale, 120 // scale))
    shown = frames(lapse.film(result))
    assert {frame.shape for frame in shown} == {result.shape}
    assert max(difference(frame, result) for frame in shown) < 0.04


@pytest.mark.parametrize(("height", "width"), [(70, 1400), (1400, 71)])
def test_a_large_painting_is_scaled_down(gradient: Paint, height: int, width: int) -> None:
    result = gradient(height, width)
    lapse = TimeLapse()
    lapse.add(result)
    shown = frames(lapse.film(result, seconds=0.2, hold=0))
    assert max(shown[-1].shape) == MAX_SIDE
    assert shown[-1].shape[0] % 2 == shown[-1].shape[1] % 2 == 0
    fitted = images.fit((width, height), MAX_SIDE)
    assert difference(shown[-1], images.resize(result, fitted[1], fitted[0])) < 0.02


def test_without_stages_the_result_is_held(gradient: Paint) -> None:
    result = gradient(32, 48)
    shown = frames(TimeLapse().film(result, hold=1.5))
    assert len(shown) == 1.5 * FPS
    assert all(difference(frame, result) < 0.02 for frame in shown)


def test_a_few_stages_are_not_drawn_out() -> None:
    lapse = TimeLapse()
    for _ in range(2):
        lapse.add(plain(GREY))
    assert seconds(lapse.film(plain(GREY))) == OPENING + 2 + 2
    assert seconds(lapse.film(plain(GREY), seconds=1, hold=0.25)) == OPENING + 1 + 0.25
    assert seconds(lapse.film(plain(GREY), seconds=0, hold=0.25)) == 0.25


def test_stages_fade_into_one_another() -> None:
    lapse = TimeLapse()
    for level in (0.0, 0.1, 0.9):
        lapse.add(plain((level, level, level)))
    brightness = [float(frame.mean()) for frame in frames(lapse.film(plain((1, 1, 1))))]
    steps = np.diff(brightness)
    assert steps.min() > -0.01
    # The leap from 0.1 to 0.9 has more time than the short ways, and none jumps.
    assert steps.max() < 0.03


def bar(number: int, of: int) -> Picture:
    """A white bar whose place tells the stage."""
    picture = plain((0, 0, 0), 16, 4 * of)
    picture[:, 4 * number : 4 * number + 4] = 1
    return picture


@pytest.mark.parametrize("keep", [2, 5, 9])
def test_too_many_stages_are_thinned_evenly(keep: int) -> None:
    count = 60
    lapse = TimeLapse(keep)
    for number in range(count):
        lapse.add(bar(number, count))
    film = lapse.film(plain((0, 0, 0), 16, 4 * count))
    brightest = np.max([frame[8, 2::4].mean(axis=-1) for frame in frames(film)], axis=0)
    kept = np.flatnonzero(brightest > 0.6)
    assert len(kept) == keep
    assert (kept[0], kept[-1]) == (0, count - 1)
    gaps = np.diff(kept)
    assert gaps.max() <= 2 * count / (keep - 1)


def test_the_first_and_the_last_stage_are_never_let_go() -> None:
    lapse = TimeLapse(keep=4)
    lapse.add(plain(RED))
    for _ in range(100):
        lapse.add(plain(GREY))
    lapse.add(plain(BLUE))
    film = lapse.film(plain(GREY))
    assert seconds(film) == OPENING + 4 + 2
    assert difference(frames(film)[0], plain(RED)) < 0.03
    assert min(difference(frame, plain(BLUE)) for frame in frames(film)) < 0.05


def test_it_can_be_filmed_again_and_go_on(gradient: Paint) -> None:
    lapse = TimeLapse()
    lapse.add(gradient(32, 48))
    once, again = (np.stack(frames(lapse.film(gradient(32, 48)))) for _ in range(2))
    # Not byte for byte: how the encoder shares out bits depends on its threads' turns.
    assert once.shape == again.shape
    assert np.abs(once - again).mean() < 0.01
    lapse.add(gradient(64, 96))
    assert frames(lapse.film(gradient(64, 96)))[-1].shape == (64, 96, 3)


def test_the_video_library_is_loaded_only_to_film() -> None:
    code = "import sys, nst_core.timelapse as t; t.TimeLapse(); print('av' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
