"""Draw the Grafana dashboards of deploy/observability/dashboards from the queries below.

A dashboard's JSON is long and says little: here is what it says. Each panel is its title, its unit as Grafana
names it, and its queries with their legends; three panels stand side by side.
"""

import json
from pathlib import Path

from grafana import Dashboard, Panel, document
from queries import INTERVAL, mean, quantile, rate

TARGET = Path(__file__).resolve().parents[2] / "deploy" / "observability" / "dashboards"

_REQUESTS = "cartload_http_request_duration_seconds"
_NO_HEALTH = 'route!~"/health/.*|/metrics"'

OVERVIEW = Dashboard(
    "overview",
    "Cartload: service overview",
    {
        "Objectives": [
            Panel(
                "API: share of errors",
                "percentunit",
                {
                    "cartload:api_errors:ratio_rate5m": "5 minutes",
                    "cartload:api_errors:ratio_rate1h": "1 hour",
                    "cartload:api_errors:ratio_rate3d": "3 days",
                },
                "The objective is at most 0.1 % over 30 days. Empty while there are no errors.",
            ),
            Panel(
                "Jobs: share that began after more than 10 s",
                "percentunit",
                {
                    "cartload:slow_job_starts:ratio_rate5m": "5 minutes",
                    "cartload:slow_job_starts:ratio_rate1h": "1 hour",
                    "cartload:slow_job_starts:ratio_rate3d": "3 days",
                },
                "The objective is at most 5 % over 30 days.",
            ),
            Panel(
                "Processes that do not answer",
                "none",
                {'count(up{job="cartload"} == 0) or vector(0)': "down"},
            ),
        ],
        "Requests": [
            Panel("Requests", "reqps", {rate(f"{_REQUESTS}_count", "service", _NO_HEALTH): "{{service}}"}),
            Panel(
                "Errors (5xx)",
                "reqps",
                {
                    rate(f"{_REQUESTS}_count", "service, route, status", 'status=~"5.."'): (
                        "{{service}} {{route}} {{status}}"
                    )
                },
            ),
            Panel(
                "Duration, 95 of 100",
                "s",
                {quantile(0.95, _REQUESTS, "service", _NO_HEALTH): "{{service}}"},
            ),
            Panel(
                "Slowest routes, 95 of 100",
                "s",
                {
                    f"topk(10, {quantile(0.95, _REQUESTS, 'service, route', _NO_HEALTH)})": (
                        "{{service}} {{route}}"
                    )
                },
            ),
            Panel(
                "Open now",
                "none",
                {"sum by (service, kind) (cartload_http_requests_in_flight)": "{{service}} {{kind}}"},
            ),
            Panel("WebSockets", "none", {"sum(cartload_notifier_connections)": "open"}),
        ],
        "Access": [
            Panel(
                "Refused by limits", "reqps", {rate("cartload_limits_refused_total", "limit"): "{{limit}}"}
            ),
            Panel("Tokens refused", "reqps", {rate("cartload_tokens_refused_total", "reason"): "{{reason}}"}),
            Panel("Sign-ins", "reqps", {rate("cartload_auth_logins_total", "outcome"): "{{outcome}}"}),
        ],
        "Processes": [
            Panel("Memory", "bytes", {'process_resident_memory_bytes{job="cartload"}': "{{instance}}"}),
            Panel(
                "Processors",
                "none",
                {f'rate(process_cpu_seconds_total{{job="cartload"}}[{INTERVAL}])': "{{instance}}"},
            ),
            Panel("Open files", "none", {'process_open_fds{job="cartload"}': "{{instance}}"}),
        ],
    },
)

_BATCHES = 'topic=~"cartload.batches.*"'

