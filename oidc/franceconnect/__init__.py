"""We are FranceConnect's client (PROTOCOLS §2): the usager proves who they are.

Owns the sign-in of a usager at FranceConnect, from the start at the desk to the closing of FranceConnect's
session.  Never keeps ``sub``, a token or a nonce in clear, and never writes a mandat: it hands an identity
to the register.
"""
