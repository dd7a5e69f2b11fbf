"""Signed statements about a mandat: the acte, the QR's statement, the keys, a verifier that stands alone.

Only ``keys`` knows Django: the rest must run where no database is.
"""
