"""``set_event_receiver``: where a site is told, by Security Event Tokens, of mandats that end; ``--remove`` ends it."""

import json
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from oidc.provider.clients import UnfitClient, check_called, client_named
from oidc.provider.security_events import set_receiver


class Command(BaseCommand):
    """The value of the endpoint's ``Authorization`` comes from the environment: no secret stands on a command line."""

    help = "Règle l’adresse où un site reçoit les annonces de fin (RFC 8935)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare which site and which address."""
        parser.add_argument("client_id")
        parser.add_argument("--url", default="", help="adresse https du site")
        parser.add_argument("--remove", action="store_true")
        parser.add_argument(
            "--authorization-from", default="", help="variable d’environnement de l’en-tête Authorization"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Keep the address and print it."""
        if bool(options["url"]) is options["remove"]:
            raise CommandError("give --url, or --remove")
        authorization = os.environ.get(options["authorization_from"], "") if options["authorization_from"] else ""
        if options["authorization_from"] and not authorization:
            raise CommandError(f"{options['authorization_from']} is not set")
        try:
            client = client_named(options["client_id"])
            if options["url"]:
                check_called([options["url"]])
        except UnfitClient as error:
            raise CommandError(str(error)) from error
        set_receiver(client, options["url"], authorization, timezone.now())
        self.stdout.write(json.dumps({"client_id": client.client_id, "event_receiver": options["url"] or None}))
