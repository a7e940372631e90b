"""The engine's inner loops, compiled from the C files here, and their declared arguments.

They take integers and text in arrays and fill others; they keep no state and allocate no memory.
"""
