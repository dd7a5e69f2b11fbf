"""Rules of what follows a contract: dossiers of habilitation, training, certification, activity, kits, calls."""
