"""The profile of PROTOCOLS §1 and §3 as ordered small checks.  Plain Python: no Django, no clock, no database."""
