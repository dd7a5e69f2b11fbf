"""We are FranceConnect's identity provider and the administrations' OpenID Provider."""
