"""Plain Python: no database, no Django, a second in all."""
