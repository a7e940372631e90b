"""Settings that cannot be kept together are refused at start, with all of their names."""

from typing import Any

import pytest

from cartload_kit.settings import load
from cartload_writer.settings import (
    MOST_CONNECTIONS,
    ApiSettings,
    ConsumerSettings,
    MigrateSettings,
    TasksSettings,
)

COMMON: dict[str, Any] = {
    "port": 1,
    "writer_database_url": "mysql://u:p@h:1/d",
    "blob_connection_string": "UseDevelopmentStorage=true",
    "kafka_bootstrap_servers": "k:1",
}


@pytest.mark.parametrize("tasks", range(1, 17))
def test_every_task_has_its_connections(tasks: int) -> None:
    """With sixteen at a time, too: a task and its lease on our own tables, its builds on the dataset."""
    settings = TasksSettings(**COMMON, writer_tasks_at_once=tasks, writer_prepares_at_once=4)
    assert settings.own_connections >= 2 * (tasks + 4)
    assert settings.dataset_connections >= tasks * settings.writer_index_builds + 2 * 4 + 1


def test_more_connections_than_a_server_has_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        load(TasksSettings, **COMMON, writer_tasks_at_once=16, writer_index_builds=16)
    said = capsys.readouterr().err
    assert "CARTLOAD_WRITER_TASKS_AT_ONCE=16" in said
    assert "CARTLOAD_WRITER_INDEX_BUILDS=16" in said
    assert f"at most {MOST_CONNECTIONS}" in said


def test_connections_that_no_batch_can_use_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        load(ConsumerSettings, **COMMON, writer_bulk_connections=8, writer_batches_in_flight=4)
    said = capsys.readouterr().err
    assert "CARTLOAD_WRITER_BULK_CONNECTIONS=8 and CARTLOAD_WRITER_BATCHES_IN_FLIGHT=4: " in said


API: dict[str, Any] = {
    "port": 1,
    "writer_database_url": "mysql://u:p@h:1/d",
    "blob_connection_string": "UseDevelopmentStorage=true",
    "jwks_url": "http://h/jwks",
}


@pytest.mark.parametrize("what", ["writer_row_queries", "writer_exports", "writer_downloads"])
def test_a_users_share_is_at_most_that_of_all(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    load(ApiSettings, **API, **{what: 3, f"{what}_user": 3})
    with pytest.raises(SystemExit):
        load(ApiSettings, **API, **{what: 3, f"{what}_user": 4})
    said = capsys.readouterr().err
    assert f"CARTLOAD_{what.upper()}_USER=4 and CARTLOAD_{what.upper()}=3" in said
    assert len(said.splitlines()) == 1


def test_every_conflict_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        load(ApiSettings, **API, writer_exports=1, writer_downloads=1)
    assert len(capsys.readouterr().err.splitlines()) == 2


@pytest.mark.parametrize("name", ["ab", "Cartload", "cart_load", "-cart", "cart-", "a" * 64])
def test_names_that_no_container_can_have_are_refused(name: str) -> None:
    with pytest.raises(SystemExit):
        load(MigrateSettings, **{**API, "blob_container": name})


def test_as_many_connections_as_batches_are_allowed() -> None:
    load(ConsumerSettings, **COMMON, writer_bulk_connections=4, writer_batches_in_flight=4)
