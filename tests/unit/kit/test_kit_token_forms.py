"""Forged access tokens: changed signatures, forms that are none, and JSON that can be read in two ways.

The kinds of tampering are those of Wycheproof's sets for JSON web signatures and Ed25519, made of a token of
our own: its JSON web signatures are of other algorithms, so their very first check would refuse them all.
"""

import hashlib
import json
from collections.abc import Callable

import pytest

from cartload_kit.errors import Unauthorized
from cartload_kit.tokens import TokenVerifier
from support.forged_tokens import CLAIMS, HEADER, KEY, NOW, Issuer, compact, encode, signed, verifier_of

ORDER = 2**252 + 27742317777372353535851937790883648493
"""The order of Ed25519's base point: a signature's second half counts modulo it."""


@pytest.fixture
def verifier() -> TokenVerifier:
    return verifier_of(Issuer())


def with_signature(signature: bytes) -> str:
    return f"{compact(HEADER)}.{compact(CLAIMS)}.{encode(signature)}"


def _plus_order(signature: bytes, times: int) -> bytes:
    scalar = int.from_bytes(signature[32:], "little") + times * ORDER
    return signature[:32] + scalar.to_bytes(32, "little")


GOOD = KEY.sign(f"{compact(HEADER)}.{compact(CLAIMS)}".encode())
NEUTRAL = (1).to_bytes(32, "little")
SIGNATURES: dict[str, bytes] = {
    "none": b"",
    "one byte": b"\x00",
    "zeros": bytes(64),
    "ones": b"\xff" * 64,
    "cut by a byte": GOOD[:-1],
    "cut to half": GOOD[:32],
    "longer by a byte": GOOD + b"\x00",
    "doubled": GOOD * 2,
    "begins with a zero": b"\x00" + GOOD[:-1],
    "halves exchanged": GOOD[32:] + GOOD[:32],
    "backwards": GOOD[::-1],
    "S plus the order": _plus_order(GOOD, 1),
    "S plus twice the order": _plus_order(GOOD, 2),
    "S is zero": GOOD[:32] + bytes(32),
    "S is the order": GOOD[:32] + ORDER.to_bytes(32, "little"),
    "S is one": GOOD[:32] + NEUTRAL,
    "R is zero": bytes(32) + GOOD[32:],
    "R is neutral": NEUTRAL + GOOD[32:],
    "R is neutral and S is zero": NEUTRAL + bytes(32),
    "R is not reduced": (2**255 - 19).to_bytes(32, "little") + GOOD[32:],
    "R has another sign": GOOD[:31] + bytes([GOOD[31] ^ 0x80]) + GOOD[32:],
    "of the claims alone": KEY.sign(compact(CLAIMS).encode()),
    "of the decoded parts": KEY.sign(json.dumps(HEADER).encode() + b"." + json.dumps(CLAIMS).encode()),
    "of the hash": KEY.sign(hashlib.sha512(f"{compact(HEADER)}.{compact(CLAIMS)}".encode()).digest()),
    "of an empty text": KEY.sign(b""),
}


def test_the_changed_signatures_begin_with_the_good_one() -> None:
    assert with_signature(GOOD) == signed()
    assert _plus_order(GOOD, 0) == GOOD


@pytest.mark.parametrize("name", SIGNATURES)
async def test_a_changed_signature_is_refused(verifier: TokenVerifier, name: str) -> None:
    with pytest.raises(Unauthorized):
        await verifier.verify(with_signature(SIGNATURES[name]))


async def test_a_signature_with_any_one_bit_changed_is_refused(verifier: TokenVerifier) -> None:
    for bit in range(512):
        changed = bytearray(GOOD)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Unauthorized):
            await verifier.verify(with_signature(bytes(changed)))


