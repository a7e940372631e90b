"""Other services, as the shop service sees them."""
