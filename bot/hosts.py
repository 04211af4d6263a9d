"""Names and addresses of machines."""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final, TypeAlias
from urllib.parse import urlsplit

__all__ = ["Address", "is_http_url", "is_loopback", "is_public"]

Address: TypeAlias = IPv4Address | IPv6Address

# What `is_global` takes for public in some releases of Python or in all of them: assignments of
# the IETF, and the way into 6to4, which leads on to any address at all.
_NOT_PUBLIC_4: Final = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
_UNICAST: Final = IPv6Network("2000::/3")
# Assignments of the IETF with Teredo among them, two ranges for documentation, and 6to4.
_NOT_PUBLIC_6: Final = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20", "2002::/16")
)
# Networks without IPv4 reach it by these, and their name servers give them out (RFC 6052).
_NAT64: Final = IPv6Network("64:ff9b::/96")


def is_loopback(host: str) -> bool:
    """Whether the name is this machine's own, which no other can reach."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(address: Address) -> bool:
    """Whether the address is one machine's somewhere on the internet.

    An IPv6 address that stands for an IPv4 address is as public as that one.
    """
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        return _is_public_6(address) if inner is None else is_public(inner)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _NOT_PUBLIC_4)
    )


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped


def _is_public_6(address: IPv6Address) -> bool:
    return address in _UNICAST and not any(address in network for network in _NOT_PUBLIC_6)


def is_http_url(text: str) -> bool:
    """Whether the text is an http(s) address with a machine in it."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
