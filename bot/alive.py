"""`python -m bot.alive`: whether the bot of this machine says that it lives, for containers."""

from __future__ import annotations

import http.client
import os
import sys
from typing import Final

__all__ = ["main"]

_PATIENCE: Final = 5.0
_PORT: Final = "STYLEGRAM_METRICS_PORT"


def main(path: str = "/livez") -> int:
    """Ask this machine's metrics port; the exit code, 0 where the answer is 200."""
    # No proxy is asked, whatever the environment says.
    line = http.client.HTTPConnection("127.0.0.1", int(os.environ[_PORT]), timeout=_PATIENCE)
    try:
        line.request("GET", path)
        response = line.getresponse()
        sys.stdout.write(response.read().decode(errors="replace"))
    except (OSError, http.client.HTTPException) as error:
        sys.stdout.write(f"Nothing answers at {line.host}:{line.port}: {error}\n")
        return 1
    return 0 if response.status == http.HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
