"""Visitors: the browsers and apps by which people come, what they are like, and what brought them.

A customer has a browser, and an app for each system on which orders are placed; whoever never signs up has a
browser. Shares are our estimates: of systems after the surveys of StatCounter, where iOS leads in some
countries and Android, by far, in others.
"""

from functools import cache
from typing import Final

import numpy as np

from cartload import vocabulary
from cartload.columns import arrays
from cartload.randomness.fixed_point import I64
from cartload.schema import table
from cartload.spec.order_rates import ANDROID, IOS, WEB
from cartload.tables.order_choices import spread

_SESSIONS: Final = table("sessions")
_OPTIONS: Final = {name: _SESSIONS.column(name).values for name in ("device", "os", "browser")}
DEVICES, SYSTEMS, BROWSERS = (arrays.pool(values) for values in _OPTIONS.values())
SOURCES: Final = arrays.pool(_SESSIONS.column("traffic_source").values)

_IOS_SHARES: Final = {
    "US": 146,
    "JP": 160,
    "GB": 130,
    "SE": 138,
    "CA": 150,
    "AU": 146,
    "IE": 124,
    "FR": 92,
    "DE": 96,
    "NL": 102,
    "ES": 62,
    "IT": 76,
    "PL": 28,
    "BR": 46,
    "IN": 12,
    "CN": 62,
}
"""Of 256 mobile devices of a country so many have iOS."""
_USUAL_IOS_SHARE: Final = 80
_DESKTOPS: Final = (
    ("desktop windows chrome", 47),
    ("desktop windows edge", 20),
    ("desktop windows firefox", 9),
    ("desktop macos safari", 17),
    ("desktop macos chrome", 11),
    ("desktop macos firefox", 2),
    ("desktop linux chrome", 2),
    ("desktop linux firefox", 3),
)
"""Browsers on desktops in shares of 256, where all other visitors have mobile devices."""
_ON_IOS: Final = (("mobile ios safari", 212), ("mobile ios chrome", 22), ("tablet ios safari", 22))
_ON_ANDROID: Final = (
    ("mobile android chrome", 188),
    ("mobile android samsung", 36),
    ("mobile android firefox", 10),
    ("tablet android chrome", 22),
)
_IOS_APPS: Final = (("mobile ios app", 228), ("tablet ios app", 28))
_ANDROID_APPS: Final = (("mobile android app", 240), ("tablet android app", 16))
_PROFILES: Final = tuple(
    name for group in (_DESKTOPS, _ON_IOS, _ON_ANDROID, _IOS_APPS, _ANDROID_APPS) for name, _ in group
)
_BITS: Final = 16


@cache
def profiles() -> tuple[I64, I64, I64]:
    """Device, system and browser of each profile, as places in the schema's lists."""
    names = [profile.split() for profile in _PROFILES]
    device, system, browser = (
        np.array([options.index(name[place]) for name in names], np.int64)
        for place, options in enumerate(_OPTIONS.values())
    )
    return device, system, browser


@cache
def profile_of() -> I64:
    """A profile by channel (web, iOS, Android), country of the vocabulary, and sixteen random bits."""
    codes = [country.code for country in vocabulary.countries()]
    by_country = [_in_browsers(_IOS_SHARES.get(code, _USUAL_IOS_SHARE)) for code in codes]
    apps = [
        np.tile(_by_word([(name, share << 8) for name, share in group]), len(codes))
        for group in (_IOS_APPS, _ANDROID_APPS)
    ]
    return np.concatenate((*by_country, *apps))


def profile(channel: I64, country: I64, words: I64) -> I64:
    """The profile of visitors."""
    countries = len(vocabulary.countries())
    result: I64 = profile_of().take((channel * countries + country << _BITS) + words)
    return result


def _in_browsers(ios: int) -> I64:
    mobile = 256 - sum(share for _, share in _DESKTOPS)
    parts = [(name, share << 8) for name, share in _DESKTOPS]
    for group, of_mobile in ((_ON_IOS, ios), (_ON_ANDROID, 256 - ios)):
        parts += [(name, mobile * of_mobile * share >> 8) for name, share in group]
    return _by_word(parts)


def _by_word(parts: list[tuple[str, int]]) -> I64:
    """Profiles by sixteen bits, each by its share of all; what rounding leaves goes to the first."""
    shares = [share for _, share in parts]
    shares[0] += (1 << _BITS) - sum(shares)
    return np.repeat([_PROFILES.index(name) for name, _ in parts], shares)


def phone(country: I64, bits: I64) -> I64:
    """The channel of the app that customers have, by eight random bits."""
    shares = [_IOS_SHARES.get(one.code, _USUAL_IOS_SHARE) for one in vocabulary.countries()]
    return np.where(bits < np.array(shares, np.int64).take(country), IOS, ANDROID)


_BY_PURPOSE: Final = (
    # direct, organic search, paid search, social, e-mail, referral
    (34, 92, 54, 44, 6, 26),  # a single event, in a browser
    (52, 94, 48, 22, 12, 28),  # no purchase
    (76, 84, 40, 10, 26, 20),  # a purchase
    (214, 0, 0, 34, 8, 0),  # a single event, in an app
    (196, 0, 0, 24, 36, 0),
    (188, 0, 0, 12, 56, 0),
)
"""Sources in shares of 256: ads and social networks bring who leaves at once, e-mails bring who buys."""
_TABLE: Final = np.concatenate([spread(row) for row in _BY_PURPOSE])
_EMAIL, _ORGANIC = 4, 1
BOUNCED, LOOKED, BOUGHT = range(3)


def source(channel: I64, purpose: I64, is_known: np.typing.NDArray[np.bool_], bits: I64) -> I64:
    """What brought visitors, by what came of it and eight bits; e-mails go to customers alone."""
    row = np.where(channel == WEB, 0, 3) + purpose
    found = _TABLE.take(row * 256 + bits)
    direct_or_search = np.where(channel == WEB, _ORGANIC, 0)
    return np.where((found == _EMAIL) & ~is_known, direct_or_search, found)
