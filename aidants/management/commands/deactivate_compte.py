"""``deactivate_compte``: closes an account at once, on a day of fraud or theft; or opens it again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from aidants.comptes.inactivity import deactivate, reactivate
from aidants.comptes.models import Compte
from aidants.domain.absence import ABSENCE
from aidants.domain.acteur import SYSTEME

# What the journal keeps of why; an absence is the schedule's own, and the only one that a page opens again.
MOTIFS = {
    "fraude": "acte frauduleux",
    "vol": "session, appareil ou mot de passe volé",
    "depart": "la personne est partie",
    "demande": "elle l’a demandé",
}


class Command(BaseCommand):
    """Closes the account's sessions with it: its next request meets the sign-in page.  The journal keeps the act."""

    help = "Ferme un compte et ses sessions, ou rouvre celui qu’il a fermé."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address of the account, and why it closes, or that it opens again."""
        parser.add_argument("--email", required=True)
        what = parser.add_mutually_exclusive_group(required=True)
        told = ", ".join(f"{motif} ({words})" for motif, words in MOTIFS.items())
        what.add_argument("--motif", choices=sorted(MOTIFS), help=told)
        what.add_argument("--reopen", action="store_true", help="le rouvrir, quelle qu’en soit la raison")

    def handle(self, *args: Any, **options: Any) -> None:
        """Close, or open again.  Raises ``CommandError`` for an unknown address, or an account that is open already."""
        compte = Compte.objects.filter(email=options["email"].strip().lower()).first()
        if compte is None:
            raise CommandError("Aucun compte à cette adresse.")
        now = timezone.now()
        if not options["reopen"]:
            deactivate(compte, options["motif"], SYSTEME, now)
            self.stdout.write("Compte fermé, sessions comprises.")
        elif reactivate(compte, SYSTEME, now, motifs=(ABSENCE, "", *MOTIFS)):
            self.stdout.write("Compte rouvert. Un message en avertit la personne.")
        else:
            raise CommandError("Ce compte est déjà ouvert.")
