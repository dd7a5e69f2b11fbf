"""How the usager proves who they are and consents: one module a kind of consent."""
