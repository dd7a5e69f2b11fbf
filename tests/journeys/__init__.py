"""Journeys over HTTP alone, as a browser without any script makes them."""
