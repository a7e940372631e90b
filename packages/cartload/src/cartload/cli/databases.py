"""URLs of databases as typed, with the password from wherever it is."""

import getpass
import os
import sys

from cartload.cli.errors import CommandError
from cartload.storage import mysql_url


def url(given: str) -> str:
    """The URL with its password, asked for on a terminal when it is nowhere else. Raises CommandError."""
    ask = getpass.getpass if sys.stdin.isatty() else None
    try:
        return mysql_url.complete(given, os.environ, ask)
    except mysql_url.UrlError as error:
        raise CommandError(str(error), 2) from error
