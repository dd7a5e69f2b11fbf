"""The scheme of the conseillers numériques.  Never reads a mandat: `mandats` calls here."""
