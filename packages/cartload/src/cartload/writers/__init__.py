"""Datasets into folders, databases, dumps and standard output, made by several worker processes.

A run that was stopped goes on where its journal ends, with the same bytes in the end.
"""
