"""Batches as bytes: Parquet, CSV, JSON Lines, INSERT statements and MySQL's LOAD DATA.

Each encoder takes Arrow batches of a table and knows nothing of folders, runs or other tables.
"""
