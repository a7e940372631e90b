"""The whole system, started for this and measured against something: latency, memory, throughput."""

import asyncio
import tempfile
from pathlib import Path

from bench import stages
from bench.by_hand import write_files
from bench.end_to_end import CUSTOMERS, Comparison, compare, delete
from bench.latency import SMALL_CUSTOMERS, SMALL_JOBS, gateway_overhead, small_jobs
from bench.memory import peaks, reset_peaks
from bench.small_by_hand import SmallByHand
from bench.system import running
from bench.table import Row
from cartload_dev.system_client import SystemClient
from support.client import User, signed_up

SMALL, LARGE = 10_000, 200_000


def measure() -> list[Row]:
    """Measure everything."""
    with running() as system, tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(system, Path(folder)))


async def _measure(system: SystemClient, folder: Path) -> list[Row]:
    async with signed_up(system.base_url) as user:
        print("Latency of small jobs …", flush=True)
        rows = await _latency(system, user)
        print("Memory at 10,000 and 200,000 customers …", flush=True)
        rows += await _memory(system, user)
        print("A job of 100,000 customers against loading by hand, three times …", flush=True)
        server = system.endpoints.mysql_root_url
        prepared = await asyncio.to_thread(write_files, server, CUSTOMERS, folder)
        await user.sign_in()
        return _throughput(await compare(user, system, prepared)) + rows


def _throughput(result: Comparison) -> list[Row]:
    return [
        Row("job of 100,000 customers / by hand", f"{result.ratio:.2f}", ">= 0.5, aim 0.8"),
        Row("  rows", f"{result.rows:,}"),
        Row("  job", f"{result.rate(result.ours):,.0f} rows/s"),
        Row("  by hand", f"{result.rate(result.by_hand):,.0f} rows/s", ">= 150,000, or it is wrong"),
        Row("  seconds of each round, job", " ".join(f"{s:.1f}" for s in result.ours)),
        Row("  seconds of each round, by hand", " ".join(f"{s:.1f}" for s in result.by_hand)),
        *stages.rows(result.spent),
    ]


async def _latency(system: SystemClient, user: User) -> list[Row]:
    servers = system.endpoints
    with SmallByHand.ready(servers.mysql_root_url, servers.blob_connection_string) as hand:
        jobs, by_hand = await small_jobs(user, hand)
    through, straight = await gateway_overhead(user, servers.services["generator-api"], "/api/jobs?limit=1")
    title = f"job of {SMALL_CUSTOMERS} customers in wait mode, {SMALL_JOBS} times"
    return [
        Row(f"{title}: p50", f"{jobs.p50:.0f} ms", "<= 150 ms"),
        Row(f"{title}: p99", f"{jobs.p99:.0f} ms", "<= 400 ms"),
        Row("  the same customers by one process: p50", f"{by_hand.p50:.0f} ms"),
        Row("  job / by one process, p50", f"{jobs.p50 / by_hand.p50:.1f}", "<= 2.5"),
        Row("gateway's added latency: p50", f"{through.p50 - straight.p50:.2f} ms", "<= 3 ms"),
        Row("  through the gateway, p50 / p99", f"{through.p50:.2f} / {through.p99:.2f} ms"),
        Row("  straight to the service, p50 / p99", f"{straight.p50:.2f} / {straight.p99:.2f} ms"),
    ]


async def _memory(system: SystemClient, user: User) -> list[Row]:
    found = []
    for customers in (SMALL, LARGE):
        reset_peaks(system)
        job = await user.start_job(customers=customers)
        job = await user.finish_job(job["id"], seconds=600)
        assert job["state"] == "completed", job
        found.append(peaks(system))
        await delete(user, system.endpoints.mysql_root_url, job["dataset_id"])
    small, large = found
    return [
        Row(f"peak memory of {name}", f"{small[name]:.0f} / {large[name]:.0f} MiB", "flat, <= 300 MiB")
        for name in sorted(small)
    ]
