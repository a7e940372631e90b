"""The Cartload engine: whole e-commerce businesses as a pure function of a spec."""
