"""What an image holds and how it runs, without a container engine: `python -m tests.image BASE`.

Does what the Dockerfile says, step by step, in folders made from BASE: the root of a Debian system
with Python in it, such as debootstrap makes. Then it runs the result like a container: as the user
of the image, without capabilities, the root read-only, a process tree of its own. For Linux and
root; needs `unshare` and `setpriv`.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).parent.parent
PATH: Final = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
# As in compose.yaml.
GRACE: Final = 30.0
PATIENCE: Final = 120.0


@dataclass
class Stage:
    """A stage as far as it is built, and what its image would say of itself."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0:0"
    entry: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    is_done: bool = False

    def fill(self, text: str) -> str:
        """Put in what variables stand for, by the few forms that the Dockerfile uses."""

        def value(found: re.Match[str]) -> str:
            known = {"PATH": PATH} | self.arguments | self.env
            said = known.get(found["name"], "")
            return found["then"] or "" if said and found["then"] is not None else said

        return re.sub(r"\$\{(?P<name>\w+)(?::\+(?P<then>[^}]*))?\}", value, text)


def steps(text: str) -> Iterator[tuple[str, str]]:
    """Instructions and what they are told, comments and broken lines put right."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    for step in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, _, rest = step.partition(" ")
        yield name, rest.strip()


class Builder:
    """Builds stages, each in a folder of its own in `place`.

    Args:
        base: what every `FROM python` stands for.
        place: where to work; stages that lie there already are taken as they are.
        wheels: a folder to install from; None for the usual index.
        arguments: build arguments.
    """

    def __init__(
        self, base: Path, place: Path, wheels: Path | None, arguments: dict[str, str]
    ) -> None:
        self._base = base
        self._place = place
        self._wheels = wheels
        self._arguments = arguments
        self._stages: dict[str, Stage] = {}
        self._here = Stage(Path())

    def build(self, target: str) -> Stage:
        """The target's stage, and those that it needs."""
        wanted = needed(target)
        skipping = False
        for name, rest in steps((SOURCES / "Dockerfile").read_text()):
            if name == "FROM":
                source, _, stage = rest.partition(" AS ")
                skipping = stage not in wanted
                if not skipping:
                    self._begin(stage, source)
            elif not skipping and self._here.root != Path():
                say(f"{name} {rest}"[:120])
                if not (self._here.is_done and name in {"RUN", "COPY"}):
                    getattr(self, f"_{name.lower()}", self._pass)(rest)
        return self._stages[target]

    def _begin(self, name: str, source: str) -> None:
        say(f"FROM {source} AS {name}")
        before = self._stages.get(source, Stage(self._base))
        root = self._place / name
        if not (was_here := root.exists()):
            subprocess.run(["cp", "-a", "--reflink=auto", before.root, root], check=True)  # noqa: S607
        self._here = Stage(root, {**before.env}, {}, before.folder, before.user)
        self._here.entry, self._here.health = before.entry, before.health
        self._here.is_done = was_here
        self._stages[name] = self._here

    def _pass(self, rest: str) -> None:
        """Nothing that a folder could hold: LABEL, EXPOSE, STOPSIGNAL, VOLUME."""

    def _arg(self, rest: str) -> None:
        name, _, value = rest.partition("=")
        self._here.arguments[name] = self._arguments.get(name, value.strip('"'))

    def _env(self, rest: str) -> None:
        pairs = [word.partition("=")[::2] for word in shlex.split(rest)]
        self._here.env |= {name: self._here.fill(value) for name, value in pairs}

    def _workdir(self, rest: str) -> None:
        self._here.folder = rest
        (self._here.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def _user(self, rest: str) -> None:
        self._here.user = rest

    def _entrypoint(self, rest: str) -> None:
        self._here.entry = json.loads(rest)

    def _healthcheck(self, rest: str) -> None:
        self._here.health = json.loads(rest.partition("CMD ")[2])

    def _copy(self, rest: str) -> None:
        words = shlex.split(rest)
        source = SOURCES
        if words[0].startswith("--from="):
            source = self._stages[words.pop(0).removeprefix("--from=")].root
        *names, target = words
        into = self._here.root / str(Path(self._here.folder) / target).lstrip("/")
        for name in names:
            found = source / name.lstrip("/")
            assert found.exists(), f"COPY of {name}, which is not there"
            if not found.is_dir():
                shutil.copy2(found, into)
                continue
            into.mkdir(parents=True, exist_ok=True)
            ignored = shutil.ignore_patterns("__pycache__") if source == SOURCES else None
            shutil.copytree(found, into, symlinks=True, dirs_exist_ok=True, ignore=ignored)

    def _run(self, rest: str) -> None:
        more = {"PIP_ROOT_USER_ACTION": "ignore"}
        if self._wheels:
            more |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/mnt"}
        stage = self._here
        mount = f"mount --bind {self._wheels} {stage.root}/mnt; " if self._wheels else ""
        inside(stage, ["/bin/sh", "-c", rest], {**stage.arguments, **more}, mount)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def needed(target: str) -> set[str]:
    """The stages that a target is made of."""
    sources: dict[str, set[str]] = {}
    name = ""
    for step, rest in steps((SOURCES / "Dockerfile").read_text()):
        if step == "FROM":
            source, _, name = rest.partition(" AS ")
            sources[name] = {source}
        elif found := re.match(r"--from=(\S+)", rest):
            sources[name].add(found[1])
    wanted: set[str] = set()
    todo = {target}
    while todo:
        wanted |= todo
        todo = set().union(*(sources.get(stage, set()) for stage in todo)) - wanted
    return wanted


def inside(stage: Stage, command: Sequence[str], more: dict[str, str], mount: str) -> None:
    """Run a step of the build in the stage's folder, as root."""
    script = (
        f"{mount}mount -t proc proc {stage.root}/proc; mount --rbind /dev {stage.root}/dev; "
        f"cp --remove-destination /etc/resolv.conf {stage.root}/etc/resolv.conf; "
        f'exec chroot {stage.root} /bin/sh -c \'cd {stage.folder} && exec "$@"\' sh "$@"'
    )
    subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "sh", "-ec", script, "sh", *command],  # noqa: S607
        env={"PATH": PATH, **stage.env, **more},
        check=True,
    )


