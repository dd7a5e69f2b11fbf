"""``create_compte``: invites the first administrateur of an install, or the first referent of a structure."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from aidants.domain.acteur import SYSTEME
from aidants.domain.decisions import Denied
from aidants.domain.noms import is_name
from aidants.domain.roles import NATIONAL_ROLES
from aidants.domain.statuts import STATUTS
from aidants.structures.invitations import Invite, invite_from_terminal
from aidants.structures.models import Structure


class Command(BaseCommand):
    """Prints a link that serves once, within seven days: nobody but its bearer ever knows a password or a key."""

    help = "Invite une personne et affiche le lien à lui remettre."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the person, and either a national role or a structure's SIRET."""
        for name in ("email", "given-name", "family-name"):
            parser.add_argument(f"--{name}", required=True)
        parser.add_argument("--profession", default="")
        parser.add_argument("--role", default="", choices=["", *(role.value for role in NATIONAL_ROLES)])
        parser.add_argument("--departement", default="", help="pour une préfecture")
        parser.add_argument("--siret", default="", help="de la structure")
        parser.add_argument("--aidant", action="store_true")
        parser.add_argument("--referent", action="store_true")
        parser.add_argument("--statut", default="", choices=["", *STATUTS], help="d’un aidant, dans sa structure")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, invite, print the link."""
        structure = self._checked(options)
        fields = ("email", "given_name", "family_name", "profession", "role", "departement", "statut")
        asked = Invite(
            **{name: options[name] for name in fields}, is_aidant=options["aidant"], is_referent=options["referent"]
        )
        if isinstance(asked.may_come, Denied):
            raise CommandError(f"--statut : {asked.may_come.reason.message}")
        self.stdout.write(invite_from_terminal(asked, structure, SYSTEME, timezone.now()))

    def _checked(self, options: dict[str, Any]) -> Structure | None:
        """Return the structure named, if any.  Raises ``CommandError`` for what cannot be invited."""
        try:
            validate_email(options["email"])
        except ValidationError as error:
            raise CommandError("Adresse électronique illisible.") from error
        if not (is_name(options["given_name"]) and is_name(options["family_name"])):
            raise CommandError("Prénom ou nom illisible.")
        placed = options["aidant"] or options["referent"]
        if bool(options["role"]) == bool(options["siret"]) or placed != bool(options["siret"]):
            raise CommandError("Soit --role, soit --siret avec --aidant, --referent ou les deux.")
        if not options["siret"]:
            return None
        structure = Structure.objects.filter(siret=options["siret"]).order_by("created_at").first()
        if structure is None:
            raise CommandError(f"Aucune structure ne porte le SIRET {options['siret']}.")
        return structure
