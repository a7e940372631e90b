"""The client's address: how far X-Forwarded-For is believed, and what an address is counted by."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from cartload_kit.http.client_address import (
    UNKNOWN,
    Networks,
    address_from_gateway,
    client_address,
    counting_key,
)
from cartload_kit.settings import Settings

TRUSTED = tuple(ip_network(text) for text in ("10.0.0.0/8", "192.168.1.1", "fd00::/8"))


def connection(peer: str | None, *forwarded: str) -> HTTPConnection:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return HTTPConnection({"type": "http", "headers": headers, "client": (peer, 1) if peer else None})


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),
        ("10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["9.9.9.9, 198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["9.9.9.9, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", ["9.9.9.9", "198.51.100.1", "192.168.1.1"], "198.51.100.1"),
        ("10.1.2.3", ["10.4.4.4, 10.5.5.5"], "10.4.4.4"),
        ("10.1.2.3", ["198.51.100.1, forged, 10.5.5.5"], "10.5.5.5"),
        ("10.1.2.3", ["forged"], "10.1.2.3"),
        ("10.1.2.3", ["", " , "], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.1:40001"], "198.51.100.1"),
        ("fd00::1", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("::ffff:10.1.2.3", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("fe80::1%eth0", ["198.51.100.1"], "fe80::1"),
        ("192.168.1.2", ["198.51.100.1"], "192.168.1.2"),
        (None, ["198.51.100.1"], UNKNOWN),
        ("testclient", ["198.51.100.1"], UNKNOWN),
    ],
)
def test_forwarded_addresses_are_believed_as_far_as_proxies_are_trusted(
    peer: str | None, forwarded: list[str], address: str
) -> None:
    assert client_address(connection(peer, *forwarded), TRUSTED) == address


def test_a_list_of_trusted_hops_without_end_is_cut() -> None:
    line = ", ".join(["198.51.100.1"] + ["10.0.0.1"] * 1000)
    assert client_address(connection("10.1.2.3", line), TRUSTED) == "10.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("forged, 192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"),
        ("no address", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_a_service_takes_the_address_from_its_gateway(forwarded: str, address: str) -> None:
    assert address_from_gateway(connection("10.0.0.1", forwarded)) == address


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        (UNKNOWN, UNKNOWN),
    ],
)
def test_ipv6_is_counted_by_its_network(address: str, key: str) -> None:
    assert counting_key(address) == key


@settings(max_examples=60)
@given(
    st.lists(st.text(st.characters(max_codepoint=255)), max_size=4), st.sampled_from(["10.1.2.3", "no", ""])
)
def test_whatever_a_header_says_the_answer_is_an_address_or_unknown(lines: list[str], peer: str) -> None:
    headers = [(b"x-forwarded-for", line.encode("latin-1")) for line in lines]
    asked = HTTPConnection({"type": "http", "headers": headers, "client": (peer, 1)})
    for found in (client_address(asked, TRUSTED), address_from_gateway(asked)):
        assert found == UNKNOWN or str(ip_address(found)) == found
        assert counting_key(found)


class Sample(Settings):
    port: int = 1
    proxies: Networks = ()


def test_a_setting_takes_addresses_and_networks() -> None:
    given = Sample.model_validate({"proxies": "10.0.0.0/8, 192.168.1.1,fd00::/8"})
    assert given.proxies == TRUSTED


@pytest.mark.parametrize("text", ["10.0.0.0/33", "proxy.example", "10.0.0.1/8", "*"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/8"):
        Sample.model_validate({"proxies": text})
