"""``rotate_keys``: what is due by the calendar, or the next key of an algorithm at once."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mandats.attestation.keys import SigningKey
from mandats.attestation.rotation import PURPOSE, keep_rotating, rotate


class Command(BaseCommand):
    """Without options does what the worker does each hour; prints the keys of OpenID Connect that are published."""

    help = "Fait tourner les clés d’OpenID Connect et affiche celles qui sont publiées, en JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare which algorithm turns now, and whether its keys are known to others."""
        parser.add_argument("--alg", choices=("ES256", "RS256"), help="tire la clé suivante, active dans dix minutes")
        parser.add_argument(
            "--compromised", action="store_true", help="la clé suivante signe tout de suite, les autres disparaissent"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Rotate and print."""
        now = timezone.now()
        if options["compromised"] and not options["alg"]:
            raise CommandError("--compromised demande --alg.")
        if options["alg"]:
            rotate(options["alg"], now, compromised=options["compromised"])
        else:
            keep_rotating(now)
        published = (
            SigningKey.objects.filter(purpose=PURPOSE).exclude(retired_at__lte=now).order_by("alg", "activated_at")
        )
        told = [
            {
                "kid": row.kid,
                "alg": row.alg,
                "activated_at": row.activated_at.isoformat(),
                "retired_at": row.retired_at.isoformat() if row.retired_at else None,
            }
            for row in published
        ]
        self.stdout.write(json.dumps(told))
