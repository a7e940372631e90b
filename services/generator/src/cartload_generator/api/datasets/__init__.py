"""Datasets as users see them; their rows are the writer's."""
