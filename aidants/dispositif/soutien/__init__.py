"""What helps a conseiller at work: inclusion kits, and the calls of the national line.  Never a name."""
