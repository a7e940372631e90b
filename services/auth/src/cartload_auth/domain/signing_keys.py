"""Signing keys: which one signs, which ones are published, and how they lie in the database."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_PLAIN, _ENCRYPTED = "plain:", "aes256gcm:"
_NONCE_BYTES = 12


class UnreadableKey(Exception):
    """A stored private key cannot be read with the secret at hand; the text says what to set."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key that signs from `signs_from` until the next one does."""

    sequence: int
    kid: str
    private: Ed25519PrivateKey
    created_at: datetime
    signs_from: datetime

    def public(self) -> dict[str, str]:
        """The public half as a JSON Web Key (RFC 8037)."""
        x = base64url(self.private.public_key().public_bytes_raw())
        return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": x}


class KeyRing:
    """The keys known now, oldest first. Immutable: a rotation makes a new ring.

    A key is published before it signs and for `overlap` after the next one took over, so that no token
    in use loses its key and no verifier meets a key it cannot look up.
    """

    def __init__(self, keys: Sequence[SigningKey], overlap: timedelta) -> None:
        self._keys = sorted(keys, key=lambda key: key.sequence)
        self._overlap = overlap

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def newest(self) -> SigningKey | None:
        """The key made last, whether it signs yet or not."""
        return self._keys[-1] if self._keys else None

    def signer(self, now: datetime) -> SigningKey:
        """The newest key that signs at `now`; the oldest one when none does yet.

        Raises:
            LookupError: there is no key at all.
        """
        if not self._keys:
            raise LookupError("there is no signing key")
        # The oldest where none signs yet: right after the first start, by a clock that is a little behind the
        # one of the replica that made the key, tokens must be issued all the same.
        return next((key for key in reversed(self._keys) if key.signs_from <= now), self._keys[0])

    def published(self, now: datetime) -> list[SigningKey]:
        """The keys whose signatures count at `now`, and those to come."""
        return [key for key in self._keys if not self._retired(key, now)]

    def retired(self, now: datetime) -> list[SigningKey]:
        """The keys that nothing in use can be signed with any more."""
        return [key for key in self._keys if self._retired(key, now)]

    def jwks(self, now: datetime) -> dict[str, list[dict[str, str]]]:
        """The JSON Web Key Set of the published keys."""
        return {"keys": [key.public() for key in self.published(now)]}

    def _retired(self, key: SigningKey, now: datetime) -> bool:
        # The next key that signs ends this one's use, not the newest: several may be published ahead.
        later = [other.signs_from for other in self._keys if other.sequence > key.sequence]
        return bool(later) and min(later) + self._overlap < now


class KeyEncryptor:
    """Keeps secrets unreadable to whoever has the database but not the operator's secret.

    Without that secret they are stored as they are, and the database's own rights are the protection.
    """

    def __init__(self, secret: str | None) -> None:
        # One hash is enough to make a key of the secret: it is the operator's and long, no user's password.
        self._box = None if secret is None else AESGCM(hashlib.sha256(secret.encode()).digest())

    def encrypt(self, name: str, raw: bytes) -> str:
        """What to store for a secret; bound to its name, so that no row can be put in another one's place."""
        if self._box is None:
            return _PLAIN + base64url(raw)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _ENCRYPTED + base64url(nonce + self._box.encrypt(nonce, raw, name.encode()))

    def decrypt(self, name: str, stored: str) -> bytes:
        """Read back what `encrypt` gave.

        Raises:
            UnreadableKey: the operator's secret is missing or another one.
        """
        if stored.startswith(_PLAIN):
            return _unbase64url(stored.removeprefix(_PLAIN))
        if self._box is None:
            raise UnreadableKey("the signing keys are encrypted: set CARTLOAD_SIGNING_KEY_SECRET")
        data = _unbase64url(stored.removeprefix(_ENCRYPTED))
        try:
            return self._box.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], name.encode())
        except InvalidTag:
            raise UnreadableKey("the keys were encrypted with another CARTLOAD_SIGNING_KEY_SECRET") from None


def new_key(sequence: int, now: datetime, signs_from: datetime) -> SigningKey:
    """Make a key; its kid is random and says nothing."""
    return SigningKey(sequence, secrets.token_hex(8), Ed25519PrivateKey.generate(), now, signs_from)


def base64url(data: bytes) -> str:
    """Base64url without padding, as JOSE has it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unbase64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
