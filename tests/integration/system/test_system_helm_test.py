"""What `helm test` runs, against the running system."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from cartload_dev.paths import checkout
from cartload_dev.system_client import SystemClient
from support.client import TABLES, User

SCRIPT = checkout() / "deploy" / "helm" / "cartload" / "files" / "test_job.py"


async def run(cartload: SystemClient, **environ: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", SCRIPT.read_text(encoding="utf-8")],
        env={"PATH": os.environ["PATH"], "GATEWAY_URL": cartload.base_url, **environ},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def login(folder: Path, user: User, password: str) -> str:
    (folder / "user_name").write_text(user.name)
    (folder / "password").write_text(password)
    return str(folder)


async def test_it_makes_a_dataset_as_a_new_user(cartload: SystemClient) -> None:
    done = await run(cartload)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f" rows in {len(TABLES)} tables was made, read and deleted.\n")


async def test_it_signs_in_with_a_given_login_and_leaves_no_dataset(
    cartload: SystemClient, user: User, tmp_path: Path
) -> None:
    done = await run(cartload, LOGIN_DIR=login(tmp_path, user, user.password))
    assert (done.returncode, done.stderr) == (0, "")
    left = (await user.get("/api/datasets"))["items"]
    assert {dataset["state"] for dataset in left} <= {"deleting", "deleted"}


async def test_it_says_in_one_line_what_was_refused(
    cartload: SystemClient, user: User, tmp_path: Path
) -> None:
    done = await run(cartload, LOGIN_DIR=login(tmp_path, user, "not the password"))
    assert done.returncode == 1
    assert done.stderr.startswith("POST /api/auth/login: 401 {")
    assert done.stderr.count("\n") == 1
