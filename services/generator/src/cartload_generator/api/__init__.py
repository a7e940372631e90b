"""The HTTP interface: routes, bodies, and what they depend on."""
