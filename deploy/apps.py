"""The app ``deploy``: the assembly of the service, its commands and its system checks."""

from django.apps import AppConfig


class DeployConfig(AppConfig):
    """Registers the checks that refuse an unsafe start."""

    name = "deploy"
    label = "deploy"
