"""Screens of alerts: a referent's and an instructeur's list, and what every aidant may read about it."""
