"""Whole datasets written somewhere: folders of part files, databases, standard output."""
