"""A simulated administration: "Allocations de démonstration".

A relying party that others wrote, as far as possible: Authlib's Flask client
does the protocol. It knows the mandate service by its published metadata only.
"""
