"""The worker: chunk command in, one batch for each table out."""