HEAD, BODY, SIGN = signed().split(".")
FORMS: dict[str, str] = {
    "nothing": "",
    "dots": "..",
    "more dots": "....",
    "no header": f".{BODY}.{SIGN}",
    "no header and no dot": f"{BODY}.{SIGN}",
    "no claims": f"{HEAD}..{SIGN}",
    "no claims and no dot": f"{HEAD}.{SIGN}",
    "no signature": f"{HEAD}.{BODY}.",
    "no signature and no dot": f"{HEAD}.{BODY}",
    "claims alone": f".{BODY}.",
    "an empty fourth part": f"{HEAD}.{BODY}.{SIGN}.",
    "a fourth part": f"{HEAD}.{BODY}.{SIGN}.Zm9v",
    "five parts, as encrypted tokens have": f"{HEAD}.{BODY}.{SIGN}.Zm9v.Zm9v",
    "parts exchanged": f"{BODY}.{HEAD}.{SIGN}",
    "JSON serialization": json.dumps(
        {"payload": BODY, "signatures": [{"protected": HEAD, "header": {"kid": "k1"}, "signature": SIGN}]}
    ),
    "flattened JSON serialization": json.dumps({"payload": BODY, "protected": HEAD, "signature": SIGN}),
    "the header in base64 within base64": f"{encode(HEAD.encode())}.{BODY}.{SIGN}",
    "a line's end in its middle": f"{HEAD}.{BODY[:9]}\n{BODY[9:]}.{SIGN}",
    "a NUL at its end": f"{HEAD}.{BODY}.{SIGN}\x00",
    "the scheme once more": f"Bearer {HEAD}.{BODY}.{SIGN}",
    "two tokens": f"{HEAD}.{BODY}.{SIGN},{HEAD}.{BODY}.{SIGN}",
    "letters of full width": signed().translate({ord("e"): "\uff45"}),
    "a header that is a list": f"{compact([HEADER])}.{BODY}.{SIGN}",
    "a header that is null": f"{compact(None)}.{BODY}.{SIGN}",
    "a header that is no JSON": f"{encode(b'{')}.{BODY}.{SIGN}",
    "a header that is no UTF-8": f"{encode(bytes([255, 254]))}.{BODY}.{SIGN}",
    "a header nested without end": f"{encode(b'[' * 5000)}.{BODY}.{SIGN}",
    "8 KiB and one": signed().ljust(8193, "A"),
    "a megabyte": "A" * 2**20,
    "a megabyte of dots": "." * 2**20,
    "a megabyte of claims": f"{HEAD}.{'A' * 2**20}.{SIGN}",
}


@pytest.mark.parametrize("name", FORMS)
async def test_a_token_of_another_form_is_refused(verifier: TokenVerifier, name: str) -> None:
    with pytest.raises(Unauthorized):
        await verifier.verify(FORMS[name])


def doubled(*pairs: tuple[str, object]) -> str:
    """An object with these names in this order, however often each."""
    return encode(("{" + ",".join(f"{json.dumps(n)}:{json.dumps(v)}" for n, v in pairs) + "}").encode())


TWICE: dict[str, Callable[[], str]] = {
    "alg": lambda: doubled(("alg", "none"), *HEADER.items()),
    "alg, the other way round": lambda: doubled(*HEADER.items(), ("alg", "EdDSA")),
    "kid": lambda: doubled(("kid", "of-the-attacker"), *HEADER.items()),
}


@pytest.mark.parametrize("name", TWICE)
async def test_a_header_that_can_be_read_in_two_ways_is_refused(verifier: TokenVerifier, name: str) -> None:
    text = f"{TWICE[name]()}.{compact(CLAIMS)}"
    with pytest.raises(Unauthorized):
        await verifier.verify(f"{text}.{encode(KEY.sign(text.encode()))}")


@pytest.mark.parametrize("claim", sorted(CLAIMS))
async def test_claims_that_can_be_read_in_two_ways_are_refused(verifier: TokenVerifier, claim: str) -> None:
    claims = doubled(*CLAIMS.items(), (claim, CLAIMS[claim]))
    with pytest.raises(Unauthorized):
        await verifier.verify(signed(claims=claims))


@pytest.mark.parametrize(
    "claims",
    [
        b"[]",
        b"null",
        b'"text"',
        b"1",
        b"{",
        b"",
        b"\xff",
        b"[" * 5000,
        b'{"exp":NaN}',
        json.dumps(CLAIMS).replace(str(NOW + 900), "1e400").encode(),
        json.dumps(CLAIMS).replace(str(NOW + 900), "NaN").encode(),
        json.dumps(CLAIMS).replace(str(NOW + 900), "9" * 5000).encode(),
        b"\xef\xbb\xbf" + json.dumps(CLAIMS).encode(),
        json.dumps(CLAIMS).encode("utf-16"),
    ],
    ids=lambda claims: repr(claims)[:30],
)
async def test_signed_claims_that_are_no_plain_object_are_refused_and_break_nothing(
    verifier: TokenVerifier, claims: bytes
) -> None:
    with pytest.raises(Unauthorized):
        await verifier.verify(signed(claims=encode(claims)))
