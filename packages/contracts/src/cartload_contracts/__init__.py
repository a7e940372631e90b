"""The topics and messages that Cartload's services exchange.

Nothing here knows the engine: a spec travels as opaque JSON beside its hash, rows as opaque Arrow bytes.
"""
