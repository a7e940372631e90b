"""The compat endpoints: a small older interface over the same services, with no data of its own."""
