"""A simulated FranceConnect v2, as strict as the real one.

Two roles: the OpenID Provider of services, and the client of the mandate
service's own provider. State lives in the memory of one process. Facts about
the real one (parameters, delays, error codes) come from its public source and
partner documentation; no code does.
"""
