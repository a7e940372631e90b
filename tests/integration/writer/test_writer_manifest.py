"""What the manifest's rows add up to."""

import secrets
from uuid import uuid4

from cartload_writer.repository import manifest
from support.writer_service import Place, Writer, root


async def test_hashes_of_any_size_are_added_up_exactly(writer: Writer, place: Place) -> None:
    """Integers of 128 bits that overflow, in a database that has none of so many."""
    dataset = uuid4()
    hashes = ["f" * 32, "f" * 32, "0" * 31 + "1", *(secrets.token_hex(16) for _ in range(50))]
    row = f"INSERT INTO {place.name}.manifest VALUES (%s, 'users', %s, %s, %s, 3, '', '', 0, '2026-01-01')"
    with root(place.admin) as cursor:
        cursor.executemany(row, [(str(dataset), n, 2**40 + n, one) for n, one in enumerate(hashes)])
    async with writer.context.meta.connect() as connection:
        found = await manifest.totals(connection, dataset)
        assert await manifest.totals(connection, uuid4()) == {}
    assert set(found) == {"users"}
    assert found["users"].row_hash == f"{sum(int(one, 16) for one in hashes) % 2**128:032x}"
    assert found["users"].rows == sum(2**40 + n for n in range(len(hashes)))
    assert found["users"].bytes == 3 * len(hashes)
