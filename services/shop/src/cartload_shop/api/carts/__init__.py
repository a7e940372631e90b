"""Carts: of accounts, and of guests who have a token."""
