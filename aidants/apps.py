"""The app ``aidants``: who acts, and the journal of every act."""

from django.apps import AppConfig


class AidantsConfig(AppConfig):
    """Registers the tables of the rooms through ``aidants.models``."""

    name = "aidants"
    label = "aidants"
    verbose_name = "Aidants"

    def ready(self) -> None:
        """Let the journal's screens name accounts."""
        from aidants.comptes.selectors import names_of_comptes  # noqa: PLC0415  models load first
        from aidants.domain.acteur import Kind  # noqa: PLC0415  the same
        from aidants.journal.names import name_with  # noqa: PLC0415  the same

        name_with(Kind.COMPTE, names_of_comptes)
