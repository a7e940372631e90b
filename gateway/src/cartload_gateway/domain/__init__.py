"""Pure rules: who answers a path, which headers pass, how often one may ask."""
