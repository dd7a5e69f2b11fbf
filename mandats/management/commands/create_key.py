"""``create_key``: draws a signing key, seals it in the vault, publishes it at once, journals it."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from aidants.domain.acteur import SYSTEME
from aidants.journal.record import record
from mandats.attestation.keys import create_key
from mandats.domain.events import KEY_CREATE

ALGORITHMS = {"acte": ("ES256",), "oidc": ("ES256", "RS256")}


class Command(BaseCommand):
    """The key signs from ``--activated-at`` on; until then it is only published, so that nobody meets it unknown."""

    help = "Crée une clé de signature et affiche son nom en JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what the key is for, its algorithm and its first second of use."""
        parser.add_argument("--purpose", required=True, choices=sorted(ALGORITHMS))
        parser.add_argument("--alg", required=True, choices=("ES256", "RS256"))
        parser.add_argument(
            "--activated-at", type=datetime.fromisoformat, help="date ISO 8601 avec fuseau ; sans : tout de suite"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Create and print."""
        purpose, alg, now = options["purpose"], options["alg"], timezone.now()
        activated_at = options["activated_at"] or now
        if alg not in ALGORITHMS[purpose]:
            raise CommandError(f"Une clé « {purpose} » signe en {' ou '.join(ALGORITHMS[purpose])}.")
        if activated_at.tzinfo is None or activated_at < now:
            raise CommandError("--activated-at : une date à venir, avec son fuseau (2027-01-01T00:00:00+00:00).")
        with transaction.atomic():
            key = create_key(purpose, alg, now, activated_at=activated_at)
            facts = {"kid": key.kid, "purpose": purpose, "alg": alg, "activated_at": int(activated_at.timestamp())}
            record(KEY_CREATE, acteur=SYSTEME, at=now, facts=facts)
        told = {"kid": key.kid, "purpose": purpose, "alg": alg, "activated_at": activated_at.isoformat()}
        self.stdout.write(json.dumps(told))
