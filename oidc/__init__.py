"""How others learn of a mandat: OpenID Connect, in both roles.  Decides nothing that `mandats` has not decided."""
