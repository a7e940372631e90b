"""`helm test`: sign in, make a small dataset through the gateway, read it back, delete it."""

import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

GATEWAY = os.environ["GATEWAY_URL"]
LOGIN = os.environ.get("LOGIN_DIR", "")
CUSTOMERS = 100
SECONDS = 240


def call(method: str, path: str, body: object = None, token: str = "", **headers: str) -> Any:
    """Return the answer's JSON; raises SystemExit with what the gateway said when it refused."""
    headers = {"Content-Type": "application/json", **headers}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{GATEWAY}{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}")


def account() -> dict[str, str]:
    """Return the login that was given, or that of a new account."""
    if LOGIN:
        return {name: (Path(LOGIN) / name).read_text(encoding="utf-8") for name in ("user_name", "password")}
    login = {"user_name": f"helm-test-{secrets.token_hex(6)}", "password": secrets.token_hex(16)}
    call("POST", "/api/auth/register", login)
    return login


def main() -> None:
    """Run the test."""
    token = call("POST", "/api/auth/login", {**account(), "refresh_in": "body"})["access_token"]
    spec = {"name": "helm test", "customers": CUSTOMERS, "seed": 1}
    job = call("POST", "/api/jobs", {"spec": spec}, token, Prefer="wait=30")
    deadline = time.monotonic() + SECONDS
    while job["state"] != "completed":
        if job["state"] in ("failed", "cancelled") or time.monotonic() > deadline:
            sys.exit(f"the job is {job['state']}: {job.get('error')}")
        time.sleep(2)
        job = call("GET", f"/api/jobs/{job['id']}", token=token)
    dataset = f"/api/datasets/{job['dataset_id']}"
    tables = {
        table["name"]: table["rows"] for table in call("GET", f"{dataset}/tables", token=token)["items"]
    }
    if tables["users"] != CUSTOMERS:
        sys.exit(f"{CUSTOMERS} customers were asked for, {tables['users']} are stored")
    call("DELETE", dataset, token=token)
    print(f"A dataset of {sum(tables.values())} rows in {len(tables)} tables was made, read and deleted.")


main()
