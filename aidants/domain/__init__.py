"""The service's plain words: decisions, errors, events, roles, demarches.  No Django, no clock."""
