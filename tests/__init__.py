"""Everything that proves the service, from the rules alone to the browser."""
