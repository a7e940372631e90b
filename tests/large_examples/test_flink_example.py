"""examples/flink: what Flink finds in a stream with faults is what DuckDB finds in the same without."""

import json
import secrets
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from cartload_dev.paths import checkout

RUN = checkout() / "examples" / "flink" / "run"
STREAM = ("stream", "--customers", "3000", "--quiet", "--until", "2025-12-05T00:00:00Z")
TOPICS = ("--from", "2025-11-27T00:00:00Z", "--topics", "ecommerce-orders,ecommerce-payments")
REVENUE = """
SELECT strftime(date_trunc('minute', time), '%Y-%m-%d %H:%M') AS placed_in, data ->> 'currency' AS currency,
    count(*) AS orders, sum((data ->> 'total')::BIGINT) AS revenue
FROM events WHERE type = 'order_created' GROUP BY ALL ORDER BY ALL
"""
PAID = """
SELECT strftime(date_trunc('hour', placed.time), '%Y-%m-%d %H:%M') AS placed_in, count(*) AS orders_paid,
    sum((charge.data ->> 'amount')::BIGINT) AS paid
FROM events AS placed JOIN events AS charge ON placed.key = charge.key
WHERE placed.type = 'order_created' AND charge.type = 'payment_success'
    AND charge.time BETWEEN placed.time AND placed.time + INTERVAL 1 HOUR
GROUP BY ALL ORDER BY ALL
"""


def cartload(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "cartload", *STREAM, *TOPICS, *arguments], check=True)


def answered(printed: str) -> list[list[tuple[str, ...]]]:
    """The rows of each query, without the names of their columns."""
    return [
        sorted(tuple(line.split(",")) for line in table.splitlines()[1:])
        for table in printed.strip().split("\n\n")
    ]


@pytest.mark.timeout(900)
def test_flink_finds_what_duckdb_finds(kafka_bootstrap: str, tmp_path: Path) -> None:
    prefix, plan = f"flink-{secrets.token_hex(4)}-", tmp_path / "faults.yaml"
    plan.write_text("duplicate: {rate: 0.1, within: 3600}\npoison: {rate: 0.05}\n", encoding="utf-8")
    faults = ("--faults", str(plan), "--ledger", str(tmp_path / "ledger.jsonl"))
    cartload("--to", f"kafka://{kafka_bootstrap}", "--topic-prefix", prefix, *faults)
    kinds = {json.loads(line)["kind"] for line in (tmp_path / "ledger.jsonl").read_bytes().splitlines()}
    assert kinds == {"duplicate", "poison"}
    done = subprocess.run([RUN, kafka_bootstrap, prefix], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "events.jsonl").open("wb") as out:
        command = [sys.executable, "-m", "cartload", *STREAM, *TOPICS, "--to", "-"]
        subprocess.run(command, stdout=out, check=True)
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        database.execute(f"""CREATE TABLE events AS SELECT type, key, time::TIMESTAMP AS time, data
            FROM read_json('{tmp_path}/events.jsonl', format = 'newline_delimited', columns = {{
                type: 'VARCHAR', key: 'VARCHAR', time: 'VARCHAR', data: 'JSON'}})""")
        wanted = [
            [tuple(map(str, row)) for row in database.sql(query).fetchall()] for query in (REVENUE, PAID)
        ]
    revenue, paid = answered(done.stdout)
    assert len(revenue) > 100
    assert revenue == sorted(wanted[0])
    assert paid == sorted(wanted[1])