PIPELINE = Dashboard(
    "pipeline",
    "Cartload: pipeline",
    {
        "Throughput": [
            Panel("Rows made", "rowsps", {rate("cartload_worker_rows_total", "table"): "{{table}}"}),
            Panel("Rows stored", "rowsps", {rate("cartload_writer_rows_total", "table"): "{{table}}"}),
            Panel(
                "Bytes",
                "Bps",
                {
                    rate("cartload_worker_bytes_total"): "sent to Kafka",
                    rate("cartload_writer_blob_bytes_total"): "put into Blob",
                },
            ),
        ],
        "Lag": [
            Panel(
                "Records not finished",
                "none",
                {"sum by (group, topic) (cartload_kafka_lag_records)": "{{group}} {{topic}}"},
            ),
            Panel(
                "Age of the oldest",
                "s",
                {"max by (group, topic) (cartload_kafka_lag_seconds)": "{{group}} {{topic}}"},
            ),
            Panel(
                "Rows in flight, over all jobs", "none", {"max(cartload_generator_rows_in_flight)": "rows"}
            ),
        ],
        "A chunk's time by stage, 95 of 100": [
            Panel(
                "Waiting in Kafka",
                "s",
                {
                    quantile(
                        0.95, "cartload_kafka_queued_seconds", "", 'topic="cartload.chunks"'
                    ): "commands",
                    quantile(0.95, "cartload_kafka_queued_seconds", "", _BATCHES): "batches",
                    quantile(
                        0.95, "cartload_kafka_queued_seconds", "", 'topic="cartload.results"'
                    ): "results",
                },
            ),
            Panel(
                "Made and stored",
                "s",
                {
                    quantile(0.95, "cartload_worker_chunk_duration_seconds"): "made (whole chunk)",
                    quantile(0.95, "cartload_worker_encode_duration_seconds"): "of it hashed and encoded",
                    quantile(0.95, "cartload_kafka_handle_duration_seconds", "", _BATCHES): "stored (batch)",
                    quantile(0.95, "cartload_generator_apply_duration_seconds"): "results applied",
                },
            ),
            Panel(
                "From its command until all is stored",
                "s",
                {
                    quantile(0.5, "cartload_generator_chunk_stored_seconds"): "half",
                    quantile(0.95, "cartload_generator_chunk_stored_seconds"): "95 of 100",
                },
            ),
        ],
        "Writers": [
            Panel(
                "A batch's steps, mean",
                "s",
                {mean("cartload_writer_step_duration_seconds", "step"): "{{step}}"},
            ),
            Panel("Batches", "ops", {rate("cartload_writer_batches_total", "outcome"): "{{outcome}}"}),
            Panel(
                "Transactions begun again",
                "ops",
                {rate("cartload_writer_transaction_retries_total", "reason"): "{{reason}}"},
            ),
        ],
        "Consumers": [
            Panel(
                "Records in flight, of those that may be",
                "percentunit",
                {
                    "sum by (group) (cartload_kafka_records_in_flight)"
                    " / sum by (group) (cartload_kafka_records_in_flight_limit)": "{{group}}"
                },
            ),
            Panel(
                "Records",
                "ops",
                {rate("cartload_kafka_records_total", "group, outcome"): "{{group}} {{outcome}}"},
            ),
            Panel(
                "Attempts repeated",
                "ops",
                {rate("cartload_kafka_retries_total", "group, cause"): "{{group}} {{cause}}"},
            ),
            Panel(
                "Dead letters in the last hour",
                "none",
                {
                    "sum by (group, topic) (increase("
                    'cartload_kafka_records_total{outcome="dead_letter"}[1h]))': "{{group}} {{topic}}"
                },
            ),
            Panel("Waits for what is away", "none", {"max by (group) (cartload_kafka_waiting)": "{{group}}"}),
            Panel("Rebalances", "ops", {rate("cartload_kafka_rebalances_total", "group"): "{{group}}"}),
        ],
    },
)

JOBS = Dashboard(
    "jobs",
    "Cartload: jobs",
    {
        "Jobs": [
            Panel("Requested", "ops", {rate("cartload_jobs_created_total", "kind"): "{{kind}}"}),
            Panel("Ended", "ops", {rate("cartload_jobs_ended_total", "state"): "{{state}}"}),
            Panel(
                "Waiting to begin",
                "none",
                {"max(cartload_jobs_queued)": "jobs"},
            ),
        ],
        "Times": [
            Panel(
                "From the request to the beginning",
                "s",
                {
                    quantile(0.5, "cartload_job_start_seconds"): "half",
                    quantile(0.95, "cartload_job_start_seconds"): "95 of 100",
                    "max(cartload_jobs_oldest_queued_seconds)": "oldest that waits now",
                },
            ),
            Panel(
                "From the request to the end, 95 of 100, completed",
                "s",
                {quantile(0.95, "cartload_job_duration_seconds", "size", 'state="completed"'): "{{size}}"},
            ),
            Panel("Chunks sent again", "ops", {rate("cartload_generator_chunks_repeated_total"): "chunks"}),
        ],
        "Streams": [
            Panel("Events that arrived in Kafka", "ops", {rate("cartload_player_events_total"): "events"}),
            Panel("Streams that players have", "none", {"sum(cartload_player_streams)": "streams"}),
            Panel("Ended", "ops", {rate("cartload_streams_ended_total", "state"): "{{state}}"}),
            Panel(
                "Clocks held up, of the time of all streams",
                "percentunit",
                {f"{rate('cartload_player_slowed_seconds_total')} / sum(cartload_player_streams)": "held up"},
                "By Kafka, or by the rate limit that a stream's owner wants.",
            ),
        ],
        "Shops": [
            Panel(
                "Opened, removed, or not to be opened",
                "ops",
                {rate("cartload_shops_changed_total", "outcome"): "{{outcome}}"},
            ),
            Panel("Events that arrived in Kafka", "ops", {rate("cartload_shop_events_total"): "events"}),
        ],
        "Tasks: prepare, seal, discard, delete, check": [
            Panel("Open", "none", {"max(cartload_writer_tasks_open)": "tasks"}),
            Panel(
                "Runs", "ops", {rate("cartload_writer_tasks_total", "kind, outcome"): "{{kind}} {{outcome}}"}
            ),
            Panel(
                "Time of a run, mean",
                "s",
                {mean("cartload_writer_task_duration_seconds", "kind"): "{{kind}}"},
            ),
            Panel(
                "Slots taken",
                "percentunit",
                {"sum(cartload_writer_tasks_running) / sum(cartload_writer_task_slots)": "slots"},
            ),
            Panel("Databases in stock", "none", {"max(cartload_writer_stock_databases)": "databases"}),
            Panel("Job states sent to browsers", "ops", {rate("cartload_notifier_sent_total"): "states"}),
        ],
    },
)

