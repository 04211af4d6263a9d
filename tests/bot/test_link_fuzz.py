"""Links that mean harm: whatever is written, no forbidden address is reached, nothing else raised.

What is forbidden is written down here once more, from the registries of the IANA.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import event, example, given
from hypothesis import strategies as st
from telegram import Message, MessageEntity

from bot.errors import LinkRefused
from bot.handlers.strays import _link_in
from bot.hosts import Address, is_http_url, is_public
from bot.links import Links
from tests.fuzz import thorough

FORBIDDEN_4: Final = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
FORBIDDEN_6: Final = [
    IPv6Network(network)
    for network in (
        "::/96",
        "::ffff:0:0:0/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
]
_MAPPED, _NAT64 = IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96")


def is_forbidden(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return any(address in network for network in FORBIDDEN_4)
    plain = IPv6Address(int(address))
    if plain in _MAPPED or plain in _NAT64:
        return is_forbidden(IPv4Address(int(plain) & 0xFFFFFFFF))
    return any(plain in network for network in FORBIDDEN_6)


# Addresses: any, and those at the edges of what is forbidden.

_edges_4 = st.sampled_from(FORBIDDEN_4).flatmap(
    lambda network: (
        st.sampled_from([int(network[0]) + by for by in (-1, 0, 1)])
        | st.sampled_from([int(network[-1]) + by for by in (-1, 0, 1)])
    )
)
_edges_6 = st.sampled_from(FORBIDDEN_6).flatmap(
    lambda network: (
        st.sampled_from([int(network[0]) + by for by in (-1, 0, 1)])
        | st.sampled_from([int(network[-1]) + by for by in (-1, 0, 1)])
    )
)
v4 = st.ip_addresses(v=4) | _edges_4.map(lambda number: IPv4Address(number % 2**32))
_inside = {
    "mapped": lambda inner: 0xFFFF << 32 | inner,
    "compatible": lambda inner: inner,
    "translated": lambda inner: 0xFFFF << 48 | inner,
    "nat64": lambda inner: 0x64FF9B << 96 | inner,
    "local nat64": lambda inner: 0x64FF9B0001 << 80 | inner,
    "6to4": lambda inner: 0x2002 << 112 | inner << 80,
    "teredo": lambda inner: 0x20010000 << 96 | (inner ^ 0xFFFFFFFF),
}
v6 = st.one_of(
    st.ip_addresses(v=6),
    _edges_6.map(lambda number: IPv6Address(number % 2**128)),
    st.builds(
        lambda how, inner: IPv6Address(_inside[how](int(inner))), st.sampled_from([*_inside]), v4
    ),
)


@given(v4 | v6)
@thorough(1500)
def test_no_forbidden_address_counts_as_public(address: Address) -> None:
    assert not (is_public(address) and is_forbidden(address))


# Spellings.


def _octal(address: IPv4Address) -> str:
    return ".".join(f"0{byte:o}" for byte in address.packed)


def _hexadecimal(address: IPv4Address) -> str:
    return ".".join(f"{byte:#x}" for byte in address.packed)


def _short(address: IPv4Address) -> str:
    return f"{address.packed[0]}.{int(address) & 0xFFFFFF}"


def _full_width(address: IPv4Address) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) for letter in str(address))


def _escaped(address: IPv4Address) -> str:
    return "".join(f"%{ord(letter):02x}" for letter in str(address))


_spellings_4 = [
    str,
    lambda address: str(int(address)),
    lambda address: hex(int(address)),
    lambda address: f"{address}.",
    lambda address: str(address).replace(".", "。"),
    _octal,
    _hexadecimal,
    _short,
    _full_width,
    _escaped,
]
_spellings_6 = [
    lambda address: f"[{address}]",
    lambda address: f"[{address.exploded}]".upper(),
    lambda address: f"[{address}%25lo]",
    lambda address: f"[{address}%lo]",
    lambda address: f"[{address}%1]",
    lambda address: f"%5B{address}%5D",
    str,
]
_words = st.text("abc-_xn é中ß①。%0\u202e\u00ad", max_size=9)
hosts = st.one_of(
    st.builds(lambda address, spell: spell(address), v4, st.sampled_from(_spellings_4)),
    st.builds(lambda address, spell: spell(address), v6, st.sampled_from(_spellings_6)),
    st.builds("{}.{}".format, _words, st.sampled_from(["com", "localhost", "xn--p1ai", "рф"])),
    st.sampled_from(["localhost", "LOCALHOST.", "metadata.google.internal", "0", "", "."]),
    st.text(max_size=12),
)
links = st.one_of(
    st.text(),
    st.builds("http://{}:8080/{}".format, hosts, st.text(max_size=9)),
    st.builds("https://{}/cat.png".format, hosts),
    st.builds(
        "{}{}{}{}{}".format,
        st.sampled_from(["http://", "https://", "hTTp://", "http:\\\\", "//", "ftp://", ""]),
        st.sampled_from(["", "user@", "user:word@", "@", "a@b@", "8.8.8.8\\@", "8.8.8.8#@"]),
        hosts,
        st.sampled_from(["", ":80", ":443", ":8080", ":22", ":0", ":", ":٨٠", ":99999", ":-1"]),
        st.sampled_from(
            ["", "/", "/cat.png", "/%00", "?http://10.0.0.1/", "#@10.0.0.1", "\r\nX: y"]
        )
        | st.text(max_size=9),
    ),
)


class Names(AbstractResolver):
    """Name servers that answer as they like."""

    def __init__(self, answers: list[Address]) -> None:
        self._answers = answers

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - aiohttp names it
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._answers
        ]

    async def close(self) -> None:
        """Nothing to release."""


@given(links, st.lists(v4 | v6, min_size=1, max_size=3))
@thorough(300)
@example("http://[fe80::1%25lo]/", [ip_address("fe80::1%lo")])
async def test_whatever_the_link_no_forbidden_address_is_reached(
    url: str, answers: list[Address]
) -> None:
    asked: list[Address] = []

    def guard(address: Address) -> bool:
        asked.append(address)
        assert not (is_public(address) and is_forbidden(address))
        # Nobody is to be bothered, not even where it would be allowed.
        return False

    async with Links(is_allowed=guard, resolver=Names(answers)) as found:
        with pytest.raises(LinkRefused):
            await found.fetch(url)
    event("a connection was about to be opened" if asked else "no connection")


@given(links)
@thorough(300)
async def test_whatever_the_link_it_is_found_or_not(url: str) -> None:
    text = f"🖼 {url} !"
    length = len(url.encode("utf-16-le")) // 2
    if not length:
        return
    entity = MessageEntity(MessageEntity.URL, 3, length)
    hidden = MessageEntity(MessageEntity.TEXT_LINK, 0, 2, url=url)
    for entities in ([entity], [hidden]):
        message = Message.de_json(
            {
                "message_id": 1,
                "date": 0,
                "chat": {"id": 1, "type": "private"},
                "text": text,
                "entities": [each.to_dict() for each in entities],
            },
            None,
        )
        assert message is not None
        link = _link_in(message)
        assert link is None or is_http_url(link)
