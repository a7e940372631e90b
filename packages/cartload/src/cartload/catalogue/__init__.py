"""The products on sale: how many each category has, what they are called, what they cost and when they sell.

The numbers are worked out once per spec and held; rows are made from them in the tables.
"""
