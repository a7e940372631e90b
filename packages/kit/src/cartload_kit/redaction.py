"""Taking secrets out of text before it is written anywhere."""

import re

MASK = "********"

_PATTERNS = (
    # Up to the last @, since a password that was not encoded may have an @ or / itself; what looks like a
    # port before a path is none. The bound keeps the search linear in texts that strangers send.
    (re.compile(r"(://[^:/?#@\s]*:)(?!\d{1,5}(?:[/\s]|$))[^\s'\"]{1,256}(@)"), rf"\1{MASK}\2"),
    (re.compile(r"((?:AccountKey|SharedAccessSignature|sig)=)[^;&\s'\"]+", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"(\bBearer\s+)[A-Za-z0-9._~+/=-]+", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), MASK),
    (
        re.compile(
            r"(['\"]?(?:password|passwd|secret|refresh_token|access_token)['\"]?\s*[=:]\s*)(['\"]?)[^'\",\s}]+"
        ),
        rf"\1\2{MASK}",
    ),
)
_NAMES = re.compile(
    r"password|passwd|secret|authorization|cookie|connection_string|private_key|(?:^|_)token$", re.IGNORECASE
)


def redact(text: str) -> str:
    """``text`` with passwords in URLs, account keys, bearer tokens and JWTs masked."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def is_secret_name(name: str) -> bool:
    """Whether a field of this name holds a secret, so that its value is masked whatever it is."""
    return _NAMES.search(name) is not None


def clean(name: str, value: object) -> object:
    """``value`` as it may be logged under ``name``: secrets are masked, also inside lists and mappings."""
    if is_secret_name(name):
        return MASK
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {str(key): clean(str(key), part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [clean(name, part) for part in value]
    return value
