"""`python -m cartload_writer consumer|tasks|checker|api|migrate|openapi`; each role loads what it needs."""

import asyncio
import logging
import sys

from cartload_kit.cli import dispatch
from cartload_kit.settings import load


def _stay_small() -> None:
    """Arrow's own allocator keeps what a batch took; the C library's gives it back."""
    from cartload.engine.worker_process import leave_out_pandas

    leave_out_pandas()
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())


def _consumer() -> None:
    from cartload_kit.service import run
    from cartload_writer.bootstrap import starting
    from cartload_writer.consumers.bootstrap import consumer
    from cartload_writer.settings import ConsumerSettings

    _stay_small()
    settings, checks = load(ConsumerSettings), starting()
    run(consumer(settings, checks), service="writer-consumer", settings=settings, checks=checks)


def _tasks() -> None:
    from cartload_kit.service import run
    from cartload_writer.bootstrap import starting
    from cartload_writer.settings import TasksSettings
    from cartload_writer.tasks.bootstrap import tasks

    _stay_small()
    settings, checks = load(TasksSettings), starting()
    run(tasks(settings, checks), service="writer-tasks", settings=settings, checks=checks)


def _checker() -> None:
    from cartload_kit.service import run
    from cartload_writer.bootstrap import starting
    from cartload_writer.settings import CheckerSettings
    from cartload_writer.tasks.examination.bootstrap import checker

    settings, checks = load(CheckerSettings), starting()
    run(checker(settings, checks), service="writer-checker", settings=settings, checks=checks)


def _api() -> None:
    from cartload_kit.http import serve
    from cartload_writer import app
    from cartload_writer.api.bootstrap import lifespan
    from cartload_writer.bootstrap import starting
    from cartload_writer.settings import ApiSettings

    _stay_small()
    settings, checks = load(ApiSettings), starting()
    serve(app.build(lifespan(settings, checks), checks), settings)


def _migrate() -> None:
    from cartload_kit.database.migrate import migrate
    from cartload_writer.adapters.blob import make_container
    from cartload_writer.bootstrap import MIGRATIONS
    from cartload_writer.settings import MigrateSettings

    settings = load(MigrateSettings)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    migrate(settings.writer_database_url.get_secret_value(), MIGRATIONS)
    asyncio.run(make_container(settings.blob_account, settings.blob_container))


def _openapi() -> None:
    from cartload_kit.http import print_openapi
    from cartload_writer import app

    print_openapi(app.build())


if __name__ == "__main__":
    roles = {"consumer": _consumer, "tasks": _tasks, "checker": _checker, "api": _api}
    dispatch({**roles, "migrate": _migrate, "openapi": _openapi})
