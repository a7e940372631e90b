"""What a shop sells: its products, and the stock of their SKUs."""
