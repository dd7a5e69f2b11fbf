"""Alerts: what the rules of ``mandats/domain/alertes.py`` say of the register, told to people, answered with a word.

Never stops anything: an alert asks somebody to look.  Aidants know that it exists.
"""
