"""The tables of the database `cartload_auth`.

Times are UTC with microseconds. Secrets are never stored: refresh and personal tokens as SHA-256, passwords
as bcrypt. Private signing keys, and the secret that refresh tokens derive from, are encrypted where the
operator gives a secret for it.
"""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint
from sqlalchemy.dialects.mysql import VARCHAR

from cartload_kit.database.types import TABLE_OPTIONS, UtcDateTime, ascii_digits, ascii_word

metadata = MetaData(
    naming_convention={
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)


accounts = Table(
    "accounts",
    metadata,
    Column("id", ascii_digits(36), primary_key=True),
    Column(
        "user_name",
        VARCHAR(64, charset="ascii", collation="ascii_general_ci"),
        nullable=False,
        comment="Compared without regard to case.",
    ),
    Column("role", ascii_word(16), nullable=False),
    Column("password_hash", ascii_word(72), nullable=False, comment="bcrypt"),
    Column("password_once", Boolean, nullable=False, comment="May only be used to choose a new one."),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime, nullable=True, comment="Since when nobody signs in."),
    UniqueConstraint("user_name"),
    Index(None, "role"),
    **TABLE_OPTIONS,
)

deleted_accounts = Table(
    "deleted_accounts",
    metadata,
    Column("id", ascii_digits(36), primary_key=True),
    Column("deleted_at", UtcDateTime, nullable=False),
    **TABLE_OPTIONS,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", ascii_digits(36), primary_key=True),
    Column("account_id", ascii_digits(36), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("kind", ascii_word(16), nullable=False, comment="rotating or plain"),
    Column(
        "user_agent", ascii_word(200), nullable=True, comment="What the client called itself at the sign-in."
    ),
    Column("generation", Integer, nullable=False, comment="Tokens of this generation are the newest."),
    Column("advanced_at", UtcDateTime, nullable=False, comment="When the newest generation began."),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "account_id"),
    Index(None, "expires_at"),
    **TABLE_OPTIONS,
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", ascii_digits(64), primary_key=True),
    Column("session_id", ascii_digits(36), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "session_id", "generation"),
    Index(None, "expires_at"),
    **TABLE_OPTIONS,
)

personal_tokens = Table(
    "personal_tokens",
    metadata,
    Column("id", ascii_digits(36), primary_key=True),
    Column("account_id", ascii_digits(36), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("name", VARCHAR(100), nullable=False),
    Column("token_hash", ascii_digits(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime, nullable=True),
    UniqueConstraint("token_hash"),
    Index(None, "account_id", "created_at", "id"),
    Index(None, "expires_at"),
    **TABLE_OPTIONS,
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kid", ascii_word(64), nullable=False),
    Column("private_key", ascii_word(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("signs_from", UtcDateTime, nullable=False),
    UniqueConstraint("kid"),
    **TABLE_OPTIONS,
)

known_addresses = Table(
    "known_addresses",
    metadata,
    Column("account_id", ascii_digits(36), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("address_hash", ascii_digits(64), primary_key=True),
    Column("last_used_at", UtcDateTime, nullable=False),
    Index(None, "last_used_at"),
    **TABLE_OPTIONS,
)

server_secrets = Table(
    "server_secrets",
    metadata,
    Column("name", ascii_word(32), primary_key=True),
    Column("secret", ascii_word(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    **TABLE_OPTIONS,
)

throttles = Table(
    "throttles",
    metadata,
    Column("key_hash", ascii_digits(64), primary_key=True),
    Column("free_at", Double, nullable=False, comment="Unix seconds at which the bucket is full again."),
    Index(None, "free_at"),
    **TABLE_OPTIONS,
)
