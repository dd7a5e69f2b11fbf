"""The app ``aidants``: who acts, and the journal of every act."""

from django.apps import AppConfig


class AidantsConfig(AppConfig):
    """Registers the tables of the rooms through ``aidants.models``."""

    name = "aidants"
    label = "aidants"
    verbose_name = "Aidants"
