"""Specs as users write them: their schema, and a look at what one makes."""
