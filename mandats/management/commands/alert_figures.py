"""``alert_figures``: how well the rules of alerts do, on months of activity that nobody lived."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mandats.alertes.synthese import generate, judge


class Command(BaseCommand):
    """One JSON line a rule; reads and writes nothing."""

    help = "Mesure les règles d’alerte sur des mois d’activité engendrés : prises et fausses alarmes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the seed and the size."""
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument("--desks", type=int, default=120, help="aidants")
        parser.add_argument("--days", type=int, default=180)
        parser.add_argument("--misuses", type=int, default=12, help="abus de chaque sorte, un tiers discrets")

    def handle(self, *args: Any, **options: Any) -> None:
        """Generate, judge, print."""
        size = {name: options[name] for name in ("desks", "days", "misuses")}
        for figure in judge(generate(options["seed"], **size)):
            told = {
                "rule": figure.rule,
                "misuses": figure.put_in,
                "caught": figure.caught,
                "mild": figure.mild,
                "mild_caught": figure.mild_caught,
                "raised": figure.raised,
                "false": figure.false,
                "recall": round(figure.recall, 3),
                "precision": round(figure.precision, 3),
            }
            self.stdout.write(json.dumps(told))
