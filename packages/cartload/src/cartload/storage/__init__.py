"""What writers and readers of stored datasets share: the manifest of a folder and the table ``_cartload``.

Also the URLs of databases and files that are written whole or not at all.
"""
