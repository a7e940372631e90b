"""The address of the client behind a request: found once here, for every service that counts by address."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import NoDecode
from starlette.requests import HTTPConnection

type Network = IPv4Network | IPv6Network

UNKNOWN = "unknown"
"""Stands for a client whose address nobody knows; all such clients are counted as one."""

# The smallest network that providers give out: whoever has one address in it can use all of them.
_IPV6_CUSTOMER_BITS = 64
# More proxies than anybody has in a row; the header may have thousands of entries.
_MOST_HOPS = 20


def _networks(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(_network(part.strip()) for part in value.split(",") if part.strip())


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError(
            f"must be addresses or networks such as 10.0.0.1 or 10.0.0.0/8, separated by commas: {error}"
        ) from error


Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)]
"""A setting: addresses and networks in CIDR notation, separated by commas."""


def client_address(connection: HTTPConnection, trusted: Sequence[Network]) -> str:
    """Return the client's address, believing ``X-Forwarded-For`` only as far as trusted proxies wrote it.

    Each proxy appends the address that it saw, so the list is read from its end, for as long as the hop
    before is trusted. What is no address ends the walk: the last good hop counts then.
    """
    found = _parse(connection.client.host if connection.client else "")
    if found is None:
        return UNKNOWN
    for claimed in reversed(_forwarded(connection)[-_MOST_HOPS:]):
        if not any(found in network for network in trusted):
            break
        if (before := _parse(claimed)) is None:
            break
        found = before
    return str(found)


def address_from_gateway(connection: HTTPConnection) -> str:
    """Return the client's address as our own gateway says it; for the services behind the gateway.

    The gateway replaces ``X-Forwarded-For`` by the one address that it found. Without it, the peer counts.
    """
    peer = connection.client.host if connection.client else ""
    for candidate in (*_forwarded(connection)[-1:], peer):
        if (found := _parse(candidate)) is not None:
            return str(found)
    return UNKNOWN


def counting_key(address: str) -> str:
    """Return what to count an address by: IPv4 as it is, IPv6 by its /64 network, which one customer has."""
    found = _parse(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((int(found), _IPV6_CUSTOMER_BITS), strict=False))
    return UNKNOWN if found is None else str(found)


def _forwarded(connection: HTTPConnection) -> list[str]:
    lines = connection.headers.getlist("x-forwarded-for")
    return [part for line in lines for part in line.split(",") if part.strip()]


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    text = text.strip()
    if text.startswith("["):  # some proxies write [address]:port
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    # A socket of both families writes IPv4 clients so; they must count as the same address.
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found
