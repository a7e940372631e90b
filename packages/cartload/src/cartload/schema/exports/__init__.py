"""The schema in other languages: SQL, JSON Schema, Arrow, dbt and Markdown.

``cartload schema`` prints them, and the data dictionary is one of them.
"""