def started(stage: Stage, data: Path, command: list[str], **more: str) -> subprocess.Popen[bytes]:
    """Run a command as a container would: read-only, without rights, first of its own processes."""
    root = stage.root
    uid, _, gid = stage.user.partition(":")
    script = (
        f"mount --bind {root} {root}; mount --bind {data} {root}/data; "
        f"mount -t tmpfs -o noexec,nosuid,nodev,mode=1777 tmpfs {root}/tmp; "  # noqa: S108
        f"mount -t proc proc {root}/proc; mount --rbind /dev {root}/dev; "
        f"mount -o remount,bind,ro {root}; "
        f"exec unshare --root {root} --wd {stage.folder} setpriv --reuid {uid} --regid {gid} "
        '--clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs "$@"'
    )
    unshared = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", script, "sh"]
    return subprocess.Popen([*unshared, *command], env={"PATH": PATH, **stage.env, **more})


def proved(stage: Stage, data: Path) -> None:
    """Run the demo, look at its page and its health, and end it as an engine would.

    Raises:
        AssertionError: something is not as it should be.
    """
    command = [*stage.entry, "--demo", "--no-open", "--host", "0.0.0.0", "--port", "8018"]  # noqa: S104
    began = time.monotonic()
    shell = started(stage, data, command, STYLEGRAM_METRICS_PORT="9190")
    try:
        page = waited_for(shell, 8018, "/")
        assert b"Stylegram" in page
        say(f"page: {time.monotonic() - began:.1f} s after the start")
        say(waited_for(shell, 9190, "/livez").decode())
        assert started(stage, data, stage.health, STYLEGRAM_METRICS_PORT="9190").wait() == 0
        first = only_child(shell.pid)
        facts = Path(f"/proc/{first}/status").read_text()
        uid = stage.user.partition(":")[0]
        assert re.search(rf"^Uid:\s{uid}\s{uid}\s", facts, re.MULTILINE), facts
        assert re.search(r"^CapBnd:\s0+$", facts, re.MULTILINE), facts
        assert re.search(r"^NSpid:\s\d+\s1$", facts, re.MULTILINE), facts
        say(waited_for(shell, 9190, "/healthz", until=b'"ready": true').decode())
        ending = time.monotonic()
        os.kill(first, signal.SIGTERM)
        assert shell.wait(GRACE) == 0
        say(f"gone: {time.monotonic() - ending:.1f} s after SIGTERM, code 0")
    finally:
        shell.kill()


def only_child(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    assert len(children) == 1
    return int(children[0])


def waited_for(
    shell: subprocess.Popen[bytes], port: int, path: str, *, until: bytes = b""
) -> bytes:
    """What is at an address of this machine, once it answers and holds the words."""
    deadline = time.monotonic() + PATIENCE
    while True:
        assert shell.poll() is None, "it has ended by itself"
        assert time.monotonic() < deadline, f"nothing at {path}"
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            line.request("GET", path)
            if until in (body := line.getresponse().read()):
                return body
        except OSError:
            pass
        time.sleep(0.05)


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.image", description=__doc__)
    parser.add_argument("base", type=Path, help="the root of a Debian system with Python")
    parser.add_argument("--target", default="cpu")
    parser.add_argument("--place", type=Path, help="work in this folder, and leave it there")
    parser.add_argument("--wheels", type=Path, help="install from this folder, not the index")
    parser.add_argument("--weights", type=Path, help="a weights file for the data volume")
    parser.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--then", help="run this command instead of the demo")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place: Path = options.place or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        arguments = dict(pair.split("=", 1) for pair in options.build_arg)
        stage = Builder(options.base, place, options.wheels, arguments).build(options.target)
        # A new volume begins as a copy of what the image has there.
        data = Path(folder) / "volume"
        subprocess.run(["cp", "-a", stage.root / "data", data], check=True)  # noqa: S607
        if options.weights:
            (data / "keras/models").mkdir()
            shutil.copy(options.weights, data / "keras/models")
        if options.then:
            return started(stage, data, shlex.split(options.then)).wait()
        proved(stage, data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
