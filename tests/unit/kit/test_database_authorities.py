"""`?ca=` in a database's URL: one meaning in the three places that read such URLs."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from cartload.storage import mysql_url
from cartload_kit.mysql_url import MysqlUrl
from cartload_setup.mysql_url import MysqlUrl as SetupUrl
from support.certificates import Certificate, loopback


def of_the_engine(url: str) -> ssl.SSLContext | None:
    mysql_url.require_database(url)
    return mysql_url.tls(url)


type Read = Callable[[str], ssl.SSLContext | None]

READERS: dict[str, Read] = {
    "kit": lambda url: MysqlUrl.parse(url).ssl_context(),
    "setup": lambda url: SetupUrl.parse(url).ssl_context(),
    "engine": of_the_engine,
}
every_reader = pytest.mark.parametrize("read", READERS.values(), ids=READERS)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return loopback(tmp_path_factory.mktemp("with space"))


@every_reader
@pytest.mark.parametrize("start", ["mysql://u:p@db/x?", "mysql://u:p@127.0.0.1/x?tls=verify&"])
def test_a_server_is_verified_by_the_authorities_in_the_file(
    read: Read, start: str, certificate: Certificate
) -> None:
    context = read(f"{start}ca={str(certificate.chain).replace(' ', '%20')}")
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert len(context.get_ca_certs()) == 1


@every_reader
@pytest.mark.parametrize("start", ["mysql://u:hunter2@db/x?tls=off&", "mysql://u:hunter2@localhost/x?"])
def test_it_is_refused_where_nothing_is_verified(read: Read, start: str, certificate: Certificate) -> None:
    with pytest.raises(ValueError, match=r"\?ca= is used with \?tls=verify only"):
        read(f"{start}ca={certificate.chain}")


@every_reader
@pytest.mark.parametrize("path", ["/nowhere/ca.pem", __file__, ""])
def test_a_file_without_certificates_is_refused_by_name(read: Read, path: str) -> None:
    with pytest.raises(ValueError, match="must be a file with certificates in PEM") as caught:
        read(f"mysql://u:hunter2@db/x?ca={path}")
    assert f"?ca={path} " in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_the_url_of_another_database_names_the_same_authorities(certificate: Certificate) -> None:
    read = MysqlUrl.parse(f"mysql://u:p@db/x?ca={str(certificate.chain).replace(' ', '%20')}")
    assert MysqlUrl.parse(read.text("y")).ca == str(certificate.chain)
    assert len(certificate.chain.parts) > 1
    assert Path(read.ca or "") == certificate.chain
