"""Shares of sessions and of what happens in them: what the tables and their expected numbers rest on.

All are our estimates.
"""

from typing import Final

import numpy as np

LOOKED_AT: Final = np.repeat((1, 2, 3, 4, 5, 6, 8), (104, 64, 38, 22, 14, 8, 6))
"""Products that a session without a purchase is about, by eight random bits."""
ALSO_LOOKED_AT: Final = np.repeat((0, 1, 2), (164, 64, 28))
"""Further products of a session with a purchase, by eight random bits."""
ABOUT_AN_ORDER: Final = 128
"""Of 256 sessions of buyers so many are shortly before an order, and about it."""
BOUNCES_ON_PRODUCT: Final = 104
"""Of 256 sessions with a single event, so many see a product; the others see a page."""
LANDS_ON_PRODUCT: Final = 56
"""Of 256 other sessions so many begin with a product's page."""
FINDERS: Final = ((72, 168), (140, 204))
"""Limits of eight bits for how a product is found, the first of a session and further ones.

Below the first limit it is seen at once, below the second there is a page before, else a search.
"""
NOT_SEEN_AGAIN: Final = 160
"""Of 256 products that were seen in an earlier session, so many are put into the cart without another view.
"""
PUT_IN_CART: Final = 90
"""Of 256 products in a session that abandons its cart, the last one left out, so many are put into it."""
TAKEN_OUT: Final = 22
"""Of 256 products in such a session, so many are put into the cart and taken out again."""
TAKEN_OUT_BEFORE_PURCHASE: Final = 52
"""Of 256 further products of a session with a purchase, so many are put into the cart and taken out again."""
SHOWS_CART: Final = 168
"""Of 256 sessions with a cart, so many look at it; all do that take something out of it."""
CHECKS_OUT: Final = 90
"""Of 256 sessions that abandon their cart, so many do it after the checkout began."""
STRANGERS: Final = 180
"""Of 256 sessions of visitors who never sign up, so many are a visitor's first; the others follow one."""
OFFLINE_WHEN_STAFFED: Final = 0.26
"""About the share of orders in stores and by phone, while counters and phones are staffed."""
