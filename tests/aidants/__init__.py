"""Accounts, structures, habilitations and the journal."""
