"""graphs: calls that are recorded first and run later: graphs, functions, sessions."""
