"""`nst doctor`: what is installed here, what it computes on, and whether it paints.

Exit code 0 where a painting came of it, 1 where it did not, or only a sketch.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from nst_core.checkup import SIZE, Checkup
from nst_core.cli import sources
from nst_core.finding import Finding
from nst_core.settings import RANGES, Settings

__all__ = ["register"]


def register(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "doctor",
        help="say what is installed, what it computes on, and what is wrong",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--size", type=int, default=SIZE, help=f"long side of the trial in pixels; {SIZE} if unsaid"
    )
    parser.add_argument("--json", action="store_true", help="for programs")


def run(arguments: argparse.Namespace) -> int:
    """Try everything that painting needs, and tell."""
    low, high = RANGES["size"]
    if not low <= arguments.size <= high:
        sources.refuse(f"--size must be from {low:g} to {high:g}.")
    checkup = Checkup(Settings(size=arguments.size))
    findings = []
    for finding in checkup.all():
        findings.append(finding)
        if not arguments.json:
            sys.stdout.write(f"{finding}\n")
            sys.stdout.flush()
    if arguments.json:
        sys.stdout.write(f"{json.dumps(_plain(checkup, findings), indent=1)}\n")
    return 0 if checkup.paints else 1


def _plain(checkup: Checkup, findings: list[Finding]) -> dict[str, Any]:
    report = checkup.result.report() if checkup.result else {}
    return {
        "paints": checkup.paints,
        "findings": [
            {"about": found.about, "fine": found.is_fine, "text": found.text} for found in findings
        ],
        "trial": {name: report[name] for name in report if name not in {"losses", "settings"}},
    }
