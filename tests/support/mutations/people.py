"""Invariants 5 and 7 broken: somebody incoherent, somebody real."""

from typing import Final

from support.mutations.case import UNUSED, Case, case, one

_ELSEWHERE: Final = f"country = 'US' AND NOT is_default AND {UNUSED}"
_LATIN: Final = "locale IN ('en_US', 'en_GB', 'de_DE', 'fr_FR')"

CASES: Final[dict[str, Case]] = {
    "user.default_address": case(one("addresses", "is_default = true", "NOT is_default")),
    "user.age": case(one("users", "birth_date = created_at::DATE - INTERVAL 10 YEAR")),
    "user.email": case(one("users", "email = 'someone@example.com'")),
    "user.letters": case(one("users", "first_name = '4' || first_name")),
    "user.name": case(one("users", "first_name = 'Zzz'", _LATIN)),
    "user.locale": case(one("users", "locale = 'xx_XX'"), perhaps="review.text"),
    "user.time_zone": case(one("users", "time_zone = 'Pacific/Fiji'")),
    "user.phone": case(one("users", "phone_number = '+999 1'"), others="users.phone_range"),
    "address.country": case(
        one("addresses", "country = 'DE'", _ELSEWHERE),
        others="address.region address.coordinates address.phone addresses.phone_range",
        perhaps="address.postal_code",
    ),
    "address.postal_code": case(one("addresses", "postal_code = '!'")),
    "address.region": case(one("addresses", "region = 'Nowhere'")),
    "address.coordinates": case(one("addresses", "latitude = -80")),
    "address.phone": case(one("addresses", "phone_number = '+999 1'"), others="addresses.phone_range"),
    "user.email_domain": case(one("users", "email = user_name || '@gmail.com'")),
    "users.phone_range": case(one("users", "phone_number = split_part(phone_number, ' ', 1) || ' 1'")),
    "addresses.phone_range": case(
        one("addresses", "phone_number = split_part(phone_number, ' ', 1) || ' 1'")
    ),
    "product.image_domain": case(one("products", "image_url = 'https://cdn.example.net.shop/1.jpg'")),
    "payment.card": case(one("payment_details", "card_last_four = '1234'", "card_last_four IS NOT NULL")),
}
