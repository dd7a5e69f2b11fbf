"""Accounts, second factor, sessions.  Never knows what a person may do for an usager."""
