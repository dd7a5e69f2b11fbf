"""``demo_otp EMAIL``: prints the current code of a demonstration account."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django_otp.oath import hotp
from django_otp.plugins.otp_totp.models import TOTPDevice


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
        device = TOTPDevice.objects.filter(user__email=options["email"].lower(), confirmed=True).first()
        if device is None:
            raise CommandError(f"Aucun compte de démonstration {options['email']}.")
        # A code serves once: give the first counter after the last one used.  django-otp counts from the drift that it
        # learnt, and accepts one step more or less.
        current = int(time.time() - device.t0) // device.step + device.drift
        counter = max(current, device.last_t + 1)
        if counter > current + 1:
            time.sleep((counter - 1 - device.drift) * device.step + device.t0 - time.time())
        self.stdout.write(f"{hotp(device.bin_key, counter, device.digits):06d}")
