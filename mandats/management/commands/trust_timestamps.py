"""``trust_timestamps FILE``: believes the time-stamps under the root certificates that FILE holds; journaled."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from aidants.domain.acteur import SYSTEME
from aidants.journal.record import record
from mandats.attestation.certificates import CertificateRefused
from mandats.attestation.sealing_keys import trust_timestamps
from mandats.domain.events import TIMESTAMPS_TRUST


class Command(BaseCommand):
    """May be run again; what is believed once is published for ever, as old papers need it."""

    help = "Reconnaît une autorité d’horodatage par ses certificats racines (PEM)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, metavar="FICHIER")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Keep, tell the journal, print."""
        now = timezone.now()
        try:
            with transaction.atomic():
                kept = trust_timestamps(options["file"].read_text(), now)
                for one in kept:
                    facts = {"fingerprint": one.fingerprint, "expires_at": int(one.expires_at.timestamp())}
                    record(TIMESTAMPS_TRUST, acteur=SYSTEME, at=now, facts=facts)
        except OSError as error:
            raise CommandError(f"{error.filename} : {error.strerror}") from error
        except CertificateRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps([{"fingerprint": one.fingerprint} for one in kept]))
