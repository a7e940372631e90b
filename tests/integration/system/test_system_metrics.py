"""What the dashboards and alerts ask for is what the running processes show."""

import asyncio

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from cartload_dev.system_client import SystemClient
from support.client import User
from support.observability import declared_series, expressions, recorded
from support.promql import named

BY_PROMETHEUS = {"up"}


async def page(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        assert answer.status == 200, url
        return await answer.text()


def shown(text: str) -> tuple[set[str], dict[str, frozenset[str]]]:
    """What a page of metrics has: the series that its families have, and the labels of its samples."""
    families: set[str] = set()
    labels: dict[str, frozenset[str]] = {}
    for family in text_string_to_metric_families(text):
        match family.type:
            case "counter":
                families.add(f"{family.name}_total")
            case "histogram":
                families |= {f"{family.name}_{part}" for part in ("bucket", "sum", "count")}
            case _:
                families.add(family.name)
        for sample in family.samples:
            labels[sample.name] = labels.get(sample.name, frozenset()) | sample.labels.keys()
    return families, labels


async def test_every_metric_that_is_asked_for_is_shown_with_its_labels(
    cartload: SystemClient, user: User
) -> None:
    await user.make_dataset(customers=20, name="measured")
    pages = await asyncio.gather(*map(page, cartload.endpoints.metrics.values()))
    families: set[str] = set()
    labels: dict[str, frozenset[str]] = {}
    for there, with_labels in map(shown, pages):
        families |= there
        labels |= {name: labels.get(name, frozenset()) | those for name, those in with_labels.items()}
    asked = {selector for expression in expressions() for selector in named(expression).selectors}
    names = {name for name, _ in asked} - BY_PROMETHEUS - set(recorded())
    assert names <= families
    declared = declared_series()
    measured = {name for name in names if name in labels}
    assert {name: labels[name] for name in measured} == {name: declared[name] for name in measured}
    # What only an error counts may have no sample yet; most have.
    assert len(measured) > 0.8 * len(names), sorted(names - measured)


async def test_a_job_is_seen_in_every_stage(cartload: SystemClient, user: User) -> None:
    async def value(process: str, name: str, **where: str) -> float:
        families = text_string_to_metric_families(await page(cartload.endpoints.metrics[process]))
        samples = (sample for family in families for sample in family.samples if sample.name == name)
        return sum(one.value for one in samples if where.items() <= one.labels.items())

    async def stages() -> list[float]:
        batches = {"topic": "cartload.batches.users"}
        return [
            await value("generator-api", "cartload_job_start_seconds_count"),
            await value("generator-worker", "cartload_kafka_queued_seconds_count", topic="cartload.chunks"),
            await value("generator-worker", "cartload_worker_rows_total", table="users"),
            await value("writer-consumer", "cartload_kafka_queued_seconds_count", **batches),
            await value("writer-consumer", "cartload_writer_rows_total", table="users"),
            await value("writer-consumer", "cartload_writer_blob_bytes_total", table="users"),
            await value("generator-api", "cartload_generator_chunk_stored_seconds_count"),
            await value(
                "generator-api", "cartload_job_duration_seconds_count", state="completed", size="small"
            ),
        ]

    before = await stages()
    await user.make_dataset(customers=20, name="seen")
    after = await stages()
    assert all(late > early for late, early in zip(after, before, strict=True)), (before, after)
    assert after[2] - before[2] >= 20
    assert after[4] - before[4] >= 20
