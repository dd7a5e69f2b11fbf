"""Screens of ``mandats``: the conseiller's and the usager's."""
