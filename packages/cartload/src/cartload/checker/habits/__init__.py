"""Invariant 6: skew and season, fitted to the output alone and held against the spec within five sigma."""
