"""MariaDB: the database server on this machine, with one user of least rights for each service."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pymysql

from cartload_dev import time_zones
from cartload_dev.paths import write_private
from cartload_dev.ports import LOOPBACK
from cartload_dev.programs import Program, RunTask, Task
from cartload_setup.accounts import Account
from cartload_setup.accounts import statements as account_statements

INSTALL_SECONDS = 120
ROOT = "root"


def root_url(port: int, password: str) -> str:
    """Return the URL of the server's administrator, without a database."""
    return f"mysql://{ROOT}:{password}@{LOOPBACK}:{port}/"


def statements(accounts: tuple[Account, ...], root_password: str) -> list[str]:
    """Return the SQL of every start of the server: users and databases become what they should be."""
    lines = [f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{root_password}'"]
    lines += [f"CREATE OR REPLACE USER 'root'@'{LOOPBACK}' IDENTIFIED BY '{root_password}'"]
    lines += [f"GRANT ALL ON *.* TO 'root'@'{LOOPBACK}' WITH GRANT OPTION"]
    lines += [f"DROP USER IF EXISTS 'root'@'::1', 'root'@'{os.uname().nodename}'"]
    for account in accounts:
        lines += account_statements(account, "mariadb")
    return lines


async def prepare(
    base: Path,
    home: Path,
    accounts: tuple[Account, ...],
    root_password: str,
    run_task: RunTask,
    zones: Callable[[], Iterable[str]] = time_zones.statements,
) -> None:
    """Make the data folder where there is none, and write the start-up SQL.

    `zones` gives the SQL that fills the time zone tables, which takes seconds to make.
    Raises LauncherError when the data folder cannot be made.
    """
    (home / "tmp").mkdir(parents=True, exist_ok=True)
    if not (home / "data").exists():
        await _install(base, home, run_task)
    lines = statements(accounts, root_password)
    if not _zones_loaded(home).exists():
        lines += await asyncio.to_thread(lambda: list(zones()))
    write_private(home / "init.sql", "".join(f"{line};\n" for line in lines))


def _zones_loaded(home: Path) -> Path:
    """Return the mark that the time zone tables are filled: once is enough for a data folder."""
    return home / "data" / "cartload-time-zones-loaded"


def program(base: Path, home: Path, port: int, root_password: str, users: tuple[Account, ...]) -> Program:
    """Return the server as a program; it is ready when every user can sign in."""
    options = (
        "--no-defaults",
        f"--basedir={base}",
        f"--datadir={home / 'data'}",
        # Of its own: a server deletes others' temporary tables in a folder that they share.
        f"--tmpdir={home / 'tmp'}",
        f"--init-file={home / 'init.sql'}",
        f"--bind-address={LOOPBACK}",
        f"--port={port}",
        # Relative to the data folder: a socket's path may have 107 characters at most.
        "--socket=mariadbd.sock",
        "--local-infile=1",
        # Loopback only; and making a certificate at every start would take seconds.
        "--skip-ssl",
        "--skip-name-resolve",
        "--character-set-server=utf8mb4",
        "--collation-server=utf8mb4_general_ci",
        "--max-connections=400",
        "--max-allowed-packet=16M",
        "--innodb-buffer-pool-size=512M",
        "--innodb-log-file-size=256M",
    )
    return Program(
        name="database",
        command=(str(base / "bin" / "mariadbd"), *options, *_as_root()),
        ready=partial(_is_ready_with_zones, home, port, root_password, users),
        port=port,
        prepare=partial(prepare, base, home, users, root_password),
        stop_seconds=30,
    )


async def is_ready(port: int, root_password: str, users: tuple[Account, ...]) -> bool:
    """Return whether the administrator and every service can sign in."""
    return await asyncio.to_thread(_all_sign_in, port, root_password, users)


async def _is_ready_with_zones(home: Path, port: int, root_password: str, users: tuple[Account, ...]) -> bool:
    """Return whether all can sign in. The start-up SQL has run by then, so it need not load zones again."""
    if not await is_ready(port, root_password, users):
        return False
    _zones_loaded(home).touch()
    return True


def _all_sign_in(port: int, root_password: str, users: tuple[Account, ...]) -> bool:
    try:
        _sign_in(port, ROOT, root_password, None)
        for account in users:
            _sign_in(port, account.user, account.password, account.database)
    except (pymysql.MySQLError, OSError):
        return False
    return True


def _sign_in(port: int, user: str, password: str, database: str | None) -> None:
    pymysql.connect(
        host=LOOPBACK,
        port=port,
        user=user,
        password=password,
        database=database,
        connect_timeout=2,
        read_timeout=2,
        write_timeout=2,
    ).close()


async def _install(base: Path, home: Path, run_task: RunTask) -> None:
    """Make the data folder under another name: one that is there under its own name is whole."""
    unfinished = home / "data.new"
    await asyncio.to_thread(shutil.rmtree, unfinished, ignore_errors=True)
    command = (
        str(base / "scripts" / "mariadb-install-db"),
        "--no-defaults",
        f"--basedir={base}",
        f"--datadir={unfinished}",
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
        *_as_root(),
    )
    await run_task(Task("mariadb-install", command, {"TMPDIR": str(home / "tmp")}, INSTALL_SECONDS))
    unfinished.rename(home / "data")


def _as_root() -> tuple[str, ...]:
    """The server refuses to run as root unless it is told so."""
    return ("--user=root",) if os.geteuid() == 0 else ()
