"""A real RabbitMQ of the tests' own, on free ports of 127.0.0.1, with users of least rights."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.ports import free_port

__all__ = ["HOSTS", "Broker", "program"]

ROOT: Final = Path(__file__).parent.parent.parent
HOSTS: Final = tuple(f"t{number}" for number in range(64))
"""Virtual hosts: a test has one for itself."""

PASSWORDS: Final = {
    "bot": "bot-secret",
    "gpu": "gpu-secret",
    "flower": "flower-secret",
    "nobody": "nothing",
}
LARGEST_MESSAGE: Final = 8_000_000
_STARTING: Final = 60.0


def program() -> Path | None:
    """RabbitMQ's server program, as Debian installs it."""
    return next(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"), None)


def documented_rights() -> dict[str, tuple[str, str, str]]:
    """What `docs/cluster.md` tells operators to give to whom: configure, write, read."""
    text = (ROOT / "docs" / "cluster.md").read_text().replace("\\\n", " ")
    found = re.findall(r"set_permissions -p style (\w+)\s+'(.*?)'\s+'(.*?)'\s+'(.*?)'", text)
    return {user: (configure, write, read) for user, configure, write, read in found}


@dataclass
class Broker:
    """The server's process, its files in `place`."""

    place: Path
    port: int = 0
    _dist: int = 0
    _epmd: int = 0
    _shells: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def url(self, host: str, user: str = "bot", password: str | None = None) -> str:
        secret = PASSWORDS.get(user, "") if password is None else password
        return f"amqp://{user}:{secret}@127.0.0.1:{self.port}/{host}"

    def start(self) -> None:
        """Start, the first time or again, and wait until it takes connections."""
        if not self.port:
            self.port, self._dist, self._epmd = (free_port() for _ in range(3))
            self._configure()
        server = program()
        assert server
        with (self.place / "output").open("ab") as output:
            self._shells.append(
                subprocess.Popen(
                    [str(server)],
                    env=os.environ | self._environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            )
        deadline = time.monotonic() + _STARTING
        while not self._answers():
            assert time.monotonic() < deadline, (self.place / "output").read_text()[-3000:]
            time.sleep(0.1)

    def kill(self) -> None:
        """End it as a loss of power would."""
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        while self._shells:
            self._shells.pop().wait()

    def pids(self) -> list[int]:
        """The server's processes."""
        return self._processes("beam.smp")

    def stop(self) -> None:
        """End it, and the name server that it has started."""
        self.kill()
        for pid in self._processes("epmd"):
            os.kill(pid, signal.SIGKILL)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def _processes(self, name: str) -> list[int]:
        """Our own by this name: only they have our folder or our port in what they were given."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (folder / "cmdline").read_bytes()
                surroundings = (folder / "environ").read_bytes()
                if name.encode() in command.split(b"\0")[0] and (
                    f"{self.place}".encode() in command
                    or f"ERL_EPMD_PORT={self._epmd}\0".encode() in surroundings
                ):
                    found.append(int(folder.name))
        return found

    def _environment(self) -> dict[str, str]:
        place = self.place
        return {
            "HOME": str(place),
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._dist),
            "RABBITMQ_CONFIG_FILE": str(place / "rabbitmq.conf"),
            "RABBITMQ_MNESIA_BASE": str(place / "mnesia"),
            "RABBITMQ_LOG_BASE": str(place / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(place / "plugins"),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }

    def _configure(self) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        (self.place / "plugins").write_text("[].\n")
        definitions = self.place / "definitions.json"
        definitions.write_text(json.dumps(_definitions(documented_rights(), HOSTS)))
        (self.place / "rabbitmq.conf").write_text(
            f"load_definitions = {definitions}\nlog.file.level = warning\n"
            f"max_message_size = {LARGEST_MESSAGE}\n"
        )


def _definitions(
    rights: dict[str, tuple[str, str, str]], hosts: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    return {
        "vhosts": [{"name": host} for host in hosts],
        "users": [
            {
                "name": user,
                "password_hash": _hash(password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
            for user, password in PASSWORDS.items()
        ],
        "permissions": [
            {"user": user, "vhost": host, "configure": configure, "write": write, "read": read}
            for user, (configure, write, read) in rights.items()
            for host in hosts
        ],
    }


def _hash(password: str) -> str:
    salt = b"salt"
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
