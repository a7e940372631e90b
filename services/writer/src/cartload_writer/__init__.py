"""Stores entity batches in MySQL and Blob and serves what is stored."""
