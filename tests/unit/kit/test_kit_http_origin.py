"""The one rule for the Origin of a request."""

import pytest
from starlette.datastructures import Headers

from cartload_kit.http.origin import is_own_origin

OURS = "shop.example:8080"
LISTED = ("https://ui.example",)


@pytest.mark.parametrize(
    ("origin", "site", "own"),
    [
        (None, None, True),
        (f"http://{OURS}", None, True),
        (f"HTTP://{OURS.upper()}", None, True),
        ("http://shop.example", None, False),
        ("https://evil.example", None, False),
        ("null", None, False),
        ("http://[", None, False),
        ("", None, False),
        (None, "same-origin", True),
        (None, "same-site", False),
        (None, "cross-site", False),
        (None, "none", False),
        ("http://renamed-by-a-proxy.example", "same-origin", True),
        (f"http://{OURS}", "cross-site", False),
    ],
)
def test_without_a_list_only_our_own_pages_pass(origin: str | None, site: str | None, own: bool) -> None:
    assert is_own_origin(headers(origin, site), ()) is own


@pytest.mark.parametrize(
    ("origin", "site", "own"),
    [
        ("https://ui.example", None, True),
        ("https://UI.example", "same-site", True),
        (f"http://{OURS}", None, False),
        (f"http://{OURS}", "same-origin", False),
        (None, None, True),
        (None, "cross-site", False),
    ],
)
def test_a_list_of_origins_is_the_whole_list(origin: str | None, site: str | None, own: bool) -> None:
    assert is_own_origin(headers(origin, site), LISTED) is own


def headers(origin: str | None, site: str | None) -> Headers:
    sent = {"Host": OURS} | ({"Origin": origin} if origin is not None else {})
    return Headers(sent | ({"Sec-Fetch-Site": site} if site is not None else {}))
