"""The rows: numbers of each entity first, then its table's columns."""
