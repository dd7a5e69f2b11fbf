"""The service as FranceConnect's client.  Never keeps a session there open."""
