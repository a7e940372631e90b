"""`python -m cartload_generator ROLE`: the roles `api` and `worker`, and the one-shots beside them."""

import asyncio

from cartload_contracts import topics
from cartload_generator.settings import ApiSettings, MigrateSettings, WorkerSettings
from cartload_kit import cli, logging
from cartload_kit.kafka import ensure_topics
from cartload_kit.kafka.settings import KafkaSettings
from cartload_kit.settings import load


def api() -> None:
    """Serve jobs and datasets, and dispatch."""
    # Here and not above: a worker then loads no database toolkit, whose memory is better spent on chunks.
    from cartload_generator import bootstrap

    bootstrap.run_api(load(ApiSettings))


def worker() -> None:
    """Make chunks."""
    from cartload.engine.worker_process import leave_out_pandas
    from cartload_generator.consumers import bootstrap

    leave_out_pandas()
    bootstrap.run(load(WorkerSettings))


def migrate() -> None:
    """Bring the database up to date; harmless to repeat."""
    from cartload_generator.bootstrap import MIGRATIONS
    from cartload_kit.database.migrate import migrate as run_migrations

    settings = load(MigrateSettings)
    logging.configure("generator-migrate")
    run_migrations(settings.generator_database_url.get_secret_value(), MIGRATIONS)


def make_topics() -> None:
    """Create the Kafka topics that are missing; harmless to repeat."""
    settings = load(KafkaSettings)
    logging.configure("generator-topics")
    asyncio.run(ensure_topics(settings.kafka, topics.ALL))


def openapi() -> None:
    """Print the OpenAPI document."""
    from cartload_generator.app import build
    from cartload_kit.http import print_openapi

    print_openapi(build())


if __name__ == "__main__":
    cli.dispatch(
        {"api": api, "worker": worker, "migrate": migrate, "topics": make_topics, "openapi": openapi}
    )
