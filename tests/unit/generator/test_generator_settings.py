"""Settings of the generator: what is wrong is told at start, with the variable and its value."""

from pathlib import Path

import pytest

from cartload_generator.settings import ApiSettings
from cartload_kit.settings import load

NEEDED = {
    "CARTLOAD_GENERATOR_DATABASE_URL": "mysql://generator:secret@127.0.0.1/generator",
    "CARTLOAD_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
    "CARTLOAD_JWKS_URL": "http://127.0.0.1:8001/.well-known/jwks.json",
    "CARTLOAD_PORT": "8002",
}


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_disk_that_is_not_there_is_refused_at_start(
    environ: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "not-mounted"
    environ.setenv("CARTLOAD_DISK_PATH", str(missing))
    with pytest.raises(SystemExit):
        load(ApiSettings)
    line = capsys.readouterr().err
    assert "CARTLOAD_DISK_PATH" in line
    assert str(missing) in line
    missing.mkdir()
    assert load(ApiSettings).disk_path == missing
