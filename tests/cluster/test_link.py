"""The way to the broker: what its address may be, and whom it is safe from."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from nst_core.cluster import link
from nst_core.cluster.app import make_app
from nst_core.cluster.names import NAMES
from nst_core.errors import BrokerRefused

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")


class Authority:
    """Signs certificates for servers; everything is in `place`."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._openssl(
            "req", "-x509", *KEY, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca"
        )

    def sign(self, host: str) -> ssl.SSLContext:
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-addext", f"subjectAltName=DNS:{host}")
        files = ("-keyout", f"{host}.key", "-out", f"{host}.pem")
        self._openssl("req", "-x509", *KEY, *signed, *files, "-subj", "/CN=server")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.place / f"{host}.pem", self.place / f"{host}.key")
        return context

    def _openssl(self, *arguments: str) -> None:
        program = shutil.which("openssl") or ""
        subprocess.run([program, *arguments], cwd=self.place, check=True, capture_output=True)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


@contextmanager
def listening(context: ssl.SSLContext) -> Iterator[tuple[int, list[str]]]:
    """A server that shakes hands and says no more: its port, and how each went."""
    handshakes: list[str] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = server.accept()
                try:
                    context.wrap_socket(client, server_side=True).close()
                    handshakes.append("done")
                except OSError:
                    handshakes.append("refused")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], handshakes
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_the_brokers_certificate_must_be_its_own(authority: Authority) -> None:
    """Otherwise whoever has one for any name could listen in."""
    with listening(authority.sign("other.example")) as (port, handshakes):
        url = f"amqps://bot:secret@localhost:{port}/style"
        with pytest.raises(BrokerRefused, match=r"No safe connection.*CERTIFICATE"):
            link.greet(url)
        with (
            pytest.raises(ssl.SSLCertVerificationError, match="localhost"),
            make_app(url, NAMES).connection_for_read() as connection,
        ):
            connection.connect()
    assert {*handshakes} == {"refused"}


@pytest.mark.parametrize("scheme", ["amqps", "AMQPS"])
def test_the_brokers_own_certificate_is_taken(authority: Authority, scheme: str) -> None:
    with listening(authority.sign("localhost")) as (port, handshakes):
        link.greet(f"{scheme}://bot:secret@localhost:{port}/style")
    assert {*handshakes} == {"done"}


@pytest.mark.parametrize("sign", "/?#@")
@pytest.mark.parametrize("secret", ["12{}34", "s3{}cret", "{}1234", "1234{}"])
def test_no_part_of_a_password_is_shown(secret: str, sign: str) -> None:
    """Signs that end the host of an address, written into a password as they are."""
    try:
        shown = link.place_of(f"amqp://gpu:{secret.format(sign)}@broker.example/style")
    except BrokerRefused as error:
        shown = str(error)
        assert "must look like" in shown
    assert not any(part in shown for part in ("12", "34", "s3", "cret"))


def test_signs_in_a_password_may_be_escaped() -> None:
    url = "amqps://gpu:12%2F34@broker.example/style"
    assert link.place_of(url) == "amqps://broker.example:5671/style"
