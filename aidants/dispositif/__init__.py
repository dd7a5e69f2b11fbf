"""The scheme of the conseillers numériques: applications, committees, quotas, pool, contracts; one file a concern.

The pure rules stand in ``aidants/domain/dispositif``; figures that must hold with two at once, in the database.
"""
