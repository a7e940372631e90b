"""Arrow columns made from numpy arrays and from pools of strings, without one Python object per row.

Nothing here knows a table: it is the tool with which the tables are put together.
"""
