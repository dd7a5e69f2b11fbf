"""``droits``: the rights of persons from a terminal, under the same rules as the screens.

Whoever asks or answers is named, holds the role, and gives the current code of their own application: an operator alone
is never two persons.
"""

import getpass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from aidants.comptes.facteurs.codes import verify_code
from aidants.comptes.fonctions import fonction_of
from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from mandats.domain.droits import ORIGINS, PROOFS, RECTIFIABLE, Droit
from mandats.droits import demandes
from mandats.droits.export import hand_export
from mandats.droits.persons import find_persons

_KINDS = (Droit.EXPORT, Droit.RECTIFICATION, Droit.EFFACEMENT)


class Command(BaseCommand):
    """``chercher``, ``demander``, ``repondre``, ``remettre``."""

    help = "Copie, rectification et effacement des données d’une personne, à deux personnes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the four steps."""
        steps = parser.add_subparsers(dest="step", required=True)
        search = self._step(steps, "chercher")
        search.add_argument("--reference", required=True)
        ask = self._step(steps, "demander")
        ask.add_argument("--usager", type=UUID, required=True)
        ask.add_argument("--kind", choices=[kind.value for kind in _KINDS], required=True)
        ask.add_argument("--origin", choices=sorted(ORIGINS), required=True)
        ask.add_argument("--proof", choices=sorted(PROOFS), required=True)
        ask.add_argument("--received-on", type=date.fromisoformat, required=True)
        ask.add_argument("--set", action="append", default=[], metavar="CHAMP=VALEUR")
        answer = self._step(steps, "repondre")
        answer.add_argument("--demande", type=UUID, required=True)
        answer.add_argument("--answer", choices=("oui", "non"), required=True)
        hand = self._step(steps, "remettre")
        hand.add_argument("--demande", type=UUID, required=True)
        hand.add_argument("--out", type=Path, required=True)

    def _step(self, steps: Any, name: str) -> CommandParser:
        made: CommandParser = steps.add_parser(name)
        made.add_argument("--by", required=True, metavar="COURRIEL", help="qui agit")
        made.add_argument("--code", help="code de son application ; demandé s’il manque")
        return made

    def handle(self, *args: Any, **options: Any) -> None:
        """Recognise who acts, then do the step."""
        acteur = self._acteur(options["by"], options["code"])
        getattr(self, f"_{options['step']}")(acteur, options)

    def _acteur(self, email: str, code: str | None) -> Acteur:
        compte = Compte.objects.filter(email=email.strip().lower(), is_active=True).first()
        held = fonction_of(compte.id, Role.ADMINISTRATEUR, Role.INSTRUCTEUR) if compte else None
        if compte is None or held is None:
            raise CommandError("Ce compte n’existe pas, ou n’est ni administrateur ni instructeur.")
        acteur = Acteur(Kind.COMPTE, compte.id, None, held.role)
        typed = code or getpass.getpass(f"Code de l’application de {email} : ")
        if not verify_code(compte, typed, timezone.now(), acteur):
            raise CommandError("Code refusé.")
        return acteur

    def _chercher(self, acteur: Acteur, options: dict[str, Any]) -> None:
        if acteur.role != Role.ADMINISTRATEUR:
            raise CommandError("Seul un administrateur cherche une personne.")
        given = {"reference": options["reference"], "family_name": "", "birthdate": ""}
        for usager in find_persons(acteur, now=timezone.now(), **given):
            self.stdout.write(str(usager.id))

    def _demander(self, acteur: Acteur, options: dict[str, Any]) -> None:
        changes = dict(pair.split("=", 1) for pair in options["set"] if "=" in pair)
        if set(changes) - set(RECTIFIABLE):
            raise CommandError(f"--set : {', '.join(RECTIFIABLE)}")
        given = {name: options[name] for name in ("origin", "proof", "received_on")}
        made = demandes.ask(
            options["usager"], Droit(options["kind"]), acteur, changes=changes or None, now=timezone.now(), **given
        )
        self.stdout.write(str(_granted(made).id))

    def _repondre(self, acteur: Acteur, options: dict[str, Any]) -> None:
        done = demandes.answer(options["demande"], acteur, approve=options["answer"] == "oui", now=timezone.now())
        row = _granted(done)
        self.stdout.write(" ".join(filter(None, (row.answer, row.outcome, row.reason))))

    def _remettre(self, acteur: Acteur, options: dict[str, Any]) -> None:
        row = demandes.demande_of(options["demande"])
        if row is None or acteur.role != Role.ADMINISTRATEUR:
            raise CommandError("Cette demande n’existe pas, ou ce compte n’est pas administrateur.")
        handed = _granted(hand_export(row, acteur, timezone.now()))
        options["out"].touch(mode=0o600, exist_ok=False)
        options["out"].write_bytes(handed)
        self.stdout.write(f"{options['out']} : {len(handed)} octets")


def _granted(answer: Any) -> Any:
    if isinstance(answer, Denied):
        raise CommandError(answer.reason.message)
    return answer
