"""URLs of databases: completed, refused, and never shown with their password."""

import ssl

import pytest

from cartload.storage.mysql_url import PASSWORD, UrlError, complete, database, is_url, server, shown, tls

URL = "mysql://ada@db.example:3307/shop"


def never(_: str) -> str:
    raise AssertionError("nobody should be asked")


def test_a_password_comes_from_url_environment_or_terminal_in_this_order() -> None:
    assert complete("mysql://ada:own@h/shop", {PASSWORD: "other"}, never) == "mysql://ada:own@h/shop"
    assert complete(URL, {PASSWORD: "p@/:?"}, never) == "mysql://ada:p%40%2F%3A%3F@db.example:3307/shop"
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return "typed"

    assert complete(URL, {}, ask) == "mysql://ada:typed@db.example:3307/shop"
    assert asked == ["Password of mysql://ada@db.example:3307/shop: "]
    assert complete(URL, {}, None) == URL


def test_options_stay_and_an_empty_password_is_one() -> None:
    assert complete("mysql://ada@h/shop?tls=off", {PASSWORD: ""}, never) == "mysql://ada:@h/shop?tls=off"
    assert complete("mysql://ada:@h/shop", {}, never) == "mysql://ada:@h/shop"


def test_what_is_shown_has_no_password() -> None:
    assert shown("mysql://ada:secret@h:3306/shop?tls=off") == "mysql://ada@h:3306/shop"
    assert (database("mysql://ada@h/my%20shop"), server("mysql://ada:pw@h/shop")) == (
        "my shop",
        "mysql://ada:pw@h",
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://ada@h", "names no database"),
        ("mysql://ada@h/", "names no database"),
        ("mysql://ada@h/a/b", "names no database"),
        ("mysql://ada@h/a%60b", "names no database"),
        ("mysql://ada:pw@h:port/shop", "not a URL like"),
        ("postgres://ada:pw@h/shop", "not a URL like"),
        ("mysql:///shop", "not a URL like"),
        ("mysql://ada:pw/x@h/shop", "write / # . @"),
        ("mysql://ada:pw#x@h/shop", "write / # . @"),
        ("mysql://ada:pw@h/shop?ssl=1", r"\?ssl is not known"),
        ("mysql://ada:pw@h/shop?tls=maybe", r"\?tls=maybe is not known"),
    ],
)
def test_what_names_no_database_is_refused_without_the_password(url: str, said: str) -> None:
    with pytest.raises(UrlError, match=said) as caught:
        complete(url, {}, never)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.8.8.8"])
def test_this_machine_is_trusted(host: str) -> None:
    assert tls(f"mysql://ada@{host}/shop") is None
    assert tls(f"mysql://ada@{host}/shop?tls=verify") is not None


def test_other_machines_must_prove_who_they_are() -> None:
    context = tls(URL)
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert tls(f"{URL}?tls=off") is None


def test_folders_are_no_urls() -> None:
    assert [is_url(text) for text in (URL, "mariadb://h/x", "shop/", "mysql", "mysql:shop")] == [
        True,
        True,
        False,
        False,
        False,
    ]
