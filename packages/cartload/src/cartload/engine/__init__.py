"""From a resolved spec to rows: a dataset is planned as chunks, and each chunk is made as Arrow batches.

A chunk is a pure function of the spec and its coordinates, so any worker can make any chunk in any order.
"""
