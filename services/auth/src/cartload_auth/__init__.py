"""Accounts, passwords, roles and tokens."""
