"""`python -m cartload_writer consumer|tasks|api|migrate|openapi`."""

import asyncio
import logging
import sys

import pyarrow as pa

from cartload_kit.cli import dispatch
from cartload_kit.database import migrate
from cartload_kit.http import print_openapi, serve
from cartload_kit.service import run
from cartload_kit.settings import load
from cartload_writer import bootstrap
from cartload_writer.api import app
from cartload_writer.settings import ApiSettings, ConsumerSettings, MigrateSettings, TasksSettings


def _stay_small() -> None:
    """Arrow's own allocator keeps what a batch took; the C library's gives it back."""
    pa.set_memory_pool(pa.system_memory_pool())


def _consumer() -> None:
    _stay_small()
    settings, checks = load(ConsumerSettings), bootstrap.starting()
    run(bootstrap.consumer(settings, checks), service="writer-consumer", settings=settings, checks=checks)


def _tasks() -> None:
    _stay_small()
    settings, checks = load(TasksSettings), bootstrap.starting()
    run(bootstrap.tasks(settings, checks), service="writer-tasks", settings=settings, checks=checks)


def _api() -> None:
    _stay_small()
    settings, checks = load(ApiSettings), bootstrap.starting()
    serve(app.build(bootstrap.api_lifespan(settings, checks), checks), settings)


def _migrate() -> None:
    settings = load(MigrateSettings)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    migrate(settings.writer_database_url.get_secret_value(), bootstrap.MIGRATIONS)
    asyncio.run(bootstrap.make_container(settings))


def _openapi() -> None:
    print_openapi(app.build())


if __name__ == "__main__":
    dispatch({"consumer": _consumer, "tasks": _tasks, "api": _api, "migrate": _migrate, "openapi": _openapi})
