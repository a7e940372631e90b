"""Settings: one frozen class a role, read from ``CARTLOAD_…`` variables and checked at start."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NoReturn, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from cartload_kit.mysql_url import MysqlUrl
from cartload_kit.proxy import DEFAULT_BYPASS, Bypass, Proxy
from cartload_kit.redaction import MASK, redact

PREFIX = "CARTLOAD_"
SECRETS_DIR = f"{PREFIX}SECRETS_DIR"
"""Names a folder whose files stand for variables of the same name; a variable that is set wins."""

_CONFLICT = "conflict"
_SECRET_WORDS = ("password", "secret", "token_key", "private", "connection_string")


def _split_url(text: str) -> SplitResult | None:
    """The parts of a URL; None where it has no host or a port that is none."""
    try:
        parts = urlsplit(text)
        return parts if parts.hostname and (parts.port is None or parts.port > 0) else None
    except ValueError:
        return None


def _http_url(text: str) -> str:
    parts = _split_url(text)
    if parts is None or parts.scheme not in ("http", "https"):
        raise ValueError("must be a URL such as http://host:port")
    return text.rstrip("/")


def _database_url(secret: SecretStr) -> SecretStr:
    try:
        read = MysqlUrl.parse(secret.get_secret_value())
    except ValueError as error:
        if "?tls=" in str(error) or "?ca=" in str(error):
            raise
        read = None
    if read is None or not read.user or not read.database:
        raise ValueError("must look like mysql://user:password@host:port/database")
    return secret


def _proxy_url(secret: SecretStr) -> SecretStr:
    Proxy.parse(secret.get_secret_value())
    return secret


def _bypass(patterns: tuple[str, ...]) -> tuple[str, ...]:
    Bypass.parse(patterns)
    return patterns


def _origin(text: str) -> str:
    parts = _split_url(text)
    if parts is None or parts.scheme not in ("http", "https") or parts.path or parts.query:
        raise ValueError("must be origins such as https://host:port, without a path")
    return text.lower()


def _split_commas(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


Port = Annotated[int, Field(ge=1, le=65535)]
"""A TCP port, 1 to 65535."""

HttpUrl = Annotated[str, AfterValidator(_http_url), Field(json_schema_extra={"format": "uri"})]
"""An http or https URL, kept as text without a trailing slash."""

DatabaseUrl = Annotated[SecretStr, AfterValidator(_database_url), Field(json_schema_extra={"format": "uri"})]
"""``mysql://user:password@host:port/database``, maybe with ``?tls=off`` or ``?tls=verify&ca=/path``.

It is masked wherever it is printed.
"""

CommaList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_commas)]
"""Several values separated by commas; blanks around them do not count."""

Origins = Annotated[
    tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_split_commas)
]
"""Browser origins (scheme, host, port) separated by commas."""

ProxyUrl = Annotated[SecretStr, AfterValidator(_proxy_url), Field(json_schema_extra={"format": "uri"})]
"""``socks5://user:password@host:port`` or ``socks5h://…``, masked wherever it is printed."""

BypassList = Annotated[CommaList, AfterValidator(_bypass)]
"""Hosts separated by commas: names, ``*.suffixes``, addresses, networks."""

LogLevel = Literal["debug", "info", "warning", "error"]
"""How much is logged."""


class Conflict(NamedTuple):
    """Settings of one role that are fine by themselves and do not fit together."""

    fields: tuple[str, ...]
    """The fields concerned, at least two."""
    must: str
    """What must hold, such as "the first must be less than the second"."""


