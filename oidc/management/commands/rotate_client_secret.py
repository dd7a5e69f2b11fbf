"""``rotate_client_secret``: gives a site a new secret, beside the one before for a while; prints it once."""

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from oidc.provider.clients import UnfitClient, rotate_secret


class Command(BaseCommand):
    """Two secrets are good at any time, never more."""

    help = "Renouvelle le secret d’un site et l’affiche une fois ; l’ancien reste valable un temps."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whose secret, and how long the one before stays good."""
        parser.add_argument("client_id")
        parser.add_argument("--overlap-hours", type=int, default=72, help="0 : l’ancien tombe tout de suite")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Rotate and print."""
        now, overlap = timezone.now(), timedelta(hours=options["overlap_hours"])
        if not timedelta(0) <= overlap <= timedelta(days=30):
            raise CommandError("--overlap-hours : de 0 à 720.")
        try:
            secret = rotate_secret(options["client_id"], overlap, now)
        except UnfitClient as error:
            raise CommandError(str(error)) from error
        told = {
            "client_id": options["client_id"],
            "client_secret": secret,
            "previous_until": (now + overlap).isoformat(),
        }
        self.stdout.write(json.dumps(told))
