"""The app ``mandats``: what aidants may do, and for whom."""

from django.apps import AppConfig


class MandatsConfig(AppConfig):
    """Registers the tables of the rooms through ``mandats.models``."""

    name = "mandats"
    label = "mandats"
    verbose_name = "Mandats"

    def ready(self) -> None:
        """Let what is refused to an usager on their own pages be journaled as theirs."""
        from aidants.pages.refusals import known_by  # noqa: PLC0415  models load first
        from mandats.pages.usager.session import acteur_here  # noqa: PLC0415  the same

        known_by(acteur_here)
