"""Plumbing that Cartload's services share, with no word of e-commerce in it."""
