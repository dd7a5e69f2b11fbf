"""Screens of ``aidants``: the front door, signing in, the structure acted for, errors."""
