"""The app ``mandats``: what aidants may do, and for whom."""

from django.apps import AppConfig


class MandatsConfig(AppConfig):
    """Registers the tables of the rooms through ``mandats.models``."""

    name = "mandats"
    label = "mandats"
    verbose_name = "Mandats"
