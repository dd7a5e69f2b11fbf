"""The app ``oidc``: how others learn who acts for whom."""

from django.apps import AppConfig


class OidcConfig(AppConfig):
    """Registers the tables of the rooms through ``oidc.models``."""

    name = "oidc"
    label = "oidc"
    verbose_name = "OpenID Connect"
