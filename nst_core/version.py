"""The version of Stylegram, for its engine and its chat side alike: this is its one home."""

__all__ = ["VERSION"]

VERSION = "0.1.0"
