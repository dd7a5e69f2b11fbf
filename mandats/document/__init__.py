"""The papers of a mandat: dated legal texts, the PDF that both keep, the sheet for the usager alone."""
