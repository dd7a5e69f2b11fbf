"""The demonstration's data: structures, people, usagers with mandats in every state.

Everything goes through the services, at moments of the past, in chronological
order: the demonstration's journal is one that really happened.
"""
