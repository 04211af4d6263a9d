"""The devices that TensorFlow computes on."""

from __future__ import annotations

from functools import cache

import tensorflow as tf

__all__ = ["describe", "prepare"]


@cache
def prepare() -> None:
    """Let TensorFlow take GPU memory as it needs it. Must run before the first computation."""
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, enable=True)


def describe() -> str:
    """The device that computes: the GPU's product name, or ``CPU``."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return "CPU"
    details = tf.config.experimental.get_device_details(gpus[0])
    return str(details.get("device_name", "GPU"))
