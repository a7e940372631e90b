"""The refresh cookie."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response

from cartload_auth.api.cookie import RefreshCookie
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


def test_the_cookie_is_out_of_reach_and_stays_at_home() -> None:
    response = Response()
    cookie = RefreshCookie(always_secure=False, origins=())
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
    RefreshCookie(always_secure=always, origins=()).set(request(), response, "secret", NOON, NOON)
    assert ("Secure" in response.headers["set-cookie"]) is secure


HTTPS, HTTP = "https://shop.example", "http://localhost:8080"


@pytest.mark.parametrize(
    ("origins", "headers", "secure"),
    [
        # A proxy in front of the gateway ends TLS, so the gateway says http.
        ((HTTPS,), {}, True),
        ((HTTPS,), {"origin": HTTPS, "x_forwarded_proto": "http"}, True),
        ((HTTPS, "https://other.example"), {}, True),
        ((HTTPS, HTTP), {"origin": HTTPS}, True),
        ((HTTPS, HTTP), {"origin": HTTP}, False),
        ((HTTPS, HTTP), {}, False),
        ((HTTP,), {"x_forwarded_proto": "https"}, True),
        ((), {"origin": HTTPS}, False),
    ],
)
def test_the_cookie_is_secure_where_the_public_origin_is_https(
    origins: tuple[str, ...], headers: dict[str, str], secure: bool
) -> None:
    for act in ("set", "clear"):
        response, cookie = Response(), RefreshCookie(always_secure=False, origins=origins)
        if act == "set":
            cookie.set(request(**headers), response, "secret", NOON, NOON)
        else:
            cookie.clear(request(**headers), response)
        assert ("Secure" in response.headers["set-cookie"]) is secure


def test_another_site_cannot_use_the_cookie() -> None:
    cookie = RefreshCookie(always_secure=False, origins=())
    with pytest.raises(Forbidden):
        cookie.read(request(cookie="cartload_refresh=secret", sec_fetch_site="cross-site"))
    assert cookie.read(request(sec_fetch_site="cross-site")) is None
    assert cookie.read(request(cookie="cartload_refresh=secret")) == "secret"
