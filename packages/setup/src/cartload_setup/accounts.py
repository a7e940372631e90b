"""The services' databases and users, as the SQL that makes them: for MySQL and for MariaDB."""

from dataclasses import dataclass
from typing import Literal

from cartload_setup.mysql_url import MysqlUrl

type Server = Literal["mysql", "mariadb"]
"""Which server the SQL is for: they differ in the name of a privilege."""

_KILL_SESSIONS: dict[Server, str] = {"mysql": "CONNECTION_ADMIN", "mariadb": "CONNECTION ADMIN"}


@dataclass(frozen=True)
class Account:
    """A service's database, and the user that it signs in as."""

    user: str
    database: str
    password: str
    owns_datasets: bool = False
    """Whether the user makes the dataset databases (`shop…`) and their read-only users."""
    owns_shops: bool = False
    """Whether the user makes the databases of shops (`live…`), as copies of those of datasets."""

    @classmethod
    def of(cls, url: str, *, owns_datasets: bool = False, owns_shops: bool = False) -> "Account":
        """Return what `mysql://user:password@host:port/database` names, or raise ValueError."""
        read = MysqlUrl.parse(url)
        if not (read.user and read.password and read.database):
            raise ValueError("a database's URL is mysql://user:password@host:port/database")
        return cls(
            read.user, read.database, read.password, owns_datasets=owns_datasets, owns_shops=owns_shops
        )

    def url(self, host: str, port: int) -> str:
        """Return `mysql://user:password@host:port/database`."""
        return f"mysql://{self.user}:{self.password}@{host}:{port}/{self.database}"


def statements(account: Account, server: Server) -> list[str]:
    """Return the SQL that makes an account what it should be; harmless to repeat, one statement a line."""
    user, password = _text(account.user), _text(account.password)
    who = f"{user}@'%'"
    # CREATE USER IF NOT EXISTS leaves a present user's password as it is; ALTER makes it that of the secrets.
    lines = [
        f"CREATE DATABASE IF NOT EXISTS {_name(account.database)} "
        "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
        f"CREATE USER IF NOT EXISTS {who} IDENTIFIED BY {password}",
        f"ALTER USER {who} IDENTIFIED BY {password}",
        f"GRANT ALL ON {_exactly(account.database)}.* TO {who}",
    ]
    if account.owns_datasets:
        lines += [
            f"GRANT ALL ON `shop%`.* TO {who} WITH GRANT OPTION",
            # It ends the sessions of its read-only users when it deletes what they read.
            f"GRANT CREATE USER, PROCESS, {_KILL_SESSIONS[server]} ON *.* TO {who}",
        ]
    if account.owns_shops:
        lines += [f"GRANT ALL ON `live%`.* TO {who}", f"GRANT SELECT ON `shop%`.* TO {who}"]
    return lines


def _name(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _exactly(database: str) -> str:
    """Escape the wildcards of GRANT in a database's name."""
    return _name(database.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%"))


def _text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
