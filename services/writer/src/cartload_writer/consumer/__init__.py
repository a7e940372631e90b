"""The role `consumer`: batches into MySQL and Blob, each exactly once."""
