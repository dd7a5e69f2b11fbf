"""Structures, their teams, and the one for which a person acts.  Never decides who is habilitated."""
