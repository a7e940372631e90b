"""Who listens to which jobs, what waits for each connection, and why connections are closed."""
