"""Passwords and keys of one running system, made at random once and kept with mode 600."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from cartload_dev.paths import write_private

AZURITE_KEY_BYTES = 64


@dataclass(frozen=True)
class Secrets:
    """What the servers and services share; never printed."""

    root_password: str
    auth_password: str
    generator_password: str
    writer_password: str
    shop_password: str
    signing_key_secret: str
    """Seals the private keys that sign access tokens."""
    blob_key: str
    """Base64, 64 bytes."""

    @classmethod
    def generate(cls) -> "Secrets":
        """Return fresh secrets from the system's randomness."""
        key = base64.b64encode(secrets.token_bytes(AZURITE_KEY_BYTES)).decode()
        root, auth, generator, writer, shop, signing = (secrets.token_hex(16) for _ in range(6))
        return cls(root, auth, generator, writer, shop, signing, blob_key=key)

    @classmethod
    def load_or_generate(cls, folder: Path) -> "Secrets":
        """Return the secrets kept in the folder; those that are not there yet are made now."""
        path = folder / "secrets.json"
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        fresh = asdict(cls.generate())
        values = {name: kept.get(name, made) for name, made in fresh.items()}
        if not values.items() <= kept.items():
            # What a newer checkout added stays: its data could not be read without.
            write_private(path, json.dumps(kept | values, indent=2) + "\n")
        return cls(**values)
