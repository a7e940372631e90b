"""The engine's inner loops, compiled from ``kernels.c``: integers in, integers and text out, no state."""
