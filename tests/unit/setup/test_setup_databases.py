"""How the administrator's connection is made."""

import ssl

import pytest

from cartload_setup.databases import address


def test_a_connection_is_encrypted_where_its_url_says_so() -> None:
    verified = address("mysql://root:secret@db:3306/?tls=verify")["ssl"]
    assert (verified.verify_mode, verified.check_hostname) == (ssl.CERT_REQUIRED, True)
    for plain in ("mysql://root:secret@db:3306/", "mysql://root:secret@db:3306/?tls=off"):
        assert "ssl" not in address(plain)


def test_a_mistake_about_encryption_is_refused_and_not_passed_over() -> None:
    with pytest.raises(ValueError, match="tls=verify") as caught:
        address("mysql://root:secret@db:3306/?tls=verfy")
    assert "secret" not in str(caught.value)
