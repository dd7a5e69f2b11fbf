"""Screens of the habilitation: the structure's dossier, the instructeur's queue, a person's own right."""
