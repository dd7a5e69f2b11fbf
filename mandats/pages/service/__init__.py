"""The screens of the national roles that stop mandats: accueil, administrateur, instructeur; and of referents."""
