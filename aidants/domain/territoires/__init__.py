"""The country as open tables: communes and where they are, time zones.  Their sources stand in ``SOURCE.md``.

Plain data and look-ups; a better table replaces the file.
"""
