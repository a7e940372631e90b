"""A report as the API answers it."""

from cartload_writer.api.schemas import Report

_CHECK = {"name": "users.id.unique", "title": "Ids are unique", "rows_checked": 2, "violations": 0}
_PROVEN = {"number": 1, "name": "Keys", "rows_checked": 2, "violations": 0, "ok": True}


def test_a_report_that_an_earlier_version_stored_is_answered_with_todays_keys() -> None:
    stored = {"kind": "full", "ok": True, "checks": [{**_CHECK, "truth": 1}], "truths": [_PROVEN]}
    answered = Report.model_validate({**stored, "state": "ready"}).model_dump(mode="json")
    assert answered["invariants"] == [_PROVEN]
    assert answered["checks"][0]["invariant"] == 1
    assert not {"truth", "truths"} & {*answered, *answered["checks"][0]}
