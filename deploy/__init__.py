"""The assembly: settings, addresses, checks, and what starts the service.  Holds no rule."""
