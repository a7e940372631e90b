"""Numbers that a seed and a coordinate decide: hashes, draws, weighted samples and their registered names.

All arithmetic is in integers, so that every machine and every order of work gives the same values.
"""
