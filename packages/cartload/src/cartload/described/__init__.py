"""The one schema definition in other languages: for people, databases and tools."""
