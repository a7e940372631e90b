"""JSON as the standard has it: no NaN or Infinity, no broken text or endless number, and no name twice."""

import json
import math
from typing import Any, NoReturn

from cartload_kit.errors import BadRequest, FieldError, Unprocessable

# More digits than a double can have before its point (309). Python takes time that grows with the square of
# the digits, and refuses above 4,300 with an error that says nothing to a client.
_LONGEST_NUMBER = 400


def loads(body: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises BadRequest when it is not JSON, Unprocessable when a number in it is too large to keep, a text in
    it has half a surrogate pair, or an object in it has a name twice.
    """
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_unique,
            parse_constant=_constant,
            parse_float=_real,
            parse_int=_whole,
        )
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8 (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise BadRequest(f"The body is not JSON: {error.msg} at character {error.pos}.") from error
    except RecursionError as error:
        raise BadRequest("The body is nested too deeply.") from error
    # Half a pair can only come from an escape: as bytes it is no UTF-8.
    if b"\\u" in body:
        _require_whole_text(value)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; Python itself would keep the last of several values and say nothing."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Unprocessable([FieldError(field=name, message="The name is there twice in one object.")])
        found[name] = value
    return found


def _constant(name: str) -> NoReturn:
    raise BadRequest(f"The body is not JSON: {name} is not a JSON number.")


def _real(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _refused(text)
    return value


def _whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise _refused(text)
    return int(text)


def _refused(text: str) -> Unprocessable:
    shown = text if len(text) <= 40 else f"{text[:40]}…"
    return Unprocessable([FieldError(field="body", value=shown, message="The number is too large.")])


def _require_whole_text(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        message = "A text holds half a surrogate pair, which is no character."
        raise Unprocessable([FieldError(field="body", message=message)]) from error
