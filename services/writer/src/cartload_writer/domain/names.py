"""Every name given to something outside: databases, users, blobs. All are minted, none is user input."""

import re
import secrets
from base64 import b32encode
from uuid import UUID

_DATABASE = re.compile(r"shop[a-z2-7]{26}")
_PART = re.compile(r"(?:part-)?([0-9]{1,16})(?:\.(?:parquet|csv|jsonl))?")


def mint_database() -> str:
    """A new database name: ``shop`` and 26 letters and digits (``_`` would be a wildcard in GRANT)."""
    return f"shop{_base32(secrets.token_bytes(16))}"


def quoted_database(name: str) -> str:
    """The name in backticks. Raises ValueError unless it is one that ``mint_database`` makes."""
    if not _DATABASE.fullmatch(name):
        raise ValueError("not the name of a dataset's database")
    return f"`{name}`"


def reader_user(owner_id: UUID) -> str:
    """The read-only database user of an owner: 27 of the 32 characters that MySQL allows."""
    return f"u{_base32(owner_id.bytes)}"


def new_password() -> str:
    """A password of 192 random bits that also has the four kinds of characters some servers ask for."""
    return f"{secrets.token_urlsafe(32)}-aA1"


def dataset_prefix(dataset_id: UUID) -> str:
    """Where all blobs of a dataset lie."""
    return f"datasets/{dataset_id}/"


def part_name(chunk: int, extension: str) -> str:
    """The file name of a part within its table."""
    return f"part-{chunk}.{extension}"


def blob_name(dataset_id: UUID, table: str, chunk: int, extension: str) -> str:
    """The blob of a part: its coordinates decide the name, so a repeated batch meets its own blob."""
    return f"{dataset_prefix(dataset_id)}{table}/{part_name(chunk, extension)}"


def part_number(text: str) -> int | None:
    """The chunk in ``part-12.parquet`` or ``12``; None for anything else."""
    match = _PART.fullmatch(text)
    return int(match.group(1)) if match else None


def _base32(data: bytes) -> str:
    return b32encode(data).decode().rstrip("=").lower()
