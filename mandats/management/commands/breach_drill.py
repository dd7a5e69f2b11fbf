"""``breach_drill``: within the hour, who is touched by a leak, by which structure, and how each is told."""

import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.domain.acteur import SYSTEME
from aidants.journal.record import record
from mandats.domain.events import FUITE_DRILL
from mandats.pilotage.fuite import TABLES, Touched, as_csv, touched_by_account, touched_by_table


class Command(BaseCommand):
    """Counts on the screen, names in one file that its owner alone may read; one entry of the journal."""

    help = "Dit qui est touché par une fuite, et écrit la liste des personnes à prévenir dans un fichier restreint."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take what leaked, when, and where the list goes."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--table", choices=sorted(TABLES), help="table dont des lignes ont fui")
        what.add_argument("--compte", metavar="COURRIEL", help="compte dont la session ou les moyens ont été volés")
        parser.add_argument("--since", type=datetime.fromisoformat, help="début, ISO 8601 avec fuseau")
        parser.add_argument("--until", type=datetime.fromisoformat, help="fin exclue, ISO 8601 avec fuseau")
        parser.add_argument("--siret", default="", help="les personnes d’une seule structure")
        parser.add_argument("--out", type=Path, required=True, help="fichier CSV à créer (0600), jamais écrasé")
        parser.add_argument("--drill", action="store_true", help="c’est un exercice")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find, write, count."""
        started = time.monotonic()
        for name in ("since", "until"):
            if options[name] and options[name].tzinfo is None:
                raise CommandError(f"--{name} : une date avec son fuseau (2026-11-22T10:00:00+01:00).")
        touched = self._touched(options)
        self._write(options["out"], as_csv(touched))
        facts = {"table": options["table"] or "compte", "persons": len(touched.persons), "drill": options["drill"]}
        with transaction.atomic():
            record(FUITE_DRILL, acteur=SYSTEME, at=timezone.now(), facts=facts)
        self._tell(touched, options, time.monotonic() - started)

    def _touched(self, options: dict[str, Any]) -> Touched:
        window = (options["since"], options["until"], options["siret"])
        if options["table"]:
            return touched_by_table(options["table"], *window)
        compte = Compte.objects.filter(email=options["compte"].strip().lower()).first()
        if compte is None:
            raise CommandError("Ce compte n’existe pas.")
        return touched_by_account(compte.id, *window)

    def _write(self, file: Path, content: str) -> None:
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise CommandError(f"{file} existe déjà : choisir un autre nom.") from error
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)

    def _tell(self, touched: Touched, options: dict[str, Any], seconds: float) -> None:
        say = self.stdout.write
        say(f"Personnes touchées : {len(touched.persons)}")
        if options["table"]:
            say(f"Ce que la table contient : {TABLES[options['table']].holds}")
        for way in ("courriel", "sms", "lettre"):
            say(f"  à prévenir par {way} : {touched.ways[way]}")
        for name, count in sorted(touched.by_structure.items()):
            say(f"  {name} : {count}")
        say(f"Liste nominative : {options['out']} (lisible de vous seul ; à détruire ensuite)")
        say(f"Durée : {seconds:.1f} s")
