"""How the administrator's connection is made."""

import ssl

import pytest

from cartload_setup.databases import address


def test_a_connection_is_encrypted_where_its_url_says_so() -> None:
    for far in ("db:3306/", "db:3306/?tls=verify", "127.0.0.1/?tls=verify"):
        verified = address(f"mysql://root:secret@{far}")["ssl"]
        assert (verified.verify_mode, verified.check_hostname) == (ssl.CERT_REQUIRED, True)
    for plain in ("db:3306/?tls=off", "127.0.0.1:1/", "localhost/"):
        assert "ssl" not in address(f"mysql://root:secret@{plain}")


@pytest.mark.parametrize("password", ["hunter2/x", "hunter2#x", "hunter2?x", "[hunter2", "hunter2\u2100"])
def test_a_url_that_cannot_be_read_is_refused_without_showing_the_password(password: str) -> None:
    with pytest.raises(ValueError, match="%2F %23 %3F") as caught:
        address(f"mysql://root:{password}@db:3306/")
    assert "hunter2" not in str(caught.value)


def test_a_mistake_about_encryption_is_refused_and_not_passed_over() -> None:
    with pytest.raises(ValueError, match="tls=verify") as caught:
        address("mysql://root:secret@db:3306/?tls=verfy")
    assert "secret" not in str(caught.value)
