"""Settings that cannot be kept together are refused at start, with all of their names."""

from typing import Any

import pytest

from cartload_kit.settings import load
from cartload_writer.settings import MOST_CONNECTIONS, ConsumerSettings, TasksSettings

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
