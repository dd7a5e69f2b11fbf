"""Our client of ProConnect, the State's federation of public agents.

It stands in place of a password, and never of the second factor.
"""