class CheckedSettings(BaseSettings):
    """What a command is told, and the base of what every process is told; give every field a description.

    Settings that depend on each other override `conflicts`: it is asked at start, and each conflict is told
    as one line with the variables and their values.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    def conflicts(self) -> Iterable[Conflict]:
        """Yield what does not fit together; each field has passed its own check by then.

        Whoever overrides it yields those of `super()` too.
        """
        return ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        lines = [self._conflict_line(conflict) for conflict in self.conflicts()]
        if lines:
            # Braces would be taken for placeholders of pydantic's template.
            raise PydanticCustomError(_CONFLICT, "{lines}", {"lines": "\n".join(lines)})
        return self

    def _conflict_line(self, conflict: Conflict) -> str:
        told = " and ".join(self._told(name) for name in conflict.fields)
        return f"{told}: {conflict.must}"

    def _told(self, name: str) -> str:
        cls, value = type(self), getattr(self, name)
        if value is None:
            return f"{variable(cls, name)} is not set"
        return f"{variable(cls, name)}={_shown(name, cls.model_fields[name], value)}"


class ProxySettings(CheckedSettings):
    """How HTTP clients leave this network: common to all who have one."""

    proxy_url: ProxyUrl | None = Field(
        default=None,
        description="SOCKS5 proxy for Blob and every HTTP client: socks5://user:password@host:port, or "
        "socks5h://… where the proxy resolves names; empty: none.",
    )
    proxy_bypass: BypassList = Field(
        default=DEFAULT_BYPASS,
        description="Hosts that go direct, not through the proxy: names, *.suffixes, addresses and networks "
        "such as 10.0.0.0/8.",
    )

    @property
    def proxy(self) -> Proxy | None:
        """The proxy to give to every HTTP client; None: there is none."""
        url = self.proxy_url
        return None if url is None else Proxy.parse(url.get_secret_value(), self.proxy_bypass)


class Settings(ProxySettings):
    """What every process is told. Subclass it once a role."""

    host: str = Field(default="127.0.0.1", min_length=1, description="Address the process listens on.")
    port: Port = Field(description="Port the process listens on; each process has its own.")
    log_level: LogLevel = Field(default="info", description="The least level that is logged.")
    traces_url: HttpUrl | None = Field(
        default=None,
        description="Where a collector takes spans by OTLP over HTTP, such as "
        "http://collector:4318/v1/traces; empty: spans are not kept.",
    )
    traces_share: float = Field(
        default=1.0, ge=0, le=1, description="Share of all traces whose spans are kept, 0 to 1."
    )


def variable(cls: type[BaseSettings], field: str) -> str:
    """The environment variable that sets a field, such as ``CARTLOAD_PORT`` for ``port``."""
    return f"{cls.model_config.get('env_prefix', '')}{field}".upper()


def is_secret(name: str, field: FieldInfo) -> bool:
    """Whether a field's value must never be shown: by its type or by its name."""
    # By its name too, where somebody forgot the type: a secret that is printed once is no secret any more.
    kind = str(field.annotation)
    return "Secret" in kind or ("str" in kind and any(word in name for word in _SECRET_WORDS))


def problems(cls: type[BaseSettings], error: ValidationError) -> list[str]:
    """One line for each thing wrong: the variable, its value (secrets masked), what is allowed."""
    lines: list[str] = []
    for detail in error.errors(include_url=False, include_context=False):
        lines += detail["msg"].splitlines() if detail["type"] == _CONFLICT else [_line(cls, detail)]
    return lines


def _line(cls: type[BaseSettings], detail: ErrorDetails) -> str:
    name = str(detail["loc"][0]) if detail["loc"] else ""
    field = cls.model_fields.get(name)
    if field is None:
        return f"settings: {detail['msg']}"
    if detail["type"] == "missing":
        return f"{variable(cls, name)} is not set: {field.description or 'it is required'}"
    shown = _shown(name, field, repr(str(detail["input"])))
    return f"{variable(cls, name)}={shown}: {_allowed(detail['msg'])}"


def _shown(name: str, field: FieldInfo, value: object) -> str:
    return MASK if is_secret(name, field) else redact(str(value))


def _allowed(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message.replace("Input should be", "must be", 1).replace("String should", "must", 1)


def load[S: BaseSettings](cls: type[S], **values: Any) -> S:
    """Read ``cls`` from the environment and the files of ``CARTLOAD_SECRETS_DIR``; ``values`` win over both.

    When something is wrong, every problem goes to stderr as one line and the process exits with code 2.
    """
    try:
        return cls(**values, _secrets_dir=_secrets_dir())
    except ValidationError as error:
        _refuse(problems(cls, error))
    except SettingsError as error:
        _refuse([f"settings: {redact(str(error))}"])


def _secrets_dir() -> Path | None:
    named = os.environ.get(SECRETS_DIR, "")
    if not named:
        return None
    if not os.access(named, os.R_OK | os.X_OK) or not Path(named).is_dir():
        # Pydantic only warns of a folder that is missing, and then says that every secret is not set.
        _refuse([f"{SECRETS_DIR}={named}: must be a folder that this process may read"])
    return Path(named)


def _refuse(lines: list[str]) -> NoReturn:
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    raise SystemExit(2)
