"""Completes the URL of a database by its password."""

import getpass
import os
import sys

from cartload.cli.errors import CommandError
from cartload.storage import mysql_url


def with_password(url: str) -> str:
    """The URL with its password, asked for on a terminal when it is nowhere else. Raises CommandError."""
    ask = getpass.getpass if sys.stdin.isatty() else None
    try:
        return mysql_url.complete(url, os.environ, ask)
    except EOFError:
        raise CommandError(f"{mysql_url.shown(url)}: no password was typed", 2) from None
    except mysql_url.UrlError as error:
        raise CommandError(str(error), 2) from error
