"""The schema in languages other than SQL: JSON, Arrow, dbt and Markdown.

``cartload schema`` prints them, and the data dictionary is one of them; SQL is :mod:`cartload.schema.ddl`.
"""
