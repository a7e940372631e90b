"""The `Prefer: wait=N` of RFC 7240."""

import re

_WAIT = re.compile(r"""^wait\s*=\s*"?(\d{1,9})"?$""", re.IGNORECASE)


def wait_seconds(headers: list[str], most: int) -> int | None:
    """How long an answer is to wait, at most `most` seconds; None when that is not asked for.

    Of several the first counts; what cannot be read is left aside, as the RFC has it.
    """
    for header in headers:
        for preference in header.split(","):
            match = _WAIT.match(preference.split(";")[0].strip())
            if match is not None:
                return min(int(match.group(1)), most)
    return None
