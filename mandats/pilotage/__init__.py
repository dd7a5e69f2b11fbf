"""Figures across people and mandats.  Never shows an identity."""
