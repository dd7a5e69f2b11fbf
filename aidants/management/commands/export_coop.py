"""``export_coop``: hands every activity report since a day to a file, in the shape of La Coop's API."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

from aidants.dispositif.activite.coop import FileDestination, exportable, resource_of
from aidants.dispositif.activite.models import CompteRendu
from aidants.domain.acteur import SYSTEME
from aidants.domain.activite import activity_events as events
from aidants.journal.record import record


class Command(BaseCommand):
    """One JSON resource a line; cancelled reports are there with their date of suppression."""

    help = "Exporte les comptes rendus dans la forme de La Coop."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to write, and from which day."""
        parser.add_argument("--out", type=Path, required=True, help="fichier écrit, une ressource par ligne")
        parser.add_argument("--since", type=parse_date, help="premier jour, 2021-01-31")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and say how many reports it holds."""
        every = CompteRendu.objects.all()
        if options["since"]:
            every = every.filter(day__gte=options["since"])
        rows, untimed = exportable(every), every.filter(minutes__isnull=True).count()
        with transaction.atomic():
            count = FileDestination(options["out"]).send(resource_of(row) for row in rows.iterator(1000))
            facts = {"count": count, "form": "coop"}
            record(events.CRA_EXPORT, acteur=SYSTEME, at=timezone.now(), facts=facts)
        self.stdout.write(f"{count} comptes rendus exportés, {untimed} sans durée laissés de côté.")
