"""Jobs as users ask for them."""
