"""``create_seal``: makes, or takes, the key and the certificate that seal the papers; journaled."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from aidants.domain.acteur import SYSTEME
from aidants.journal.record import record
from mandats.attestation.certificates import CertificateRefused, Sealer, brought, new_authority, new_seal
from mandats.attestation.sealing_keys import AUTHORITY, SEAL, keep_sealer, opened, standing
from mandats.domain.events import SEAL_CREATE


class Command(BaseCommand):
    """Without arguments: a key of ours under an authority of ours, made the first time.  Run again: a renewal."""

    help = "Crée le sceau des documents (ou prend celui de --key et --chain) et affiche son empreinte en JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a key bought elsewhere, a first second of use, and whether the authority is made anew."""
        parser.add_argument("--key", type=Path, help="clé privée RSA, PEM sans phrase de passe")
        parser.add_argument("--chain", type=Path, help="certificats PEM : le sien d’abord, la racine à la fin")
        parser.add_argument("--new-authority", action="store_true", help="crée une nouvelle autorité des sceaux")
        parser.add_argument("--activated-at", type=datetime.fromisoformat, help="date ISO 8601 avec fuseau")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make or take the seal, keep it, tell the journal, print."""
        now = timezone.now()
        activated_at = options["activated_at"] or now
        if activated_at.tzinfo is None or activated_at < now:
            raise CommandError("--activated-at : une date à venir, avec son fuseau (2027-01-01T00:00:00+00:00).")
        try:
            with transaction.atomic():
                sealer = self._taken(options) or self._made(now, anew=options["new_authority"])
                kept = keep_sealer(SEAL, sealer, activated_at)
                facts = {
                    "fingerprint": kept.fingerprint,
                    "activated_at": int(activated_at.timestamp()),
                    "expires_at": int(kept.expires_at.timestamp()),
                }
                record(SEAL_CREATE, acteur=SYSTEME, at=now, facts=facts)
        except CertificateRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        told = {"fingerprint": kept.fingerprint, "expires_at": kept.expires_at.isoformat()}
        self.stdout.write(json.dumps(told))

    @staticmethod
    def _taken(options: dict[str, Any]) -> Sealer | None:
        if not (options["key"] or options["chain"]):
            return None
        if not (options["key"] and options["chain"]):
            raise CommandError("--key et --chain vont ensemble.")
        try:
            return brought(options["key"].read_text(), options["chain"].read_text())
        except OSError as error:
            raise CommandError(f"{error.filename} : {error.strerror}") from error

    @staticmethod
    def _made(now: datetime, *, anew: bool) -> Sealer:
        kept = None if anew else standing(AUTHORITY, now)
        if kept is None:
            kept = keep_sealer(AUTHORITY, new_authority(settings.SERVICE_NAME, now), now)
        return new_seal(opened(kept), settings.SERVICE_NAME, now)
