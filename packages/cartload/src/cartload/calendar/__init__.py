"""When things happen: the window's timeline with growth, seasons and events, and clocks in local time.

Time zones are tables of our own, so that a machine with other zone data makes the same rows.
"""
