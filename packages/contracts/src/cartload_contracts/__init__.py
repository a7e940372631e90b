"""The topics and messages that Cartload's services exchange."""
