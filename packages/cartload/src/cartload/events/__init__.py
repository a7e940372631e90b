"""A dataset as events in time: every change of every row, and what the shop tells of it on its topics.

Events of a chunk are a pure function of the resolved spec and the chunk, as rows are; nothing is drawn anew.
"""