DEPENDENCIES = Dashboard(
    "dependencies",
    "Cartload: dependencies",
    {
        "Readiness": [
            Panel(
                "Checks that fail",
                "none",
                {"min by (service, check) (cartload_ready_check)": "{{service}} {{check}}"},
                "1: the check passes; 0: it does not.",
            ),
            Panel(
                "Services that do not answer the gateway",
                "reqps",
                {rate("cartload_gateway_upstream_failures_total", "upstream, kind"): "{{upstream}} {{kind}}"},
            ),
            Panel("Public keys", "ops", {rate("cartload_jwks_reads_total", "outcome"): "{{outcome}}"}),
        ],
        "MySQL": [
            Panel(
                "Connections lent, of those in the pool",
                "percentunit",
                {
                    "sum by (pool) (cartload_database_pool_in_use_connections)"
                    " / sum by (pool) (cartload_database_pool_size_connections)": "{{pool}}",
                    "sum(cartload_writer_bulk_connections_in_use)"
                    " / sum(cartload_writer_bulk_connections_limit)": "bulk",
                },
            ),
            Panel(
                "Callers that wait for one",
                "none",
                {"sum by (pool) (cartload_database_pool_waiting_callers)": "{{pool}}"},
            ),
            Panel(
                "Wait for one, 95 of 100",
                "s",
                {
                    quantile(0.95, "cartload_database_pool_wait_seconds", "pool"): "{{pool}}",
                    quantile(0.95, "cartload_writer_bulk_wait_seconds"): "bulk",
                },
            ),
            Panel(
                "Callers that got none",
                "ops",
                {rate("cartload_database_pool_timeouts_total", "pool"): "{{pool}}"},
            ),
        ],
        "Kafka": [
            Panel(
                "Sends, 95 of 100",
                "s",
                {quantile(0.95, "cartload_kafka_send_duration_seconds", "topic"): "{{topic}}"},
            ),
            Panel(
                "Sends that failed",
                "ops",
                {
                    rate(
                        "cartload_kafka_send_duration_seconds_count", "topic", 'outcome="failed"'
                    ): "{{topic}}"
                },
            ),
            Panel(
                "Bytes that wait for an acknowledgement",
                "percentunit",
                {
                    "sum(cartload_kafka_send_buffer_bytes)"
                    " / sum(cartload_kafka_send_buffer_limit_bytes)": "buffers"
                },
            ),
        ],
        "Blob, memory, pools": [
            Panel(
                "Time to put a part, mean",
                "s",
                {mean("cartload_writer_step_duration_seconds", "", 'step="blob"'): "blob"},
            ),
            Panel(
                "Memory of batches in work",
                "percentunit",
                {
                    "sum(cartload_writer_batch_memory_bytes)"
                    " / sum(cartload_writer_batch_memory_limit_bytes)": "writers"
                },
            ),
            Panel(
                "The gateway's connections to services",
                "percentunit",
                {
                    "sum by (lane) (cartload_gateway_upstream_requests)"
                    " / sum by (lane) (cartload_gateway_upstream_connections_limit)": "{{lane}}"
                },
            ),
            Panel(
                "Password threads and their queue",
                "percentunit",
                {"sum(cartload_auth_passwords_waiting) / sum(cartload_auth_passwords_limit)": "auth"},
            ),
        ],
    },
)

DASHBOARDS = (OVERVIEW, PIPELINE, JOBS, DEPENDENCIES)


if __name__ == "__main__":
    TARGET.mkdir(parents=True, exist_ok=True)
    for one in DASHBOARDS:
        text = json.dumps(document(one), indent=2) + "\n"
        (TARGET / f"{one.name}.json").write_text(text, encoding="utf-8")
