"""What the gateway says of the browser: address, scheme and host. The gateway overwrites these headers."""

from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.requests import Request

_V6_NETWORK_BITS = 64


def client_address(request: Request) -> str:
    """The address to count attempts by: IPv4 as it is, IPv6 by its /64 network, which one customer has."""
    given = request.headers.get("x-forwarded-for", "").split(",")[-1].strip()
    peer = request.client.host if request.client else ""
    for candidate in (given, peer):
        try:
            address = ip_address(candidate)
        except ValueError:
            continue
        return _network(address) if isinstance(address, IPv6Address) else str(address)
    return "unknown"


def _network(address: IPv6Address) -> str:
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    network = int(address) >> _V6_NETWORK_BITS << _V6_NETWORK_BITS
    return f"{IPv6Address(network)}/{_V6_NETWORK_BITS}"


def is_https(request: Request) -> bool:
    """Whether the browser came by https."""
    return request.headers.get("x-forwarded-proto", request.scope["scheme"]).lower() == "https"


def is_same_origin(request: Request, allowed: tuple[str, ...]) -> bool:
    """Whether a request that carries or sets the cookie comes from our own pages.

    A browser says so in Sec-Fetch-Site (on https and localhost) or Origin; a client that sends neither is no
    browser, has no cookies of somebody else and may pass.
    """
    origin = request.headers.get("origin")
    if origin is not None and origin.lower() in allowed:
        return True
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    if origin is None:
        return True
    host = request.headers.get("x-forwarded-host") or request.headers.get("host", "")
    return not allowed and urlsplit(origin).netloc.lower() == host.lower()
