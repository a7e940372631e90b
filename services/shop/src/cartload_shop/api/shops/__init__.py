"""Shops themselves: opened, read, their clock, deleted."""
