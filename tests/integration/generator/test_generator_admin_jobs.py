"""Jobs of all users, as administrators see and cancel them."""

import pytest

from support.generator_service import Generator

JOBS = "/api/admin/jobs"
BIG = {"spec": {"customers": 200_000}}


async def test_the_jobs_of_all_users_are_listed_newest_first_with_their_owners(generator: Generator) -> None:
    one, other, admin = generator.user(), generator.user(), generator.admin()
    made = [(await user.job(), str(user.id)) for user in (one, other, one)]
    page = await admin.read(f"{JOBS}?limit=2")
    rest = await admin.read(f"{JOBS}?limit=2&cursor={page['next']}")
    seen = [(job["id"], job["owner_id"]) for job in (*page["items"], *rest["items"])]
    assert seen[:3] == [(job["id"], owner) for job, owner in reversed(made)]


async def test_jobs_are_found_by_state(generator: Generator) -> None:
    user, admin = generator.user(), generator.admin()
    paused, _ = await user.job(BIG), await user.job(BIG)
    await user.act(paused, "pause")
    found = await admin.read(f"{JOBS}?state=paused")
    assert [job["id"] for job in found["items"]] == [paused["id"]]
    assert (await admin.call("GET", f"{JOBS}?state=lost")).status_code == 422


@pytest.mark.parametrize("running", [False, True])
async def test_an_administrator_cancels_anybodys_job_and_its_history_says_so(
    generator: Generator, running: bool
) -> None:
    user, admin = generator.user(), generator.admin()
    job = await user.job(BIG)
    if running:
        await generator.prepare(job)
        await generator.chunks(job, 16)
    answer = await admin.call("POST", f"{JOBS}/{job['id']}/cancel")
    assert (answer.status_code, answer.json()["owner_id"]) == (202, str(user.id))
    assert answer.json()["state"] == ("cancelling" if running else "cancelled")
    events = (await user.read(f"/api/jobs/{job['id']}/events"))["items"]
    assert [event["detail"] for event in events if event["detail"]] == ["By an administrator."]


async def test_what_cannot_be_cancelled_is_refused(generator: Generator) -> None:
    user, admin = generator.user(), generator.admin()
    job = await user.job()
    await generator.finish(job)
    assert (await admin.call("POST", f"{JOBS}/{job['id']}/cancel")).status_code == 409
    assert (await admin.call("POST", f"{JOBS}/{job['dataset_id']}/cancel")).status_code == 404


async def test_nobody_else_sees_or_cancels_them(generator: Generator) -> None:
    user, other = generator.user(), generator.user()
    job = await user.job()
    assert (await other.call("GET", JOBS)).status_code == 403
    assert (await user.call("POST", f"{JOBS}/{job['id']}/cancel")).status_code == 403
    assert (await generator.http.get(JOBS)).status_code == 401
    assert (await user.read(f"/api/jobs/{job['id']}"))["state"] == "queued"
