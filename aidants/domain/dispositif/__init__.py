"""The scheme of the conseillers numériques as pure rules: who may apply, quotas, matching, funding (DOMAIN §5).

Each figure is a parameter whose default is DOMAIN's.  Never reads a table, a file or a clock.
"""
