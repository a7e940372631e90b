"""The limits of a job: a job that would pass one is refused with 422, which names it."""

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from cartload_kit.errors import FieldError, Unprocessable


@dataclass(frozen=True, slots=True)
class Limits:
    """What a job and its owner may take, and how large its chunks may be."""

    job_customers: int = 10_000_000
    user_unfinished_jobs: int = 10
    user_stored_bytes: int = 100 * 2**30
    disk_path: Path | None = None
    disk_reserve_bytes: int = 2 * 2**30
    chunk_blocks: int = 64
    user_streams: int = 3


MOST_CUSTOMERS = 100_000_000
"""Customers that a dataset can have: its ids hold no more."""


def check_customers(customers: int, limits: Limits, field: str) -> None:
    """Refuse a job of too many customers. Raises Unprocessable."""
    if customers > limits.job_customers:
        message = f"A job may have at most {limits.job_customers} customers."
        raise _passed("job_customers", limits.job_customers, field, customers, message)


def check_dataset_size(blocks_end: int, customers: int, block: int) -> None:
    """Refuse an append that a dataset's ids have no room for. Raises Unprocessable."""
    # By blocks and not by customers: ids are counted by whole blocks, also where the last one is not full.
    if blocks_end * block + customers > MOST_CUSTOMERS:
        message = f"A dataset may have at most {MOST_CUSTOMERS} customers."
        raise _passed("dataset_customers", MOST_CUSTOMERS, "customers", customers, message)


def check_unfinished(unfinished: int, limits: Limits) -> None:
    """Refuse a further job of a user who has as many unfinished ones as allowed. Raises Unprocessable."""
    most = limits.user_unfinished_jobs
    if unfinished >= most:
        message = (
            f"You have {unfinished} unfinished jobs, at most {most} are allowed: wait for one, or cancel it."
        )
        raise _passed("user_unfinished_jobs", most, "", unfinished, message)


def check_streams(open_streams: int, limits: Limits) -> None:
    """Refuse a further stream of a user who has as many as allowed that have not ended. Raises
    Unprocessable.
    """
    most = limits.user_streams
    if open_streams >= most:
        message = (
            f"You have {open_streams} streams that have not ended, at most {most} are allowed: stop one."
        )
        raise _passed("user_streams", most, "", open_streams, message)


def check_bytes(stored: int, expected: int, limits: Limits) -> None:
    """Refuse a job whose files its owner has no room for. Raises Unprocessable."""
    most = limits.user_stored_bytes
    if stored + expected > most:
        message = (
            f"It needs about {expected} bytes, and {stored} of your {most} are in use: "
            "delete a dataset, or ask for less."
        )
        raise _passed("user_stored_bytes", most, "", stored + expected, message)


def copies_kept(targets: Collection[str]) -> int:
    """How many times the rows of a dataset stay on the server: Kafka keeps its batches for a day only."""
    return len({"mysql", "files"} & set(targets))


def check_disk(expected: int, copies: int, limits: Limits) -> None:
    """Refuse a job that the disk has no room for, where a disk is named. Raises Unprocessable."""
    if limits.disk_path is None:
        return
    free = max(shutil.disk_usage(limits.disk_path).free - limits.disk_reserve_bytes, 0)
    # Where there are tables and files, every row lies on the disk twice.
    needed = expected * copies
    if needed > free:
        message = f"It needs about {needed} bytes for tables and files, {free} are free on the server."
        raise _passed("free_disk", free, "", needed, message)


def _passed(limit: str, most: int, field: str, value: int, message: str) -> Unprocessable:
    error = FieldError(field=field, message=message, value=value)
    return Unprocessable([error], limit=limit, maximum=most)
