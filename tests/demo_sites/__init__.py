"""The simulated sites, tested on their own: no database, no part of the service."""
