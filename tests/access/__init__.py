"""Who reaches what: a table of every route, and the walk that compares it with the service."""
