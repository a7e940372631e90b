"""Discard: of an append that is rolled back nothing is left, and the dataset is what it was."""

from dataclasses import replace
from typing import Any

import pytest

from cartload import schema
from cartload_contracts.messages import Discarded, Stored
from cartload_writer.errors import PermanentFailure
from support.writer_service import Load, Writer, root


async def everything(writer: Writer, load: Load) -> dict[str, Any]:
    """What there is of a dataset, wherever it lies."""
    database = writer.database(load)
    rows = {
        name: sorted(writer.query(f"SELECT id FROM `{database}`.`{name}`")) for name in schema.TABLE_NAMES
    }
    key = str(load.dataset_id)
    return {
        "rows": rows,
        "about": writer.query(f"SELECT segments FROM `{database}`._cartload"),
        "segments": writer.query("SELECT segments FROM datasets WHERE dataset_id = %s", key),
        "manifest": sorted(
            writer.query("SELECT table_name, chunk, row_hash FROM manifest WHERE dataset_id = %s", key)
        ),
        "blobs": await writer.parts(load),
        "state": writer.state(load),
    }


async def appended(writer: Writer, load: Load, batches: int | None = None) -> list[Any]:
    """Some or all batches of a further segment; those that are left."""
    load.segments = (*load.segments, replace(load.segments[0], first_block=1, customers=300))
    await writer.run(load.prepare(kind="append"))
    records = list(load.records())
    for record in records[:batches]:
        await writer.handler(record)
    return records if batches is None else records[batches:]


@pytest.mark.parametrize("ids", ["uuid", "integer"])
@pytest.mark.parametrize("batches", [0, 3, None])
async def test_the_dataset_is_what_it_was(writer: Writer, ids: str, batches: int | None) -> None:
    load = Load.of(customers=60, ids=ids, clickstream={"sessions_per_customer": 1})
    await writer.make(load)
    before = await everything(writer, load)
    await appended(writer, load, batches)
    if batches != 0:
        assert await everything(writer, load) != before
    await writer.run(load.discard())
    assert await everything(writer, load) == before
    (told,) = writer.told.of(Discarded)
    assert told.stored is not None
    assert told.stored["users"].rows == 60
    assert (await writer.get(load, "/report")).json()["state"] == "ready"


async def test_a_batch_that_comes_late_is_dropped(writer: Writer) -> None:
    load = Load.of(customers=60)
    await writer.make(load)
    before = await everything(writer, load)
    late = await appended(writer, load, 4)
    await writer.run(load.discard())
    writer.told.results.clear()
    for record in late:
        await writer.handler(record)
    assert await everything(writer, load) == before
    assert writer.told.of(Stored) == []


async def test_a_repeated_discard_answers_again(writer: Writer) -> None:
    load = Load.of(customers=60)
    await writer.make(load)
    await appended(writer, load)
    for _ in range(2):
        await writer.run(load.discard())
    assert len(writer.told.of(Discarded)) == 2


async def test_the_segment_can_be_appended_again(writer: Writer) -> None:
    load = Load.of(customers=60)
    await writer.make(load)
    await appended(writer, load, 5)
    totals = dict(load.totals)
    await writer.run(load.discard())
    await writer.run(load.prepare(kind="append"))
    await writer.store(load)
    load.totals = totals
    await writer.run(load.seal())
    assert writer.state(load) == "ready"
    with root(writer.place.admin) as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM `{writer.database(load)}`.users")
        assert cursor.fetchone() == (360,)


async def test_other_segments_are_not_touched(writer: Writer) -> None:
    load = Load.of(customers=60)
    await writer.make(load)
    before = await everything(writer, load)
    other = replace(load, segments=(replace(load.segments[0], customers=61),))
    with pytest.raises(PermanentFailure, match="segments"):
        await writer.run(other.discard())
    await writer.run(load.delete())
    with pytest.raises(PermanentFailure, match="deleted"):
        await writer.run(load.discard())
    assert before["state"] == "ready"
