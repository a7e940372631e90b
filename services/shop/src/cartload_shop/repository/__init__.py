"""The shops, and what lies in the database of each, as SQL."""
