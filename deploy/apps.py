"""The app ``deploy``: the assembly of the service, its commands and its system checks."""

from django.apps import AppConfig


class DeployConfig(AppConfig):
    """Registers the checks that refuse an unsafe start."""

    name = "deploy"
    label = "deploy"

    def ready(self) -> None:
        """Load the checks."""
        from deploy import checks as _checks  # noqa: F401, PLC0415  checks register when imported
        from deploy import message_checks as _message_checks  # noqa: F401, PLC0415
