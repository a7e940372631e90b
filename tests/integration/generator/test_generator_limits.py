"""The limits of jobs with what of them is used, as the gateway reads them for administrators."""

from support.generator_service import Generator

LIMITS = "/internal/limits"
BIG = {"spec": {"customers": 200_000}}


async def test_they_name_what_the_user_has_who_uses_most(generator: Generator) -> None:
    one, other, admin = generator.user(), generator.user(), generator.admin()
    for user in (one, other, one):
        await user.job(BIG)
    finished = await generator.user().job()
    await generator.finish(finished)
    found = {limit["setting"]: limit for limit in (await admin.read(LIMITS))["items"]}
    assert list(found) == [
        "CARTLOAD_JOB_CUSTOMERS",
        "CARTLOAD_USER_UNFINISHED_JOBS",
        "CARTLOAD_USER_STORED_BYTES",
        "CARTLOAD_USER_STREAMS",
    ]
    assert found["CARTLOAD_JOB_CUSTOMERS"]["used"] is None
    assert found["CARTLOAD_USER_UNFINISHED_JOBS"]["used"] == 2
    assert found["CARTLOAD_USER_STORED_BYTES"]["used"] > 0
    assert found["CARTLOAD_USER_STREAMS"]["used"] == 0
    assert all(limit["maximum"] > 0 and limit["description"] for limit in found.values())


async def test_nobody_else_is_told(generator: Generator) -> None:
    assert (await generator.user().call("GET", LIMITS)).status_code == 403
    assert (await generator.http.get(LIMITS)).status_code == 401
