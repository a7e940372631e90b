"""Background work: dispatching, publishing states, deleting."""
