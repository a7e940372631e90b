"""The engine's inner loops, compiled from the C files here: integers in, integers and text out, no state."""
