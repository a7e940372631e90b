"""The role `api`: what is stored, for its owner."""
