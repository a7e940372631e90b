"""The demo's login and its line of progress."""

import stat
from pathlib import Path

from cartload_dev.demo import Login, describe
from cartload_dev.paths import RunDir


def test_the_login_is_random_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    run = RunDir(tmp_path)
    assert Login.load(run) is None
    login = Login.fresh()
    login.save(run)
    assert Login.load(run) == login
    assert stat.S_IMODE(run.login.stat().st_mode) == 0o600
    assert Login.fresh() != login
    assert 8 <= len(login.password) <= 64


def test_progress_names_phase_and_rows() -> None:
    job = {"phase": "generating", "state": "running", "rows_done": 1500, "rows_total": 150_000}
    assert describe(job) == "generating: 1,500 of 150,000 rows"
    assert describe({**job, "phase": None, "state": "queued"}).startswith("queued: ")
