"""Names and addresses of machines."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

__all__ = ["is_http_url", "is_loopback"]


def is_loopback(host: str) -> bool:
    """Whether the name is this machine's own, which no other can reach."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_http_url(text: str) -> bool:
    """Whether the text is an http(s) address with a machine in it."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
