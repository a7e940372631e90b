"""The names of shops' databases: minted, never user input."""

import re
import secrets
from base64 import b32encode

_DATASET = re.compile(r"shop[a-z2-7]{26}")
_SHOP = re.compile(r"live[a-z2-7]{26}")


def mint_database() -> str:
    """A new database name: ``live`` and 26 letters and digits (``_`` would be a wildcard in GRANT)."""
    return f"live{b32encode(secrets.token_bytes(16)).decode().rstrip('=').lower()}"


def quoted_shop(name: str) -> str:
    """A shop's database in backticks. Raises ValueError unless it is one that ``mint_database`` makes."""
    return _quoted(name, _SHOP)


def quoted_dataset(name: str) -> str:
    """A dataset's database in backticks. Raises ValueError unless the writer could have made the name."""
    return _quoted(name, _DATASET)


def _quoted(name: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(name):
        raise ValueError("not the name of a database of ours")
    return f"`{name}`"
