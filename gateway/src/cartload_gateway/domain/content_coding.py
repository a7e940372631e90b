"""Which of several compressed forms of a file a client prefers (RFC 9110, 12.5.3)."""

from collections.abc import Iterable, Mapping, Sequence


def preferred_coding(accept_encoding: Iterable[str], available: Sequence[str]) -> str | None:
    """The available coding of the highest weight, the first of equals; None to send the file as it is.

    Args:
        accept_encoding: the values of each such header of the request; without one the file is sent as it is.
        available: the codings that there are, the smallest form first, in lower case.
    """
    weights = _weights(accept_encoding)
    others = weights.get("*", 0.0)
    # What is not compressed is acceptable unless refused, but only preferred by those who say so.
    as_it_is = weights.get("identity", 0.0)
    best = max(available, key=lambda coding: weights.get(coding, others), default=None)
    if best is None:
        return None
    weight = weights.get(best, others)
    return best if weight > 0 and weight >= as_it_is else None


def _weights(accept_encoding: Iterable[str]) -> Mapping[str, float]:
    listed = [item.partition(";") for value in accept_encoding for item in value.split(",")]
    return {coding.strip().lower(): _weight(parameter) for coding, _, parameter in listed if coding.strip()}


def _weight(parameter: str) -> float:
    """The number behind `q=`, 1 without one; 0, which refuses the coding, for what is no weight."""
    name, equals, value = parameter.partition("=")
    if not equals and not name.strip():
        return 1.0
    try:
        weight = float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
