"""Addresses, origins and the cookie."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response

from cartload_auth.api.cookie import RefreshCookie
from cartload_auth.api.web import client_address, is_https, is_same_origin
from cartload_kit.errors import Forbidden

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def request(peer: str = "10.0.0.1", **headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {
            "type": "http",
            "method": "POST",
            "path": "/",
            "scheme": "http",
            "headers": pairs,
            "client": (peer, 1),
            "query_string": b"",
            "server": ("auth", 80),
        }
    )


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("forged, 192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("no address", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_the_address_is_what_the_gateway_says(forwarded: str, address: str) -> None:
    assert client_address(request(x_forwarded_for=forwarded)) == address


def test_a_client_without_any_address_is_still_counted() -> None:
    assert client_address(request(peer="testclient")) == "unknown"


def test_https_is_what_the_gateway_says() -> None:
    assert is_https(request(x_forwarded_proto="https"))
    assert not is_https(request())


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({}, True),
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"origin": "http://shop.example", "host": "shop.example"}, True),
        ({"origin": "http://evil.example", "host": "shop.example"}, False),
        ({"origin": "http://shop.example:81", "host": "shop.example"}, False),
        ({"origin": "null", "host": "shop.example"}, False),
        ({"origin": "http://evil.example", "sec_fetch_site": "same-origin"}, True),
    ],
)
def test_a_page_of_another_site_is_known(headers: dict[str, str], same: bool) -> None:
    assert is_same_origin(request(**headers), ()) is same


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({"origin": "https://ui.example", "sec_fetch_site": "same-site"}, True),
        ({"origin": "https://other.example", "host": "other.example"}, False),
    ],
)
def test_a_list_of_origins_is_the_whole_list(headers: dict[str, str], same: bool) -> None:
    assert is_same_origin(request(**headers), ("https://ui.example",)) is same


def test_the_cookie_is_out_of_reach_and_stays_at_home() -> None:
    response = Response()
    cookie = RefreshCookie(secure=False, origins=())
    cookie.set(request(x_forwarded_proto="https"), response, "secret", NOON + timedelta(days=7), NOON)
    parts = set(response.headers["set-cookie"].split("; "))
    assert parts == {
        "cartload_refresh=secret",
        "HttpOnly",
        "Max-Age=604800",
        "Path=/api/auth",
        "SameSite=strict",
        "Secure",
    }


@pytest.mark.parametrize(("always", "secure"), [(True, True), (False, False)])
def test_the_cookie_is_secure_without_https_only_by_setting(always: bool, secure: bool) -> None:
    response = Response()
    RefreshCookie(secure=always, origins=()).set(request(), response, "secret", NOON, NOON)
    assert ("Secure" in response.headers["set-cookie"]) is secure


def test_another_site_cannot_use_the_cookie() -> None:
    cookie = RefreshCookie(secure=False, origins=())
    with pytest.raises(Forbidden):
        cookie.read(request(cookie="cartload_refresh=secret", sec_fetch_site="cross-site"))
    assert cookie.read(request(sec_fetch_site="cross-site")) is None
    assert cookie.read(request(cookie="cartload_refresh=secret")) == "secret"
