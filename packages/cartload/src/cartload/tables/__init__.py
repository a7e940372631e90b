"""The rows of each table: first the numbers of customers, orders and payments, then the table's columns.

A foreign key is the number of a row; what is known of that row is computed again from the number.
"""
