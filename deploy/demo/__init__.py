"""Sites and data of the demonstration.

The simulated sites (``franceconnect``, ``administration``) stand in for the
real ones in the demonstration and in tests. They import nothing of the
service's own applications: they are an independent reading of its contract.
"""
