"""Other services, asked over HTTP."""
