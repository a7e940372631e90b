"""What `make setup` has to do: what is missing, and nothing where all is there."""

import io
from pathlib import Path

import pytest

from cartload_dev import setup
from cartload_dev.cache import Cache
from cartload_dev.downloads import downloads, installed
from cartload_dev.errors import LauncherError
from cartload_dev.progress import Line

SERVERS = {"Kafka and MariaDB", "Azurite"}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CACHE_HOME": str(tmp_path), "CARTLOAD_ENGINE": "native", "PATH": ""}


def test_servers_that_are_not_in_the_cache_are_fetched(environ: dict[str, str]) -> None:
    assert setup.missing(environ).keys() & SERVERS == SERVERS
    java, _ = downloads(environ)
    Cache.of(environ).install(java.name, lambda _: None)
    assert setup.missing(environ).keys() & SERVERS == {"Azurite"}


def test_containers_need_no_servers_in_the_cache(environ: dict[str, str]) -> None:
    assert not setup.missing({**environ, "CARTLOAD_ENGINE": "docker"}).keys() & SERVERS


def test_nothing_is_fetched_for_a_machine_that_cannot_run_it(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(LauncherError, match="Java is missing"):
        setup.install(environ, Line(io.StringIO()))
    assert list(tmp_path.iterdir()) == []


def test_programs_are_found_where_the_cache_has_them(environ: dict[str, str], tmp_path: Path) -> None:
    cache = Cache.of(environ)
    entries = [cache.install(download.name, lambda _: None) for download in downloads(environ)]
    found = installed(cache, environ)
    assert [found.kafka.parent, found.mariadb.parent] == [entries[0], entries[0]]
    assert found.azurite.is_relative_to(entries[1])
