"""Find, fetch and verify the VGG19 weights, before TensorFlow is even imported."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Any, Final

from nst_core.errors import WeightsError
from nst_core.paths import expanded
from nst_core.settings import VGG19_LAYERS

__all__ = ["FILE_NAME", "VARIABLE", "cache_file", "fetch", "find", "verify"]

VARIABLE: Final = "NST_WEIGHTS"
"""The environment variable that names the file, or the folder that it is in."""

FILE_NAME: Final = "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
"""What Keras calls the file: VGG19's convolutions without its dense layers, 80 MB."""

_CHANNELS: Final = (64, 128, 256, 512, 512)


def cache_file() -> Path:
    """The file where Keras keeps its own download."""
    home = expanded(os.environ.get("KERAS_HOME", "~/.keras"))
    return home / "models" / FILE_NAME


def find() -> Path | None:
    """The verified weights file that is here already, or None where one must be fetched.

    Looks at ``NST_WEIGHTS`` (a file, or a folder with the file), then at the Keras cache.

    Raises:
        WeightsError: ``NST_WEIGHTS`` names nothing usable. The cache is not an alternative then:
            who sets the variable means that file.
    """
    if place := os.environ.get(VARIABLE):
        return verify(_named(expanded(place)))
    return _cached()


def fetch() -> Path:
    """The weights, downloaded by Keras (80 MB, hash checked) when they are not here yet.

    Raises:
        WeightsError: ``NST_WEIGHTS`` names nothing usable, or the download failed.
    """
    return find() or verify(_download())


def verify(path: Path) -> Path:
    """`path`, once its layers and shapes are seen to be VGG19's without the dense layers.

    Raises:
        WeightsError: missing, cut short, or another file.
    """
    import h5py  # slow to load, and importing nst_core must be instant

    try:
        with h5py.File(path) as file:
            _check_layers(path, file)
    except FileNotFoundError as error:
        msg = f"There is no weights file {path}. {_REMEDY}"
        raise WeightsError(msg) from error
    except PermissionError as error:
        msg = f"The weights file {path} may not be read by this user."
        raise WeightsError(msg) from error
    except OSError as error:
        msg = f"The weights file {path} is cut short or not an HDF5 file. {_REMEDY}"
        raise WeightsError(msg) from error
    return path


_REMEDY: Final = f"Set {VARIABLE} to Keras' {FILE_NAME}, or unset it and run `nst weights --fetch`."


def _cached() -> Path | None:
    # An interrupted download may have left anything; Keras compares hashes and replaces it.
    try:
        return verify(cache_file())
    except WeightsError:
        return None


def _named(place: Path) -> Path:
    if not place.is_dir():
        return place
    if (exact := place / FILE_NAME).is_file():
        return exact
    found = sorted(place.glob("*vgg19*notop*.h5"))
    if not found:
        msg = f"The folder {place} holds no VGG19 weights ({FILE_NAME}). {_REMEDY}"
        raise WeightsError(msg)
    return found[0]


def _check_layers(path: Path, file: Any) -> None:
    incoming = 3
    for layer in VGG19_LAYERS:
        outgoing = _CHANNELS[int(layer[len("block")]) - 1]
        shapes = _shapes(file, layer)
        if shapes != {(3, 3, incoming, outgoing), (outgoing,)}:
            msg = f"The file {path} does not hold VGG19's weights: {layer} is not as expected. "
            raise WeightsError(msg + _REMEDY)
        incoming = outgoing


def _shapes(file: Any, layer: str) -> set[tuple[int, ...]]:
    shapes: set[tuple[int, ...]] = set()

    def collect(_: str, item: Any) -> None:
        if hasattr(item, "shape"):
            shapes.add(tuple(item.shape))

    if layer in file:
        file[layer].visititems(collect)
    return shapes


def _download() -> Path:
    from keras.applications import VGG19  # loads TensorFlow

    try:
        # Keras reports the download on stdout, which belongs to the program's own output.
        with contextlib.redirect_stdout(sys.stderr):
            VGG19(include_top=False, weights="imagenet")
    except Exception as error:
        # Keras raises a bare Exception for a failed download and ValueError for a wrong hash.
        msg = (
            "The VGG19 weights could not be downloaded. Go online and run `nst weights --fetch`, "
            f"or bring Keras' {FILE_NAME} from elsewhere and set {VARIABLE} to it."
        )
        raise WeightsError(msg) from error
    return cache_file()
