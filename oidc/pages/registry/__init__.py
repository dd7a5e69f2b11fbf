"""The client registry, for the administrateur: who may ask us, for what, with which keys."""
