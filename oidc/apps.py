"""The app ``oidc``: how others learn who acts for whom."""

from django.apps import AppConfig


class OidcConfig(AppConfig):
    """Registers the tables of the rooms through ``oidc.models``."""

    name = "oidc"
    label = "oidc"
    verbose_name = "OpenID Connect"

    def ready(self) -> None:
        """Let the journal's screens name clients, and what is refused to one be journaled as theirs."""
        from aidants.domain.acteur import Kind  # noqa: PLC0415  models load first
        from aidants.journal.names import name_with  # noqa: PLC0415  the same
        from aidants.pages.refusals import known_by  # noqa: PLC0415  the same
        from oidc.provider.clients import names_of_clients  # noqa: PLC0415  the same
        from oidc.provider.verifications import acteur_here  # noqa: PLC0415  the same

        name_with(Kind.CLIENT, names_of_clients)
        known_by(acteur_here)
