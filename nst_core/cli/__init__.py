"""`nst`: the engine on the command line.

Exit codes: 0 done, 1 the work failed, 2 bad input, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

from nst_core import errors
from nst_core.cli import cluster, doctor, styles, stylize, weights, worker
from nst_core.version import VERSION

__all__ = ["main"]

# The person can mend these; everything else that ends a run is our failure or the machine's.
_BAD_INPUT = (
    errors.BrokerRefused,
    errors.ExtraMissing,
    errors.FetchError,
    errors.ImageRejected,
    errors.InvalidSettings,
    errors.SketchUnavailable,
    errors.UnknownStyle,
    errors.WeightsError,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the value is the process' exit code."""
    # Start-up logs and warnings of libraries would drown the one line that matters.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except errors.StylizeError as error:
        return _complain(str(error), 2 if isinstance(error, _BAD_INPUT) else 1)
    except KeyboardInterrupt:
        return _complain("interrupted", 130)
    except BrokenPipeError:
        # The reader of our output has gone: nothing is left to say, and nowhere to say it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _complain(f"{error.filename or 'output'}: {error.strerror}", 1)
    return code


def _complain(message: str, code: int) -> int:
    sys.stderr.write(f"nst: {' '.join(message.split())}\n")
    return code


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` says the rest."""

    def error(self, message: str) -> NoReturn:
        raise SystemExit(_complain(f"{message}; `{self.prog} --help` tells more", 2))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="nst", description="Paint a photo in the style of a picture.")
    parser.add_argument("--version", action="version", version=f"Stylegram {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (stylize, styles, weights, doctor, worker, cluster):
        command.register(commands)
    return parser
