"""Users of a running system who read what they have: a steady rate of requests through its gateway.

`make load PART=requests` runs it on a system of its own. On any other, where limits of rates allow it:
`locust -f tests/load/locustfile.py --headless --host URL --users 50 --spawn-rate 50 --per-second 100`.
First each user signs up and makes a small dataset; the figures begin when all have theirs.
"""

# Locust is not installed where types are checked, so its classes and decorators have none.
# mypy: disable-error-code="misc,untyped-decorator"

import json
import secrets
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from locust import FastHttpUser, constant_throughput, events, task
from locust.env import Environment

PAGE = 20
LONGEST_WAIT = 60


@events.init_command_line_parser.add_listener
def add_options(parser: Any) -> None:
    """Add what is particular to this file."""
    parser.add_argument(
        "--per-second", type=float, default=500, help="requests a second of all users together"
    )
    parser.add_argument("--seconds", type=float, default=60, help="how long, from when all have signed up")
    parser.add_argument("--result", help="a file for the figures of all requests together, as JSON")


@events.quitting.add_listener
def write_result(environment: Environment, **_: Any) -> None:
    """Write the figures for a program to read. Locust's own files lag behind its last seconds."""
    total = environment.stats.total
    figures = {"requests": total.num_requests, "failures": total.num_failures} | {
        f"p{percent}": total.get_response_time_percentile(percent / 100) for percent in (50, 95, 99)
    }
    if environment.parsed_options.result:
        Path(environment.parsed_options.result).write_text(json.dumps(figures))


class Readiness:
    """Begins the measurement when every user has what it reads."""

    def __init__(self) -> None:
        self._missing = 0
        self._all_ready = Event()

    def expect(self, users: int) -> None:
        """Say how many will come."""
        self._missing = users

    def arrive(self, environment: Environment) -> None:
        """Wait for the others; the last one begins the measurement."""
        self._missing -= 1
        if self._missing == 0:
            environment.stats.clear_all()
            gevent.spawn_later(environment.parsed_options.seconds, environment.runner.quit)
            self._all_ready.set()
        self._all_ready.wait()


readiness = Readiness()


@events.test_start.add_listener
def expect_all(environment: Environment, **_: Any) -> None:
    """Learn how many users there will be."""
    readiness.expect(environment.parsed_options.num_users)


class Reader(FastHttpUser):
    """One signed-in user with one dataset, in a browser: a page is a list, or a part of the dataset."""

    # Passwords of many users at once wait for each other.
    network_timeout = 180.0

    def wait_time(self) -> float:
        """Each user has an equal share of the rate, whatever the answers take."""
        options = self.environment.parsed_options
        wait: float = constant_throughput(options.per_second / options.num_users)(self)
        return wait

    def on_start(self) -> None:
        """Sign up, make a dataset, and wait until all have one. Whoever fails ends the whole run."""
        try:
            self._sign_up()
        except Exception:
            self.environment.process_exit_code = 2
            self.environment.runner.quit()
            raise
        readiness.arrive(self.environment)

    def _sign_up(self) -> None:
        credentials = {"user_name": f"load-{secrets.token_hex(6)}", "password": secrets.token_urlsafe(12)}
        self._sent("POST", "/api/auth/register", json=credentials)
        signed_in = self._sent("POST", "/api/auth/login", json={**credentials, "refresh_in": "body"})
        self.client.auth_header = f"Bearer {signed_in['access_token']}"
        job = self._sent(
            "POST",
            "/api/jobs",
            json={"spec": {"customers": 100, "seed": 1}},
            headers={"Authorization": self.client.auth_header, "Prefer": f"wait={LONGEST_WAIT}"},
        )
        if job["state"] != "completed":
            raise RuntimeError(f"the job is {job['state']} after {LONGEST_WAIT} s")
        self._job, self._dataset = f"/api/jobs/{job['id']}", f"/api/datasets/{job['dataset_id']}"

    def _sent(self, method: str, path: str, **more: Any) -> Any:
        answer = self.client.request(method, path, name=f"before: {path}", **more)
        answer.raise_for_status()
        return answer.json()

    def _read(self, path: str, name: str) -> None:
        self.client.get(path, name=name, headers={"Authorization": self.client.auth_header})

    @task(4)
    def jobs(self) -> None:
        """The list of the user's jobs."""
        self._read(f"/api/jobs?limit={PAGE}", "/api/jobs")

    @task(4)
    def job(self) -> None:
        """One job."""
        self._read(self._job, "/api/jobs/{id}")

    @task(3)
    def datasets(self) -> None:
        """The list of the user's datasets."""
        self._read(f"/api/datasets?limit={PAGE}", "/api/datasets")

    @task(3)
    def dataset(self) -> None:
        """One dataset."""
        self._read(self._dataset, "/api/datasets/{id}")

    @task(2)
    def tables(self) -> None:
        """The tables of the dataset, from the writer."""
        self._read(f"{self._dataset}/tables", "/api/datasets/{id}/tables")

    @task(2)
    def rows(self) -> None:
        """A page of rows, from the dataset's own database."""
        self._read(
            f"{self._dataset}/tables/users/rows?limit={PAGE}", "/api/datasets/{id}/tables/{table}/rows"
        )

    @task(1)
    def account(self) -> None:
        """Who is signed in."""
        self._read("/api/auth/me", "/api/auth/me")

    @task(1)
    def page(self) -> None:
        """The UI's page, which needs no token."""
        self.client.get("/", name="/")
