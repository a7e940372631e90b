"""Invariant 6: are skew and season as the spec asks?

Both are estimated from the stored rows alone and compared with the spec, within five standard deviations.
"""
