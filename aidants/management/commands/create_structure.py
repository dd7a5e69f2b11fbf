"""``create_structure``: the first structures of an install, before anybody can sign in."""

from typing import Any
from zoneinfo import available_timezones

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from aidants.domain.acteur import SYSTEME
from aidants.domain.siret import is_siret
from aidants.structures.creation import create_structure
from aidants.structures.models import Structure


class Command(BaseCommand):
    """Creates a structure and prints its identifier; its habilitation is another act."""

    help = "Crée une structure et affiche son identifiant."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what the mandats will print of it."""
        for name in ("name", "siret", "street", "postcode", "city", "insee-code"):
            parser.add_argument(f"--{name}", required=True)
        for name in ("kind", "telephone", "email"):
            parser.add_argument(f"--{name}", default="")
        parser.add_argument("--time-zone", default="Europe/Paris")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, create, print."""
        if not is_siret(options["siret"]):
            raise CommandError("SIRET : 14 chiffres, dont la somme de contrôle est fausse ici.")
        if options["time_zone"] not in available_timezones():
            raise CommandError(f"Fuseau horaire inconnu : {options['time_zone']} (par exemple Indian/Reunion).")
        if Structure.objects.filter(siret=options["siret"]).exists():
            raise CommandError(f"Une structure porte déjà le SIRET {options['siret']}.")
        names = ("name", "siret", "street", "postcode", "city", "insee_code", "kind", "telephone", "email", "time_zone")
        made = create_structure({name: options[name] for name in names}, SYSTEME, timezone.now())
        self.stdout.write(str(made.id))
