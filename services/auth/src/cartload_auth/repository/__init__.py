"""SQL: one file a table. Functions take a connection; whoever opened it ends the transaction."""
