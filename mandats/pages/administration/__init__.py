"""Screens of the service's own people: rights of persons, archive, joins of records.

Every page asks for a national role (``for_role``); what is done asks for a fresh second factor.
"""
