"""The services' database users, as SQL: each has its own database and nothing else."""

import pytest

from cartload_setup.accounts import Account, Server, statements

PLAIN = Account("cartload_generator", "cartload_jobs", "secret")
OWNER = Account("cartload_writer", "cartload_writer", "secret", owns_datasets=True)


@pytest.mark.parametrize("server", ["mysql", "mariadb"])
def test_a_service_has_its_own_database_and_no_pattern_of_others(server: Server) -> None:
    grants = [line for line in statements(PLAIN, server) if line.startswith("GRANT")]
    assert grants == ["GRANT ALL ON `cartload\\_jobs`.* TO 'cartload_generator'@'%'"]


@pytest.mark.parametrize(
    ("server", "privilege"), [("mysql", "CONNECTION_ADMIN"), ("mariadb", "CONNECTION ADMIN")]
)
def test_the_writer_makes_datasets_and_their_users(server: Server, privilege: str) -> None:
    grants = [line for line in statements(OWNER, server) if line.startswith("GRANT")]
    assert grants[1:] == [
        "GRANT ALL ON `shop%`.* TO 'cartload_writer'@'%' WITH GRANT OPTION",
        f"GRANT CREATE USER, PROCESS, {privilege} ON *.* TO 'cartload_writer'@'%'",
    ]


def test_text_cannot_leave_its_quotes() -> None:
    account = Account("o'neil", "a`b%", "it's \\ here")
    lines = statements(account, "mysql")
    assert lines[0].startswith("CREATE DATABASE IF NOT EXISTS `a``b%` ")
    assert "'o''neil'@'%' IDENTIFIED BY 'it''s \\\\ here'" in lines[1]
    assert "GRANT ALL ON `a``b\\%`.* TO" in lines[3]


def test_each_statement_is_a_line() -> None:
    assert all("\n" not in line and ";" not in line for line in statements(OWNER, "mysql"))


def test_a_url_names_an_account_and_an_account_a_url() -> None:
    assert Account.of("mysql://a:p%40ss@h:1/d") == Account("a", "d", "p@ss")
    assert PLAIN.url("h", 3306) == "mysql://cartload_generator:secret@h:3306/cartload_jobs"
    assert Account.of(PLAIN.url("h", 1)) == PLAIN


@pytest.mark.parametrize("url", ["mysql://a:p@h:1", "mysql://h/d", "mysql://a@h/d", "postgres://a:p@h/d"])
def test_what_names_no_account_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="user:password@host:port/database"):
        Account.of(url)
