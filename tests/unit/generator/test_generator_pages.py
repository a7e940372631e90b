"""Pages and filters of the lists: only cursors that were given out, only states that there are."""

from uuid import UUID

import pytest

from cartload_generator.api.jobs.routes import STATES
from cartload_kit.errors import Unprocessable
from cartload_kit.numbered_pages import NumberPosition, number_in, states_in
from cartload_kit.pagination import encode_cursor


@pytest.mark.parametrize("number", [0, 1, 41, 2**63 - 1])
def test_a_page_goes_on_where_the_one_before_ended(number: int) -> None:
    assert number_in(NumberPosition(n=number).cursor) == number


def test_the_first_page_has_no_cursor() -> None:
    assert number_in(None) is None


@pytest.mark.parametrize(
    "position",
    [{"n": -1}, {"n": 2**63}, {"n": "7"}, {"n": True}, {"n": 1.0}, {}, {"n": 1, "m": 2}, {"id": 1}],
)
def test_a_cursor_of_another_list_is_refused(position: dict[str, object]) -> None:
    with pytest.raises(Unprocessable):
        number_in(encode_cursor(position))


@pytest.mark.parametrize("text", ["", "!", "bnVsbA", str(UUID(int=1))])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Unprocessable):
        number_in(text)


def test_states_are_read_from_a_list_with_commas() -> None:
    assert states_in(None, STATES) == []
    assert states_in("queued", STATES) == ["queued"]
    assert states_in("queued, running,failed", STATES) == ["queued", "running", "failed"]


@pytest.mark.parametrize("text", ["", ",", "queued,", "Queued", "queued running", "deleting", "x" * 200])
def test_a_state_that_there_is_not_is_named_with_those_that_there_are(text: str) -> None:
    with pytest.raises(Unprocessable) as caught:
        states_in(text, STATES)
    assert caught.value.errors is not None
    (error,) = caught.value.errors
    assert (error.field, error.value) == ("state", text)
    assert "cancelling" in error.message
    assert len(error.message) < 300
