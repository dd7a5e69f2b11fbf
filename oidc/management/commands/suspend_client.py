"""``suspend_client``: closes a site's access at once, its living tokens included; ``--resume`` opens it again."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from oidc.provider.clients import UnfitClient, suspend_client


class Command(BaseCommand):
    """One gesture, journaled; twice changes nothing."""

    help = "Suspend l’accès d’un site, ou le rétablit."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare which site, and in which direction."""
        parser.add_argument("client_id")
        parser.add_argument("--resume", action="store_true", help="rétablit l’accès")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Suspend or resume, and print the state."""
        try:
            client = suspend_client(options["client_id"], timezone.now(), resume=options["resume"])
        except UnfitClient as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps({"client_id": client.client_id, "suspended": client.is_suspended}))
