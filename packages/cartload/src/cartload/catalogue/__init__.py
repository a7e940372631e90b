"""The products on sale: how many each category has, what they are called, what they cost and when they sell.

The numbers are computed once per spec and kept; rows are made from them in the tables.
"""
