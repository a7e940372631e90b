"""What Schemathesis checks besides its own checks; it imports this module (`tests/schemathesis.toml`)."""

from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response


@schemathesis.check
def no_rate_limit(context: CheckContext, response: Response, case: Case[Any]) -> None:
    """A request that a limit of rates stops was never tried."""
    assert response.status_code != 429, "a rate limit stopped the request"
