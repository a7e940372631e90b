"""Settings that cannot be kept together are refused at start, with all of their names."""

from typing import Any

import pytest

from cartload_kit.settings import load
from cartload_writer.adapters.blob_account import BlobAccount
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


BLOB_URL = "https://account.blob.core.windows.net"


@pytest.mark.parametrize(
    ("values", "account"),
    [
        ({"blob_connection_string": "text"}, BlobAccount("text")),
        (
            {"blob_account_url": BLOB_URL, "blob_sas": "?sig=hunter2"},
            BlobAccount(None, BLOB_URL, "?sig=hunter2"),
        ),
        ({"blob_account_url": BLOB_URL + "/"}, BlobAccount(None, BLOB_URL)),
        (
            {"blob_account_url": "http://azurite:10000/cartload", "blob_sas": "sig=hunter2"},
            BlobAccount(None, "http://azurite:10000/cartload", "sig=hunter2"),
        ),
    ],
)
def test_an_account_is_named_in_one_of_two_ways(values: dict[str, Any], account: BlobAccount) -> None:
    found = load(MigrateSettings, **{**API, "blob_connection_string": None, **values}).blob_account
    assert found == account
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {},
            "CARTLOAD_BLOB_CONNECTION_STRING is not set and CARTLOAD_BLOB_ACCOUNT_URL is not set: "
            "set exactly one of the two",
        ),
        (
            {"blob_connection_string": "hunter2", "blob_account_url": BLOB_URL},
            f"CARTLOAD_BLOB_CONNECTION_STRING=******** and CARTLOAD_BLOB_ACCOUNT_URL={BLOB_URL}: "
            "set exactly one of the two",
        ),
        (
            {"blob_connection_string": "hunter2", "blob_sas": "sig=hunter2"},
            "CARTLOAD_BLOB_SAS=******** and CARTLOAD_BLOB_ACCOUNT_URL is not set: "
            "a SAS is used with the URL only; a connection string carries its own",
        ),
        (
            {"blob_account_url": "http://account.example"},
            "CARTLOAD_BLOB_ACCOUNT_URL=http://account.example and CARTLOAD_BLOB_SAS is not set: "
            "the tokens of an identity are sent over https only",
        ),
        (
            {"blob_account_url": f"{BLOB_URL}?sv=1&sig=hunter2"},
            f"CARTLOAD_BLOB_ACCOUNT_URL='{BLOB_URL}?sv=1&sig=********': "
            "must end before the ?: a SAS belongs into CARTLOAD_BLOB_SAS",
        ),
    ],
)
def test_what_names_no_account_or_two_is_refused(
    values: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        load(MigrateSettings, **{**API, "blob_connection_string": None, **values})
    assert capsys.readouterr().err == f"{said}\n"


def test_as_many_connections_as_batches_are_allowed() -> None:
    load(ConsumerSettings, **COMMON, writer_bulk_connections=4, writer_batches_in_flight=4)
