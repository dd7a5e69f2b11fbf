"""What aidants may do, and for whom.  Imports nothing of `oidc`."""
