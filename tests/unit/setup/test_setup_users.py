"""The command that makes users: what it needs, and what it says when it cannot have it."""

from pathlib import Path

import pymysql
import pytest

from cartload_setup.__main__ import ADMIN, OWNERS, PART, PATIENCE, main, setting
from cartload_setup.accounts import Account
from cartload_setup.databases import make_patiently, server_kind
from cartload_setup.secrets import Servers, make
from support.serving import closed_port


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of secrets for a server that is not there; no variable is set."""
    for name in (ADMIN, PATIENCE, *OWNERS):
        monkeypatch.delenv(name, raising=False)
    make(tmp_path, Servers(mysql=f"127.0.0.1:{closed_port()}"))
    return tmp_path


def test_a_server_that_is_away_is_told_without_any_password(
    secrets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["users", str(secrets)]) == 1
    printed = "".join(capsys.readouterr())
    assert printed.startswith("users: ")
    passwords = [Account.of(setting(name, secrets, {})).password for name in OWNERS]
    assert not any(password in printed for password in passwords)


def test_a_variable_stands_before_the_secret_of_its_name(secrets: Path) -> None:
    (name, part), *_ = OWNERS.items()
    stored = setting(name, secrets, {})
    assert Account.of(stored).user == f"cartload_{part}"
    assert setting(name, secrets, {name: "mysql://a:b@h/c"}) == "mysql://a:b@h/c"
    assert setting(name, secrets, {name: ""}) == stored


@pytest.mark.parametrize("name", [ADMIN, *OWNERS])
def test_a_secret_that_is_missing_is_named_and_nothing_is_made(
    secrets: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (secrets / PART / name).unlink()
    assert main(["users", str(secrets)]) == 1
    assert f"/{PART}/{name}" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["mysql://a@h/c", "postgres://a:hunter2@h/c", "mysql://a:hunter2/x@h/c"])
def test_a_url_that_names_no_account_is_refused_without_its_password(
    secrets: Path, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(next(iter(OWNERS)), url)
    assert main(["users", str(secrets)]) == 1
    printed = capsys.readouterr().err
    assert "URL" in printed
    assert "hunter2" not in printed


def test_without_patience_there_is_one_attempt() -> None:
    with pytest.raises(pymysql.OperationalError) as caught:
        make_patiently(f"mysql://root:secret@127.0.0.1:{closed_port()}/", [], seconds=0)
    assert caught.value.args[0] == 2003


class Cursor:
    """Answers with the version of a server."""

    def __init__(self, version: str) -> None:
        self._version = version

    def execute(self, _: str) -> None:
        """Take any question."""

    def fetchone(self) -> tuple[str]:
        """Give the version."""
        return (self._version,)


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("8.4.3", "mysql"),
        ("9.7.0-cloud", "mysql"),
        ("10.11.6-MariaDB-0+deb12u1", "mariadb"),
        ("5.5.5-10.6.18-mariadb", "mariadb"),
    ],
)
def test_a_server_is_known_by_its_version(version: str, kind: str) -> None:
    assert server_kind(Cursor(version)) == kind
