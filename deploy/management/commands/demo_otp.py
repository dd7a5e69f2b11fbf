"""``demo_otp EMAIL``: prints the current code of a demonstration account."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_otp.oath import hotp

from aidants.comptes.facteurs.models import Generateur
from aidants.domain.facteurs import REGLAGES, Famille


class Command(BaseCommand):
    """Refuses outside the demonstration: nobody reads another's code in production."""

    help = "Affiche le code courant d’un compte de démonstration."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the account's address."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a code that has not served yet, waiting for the next one if need be."""
        if not settings.DEMO:
            raise CommandError("Cette commande n’existe que dans la démonstration.")
        rows = Generateur.objects.filter(user__email=options["email"].lower(), kind=Famille.APPLICATION, confirmed=True)
        device = rows.order_by("id").first()
        if device is None:
            raise CommandError(f"Aucun compte de démonstration {options['email']}.")
        # A code serves once: give the first step after the last one used; one step ahead of the clock is accepted.
        period = REGLAGES[Famille.APPLICATION].period
        current = int(time.time()) // period
        step = max(current, device.last_step + 1)
        if step > current + 1:
            time.sleep((step - 1) * period - time.time())
        self.stdout.write(f"{hotp(device.seed, step, device.digits):06d}")
