"""Who acts, and the journal of every act.  Imports nothing of `mandats` or `oidc`."""
