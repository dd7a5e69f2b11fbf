"""``verify_journal [--checkpoint FILE]``: walks the journal, its tree and the actes, names the first break."""

import hashlib
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from aidants.journal.sequence import journal_signer
from aidants.journal.walk import Break, entries, fault_of
from aidants.journal.walk_tree import tree_fault
from mandats.attestation.acte import verify_acte
from mandats.attestation.compact import AttestationRefused
from mandats.attestation.keys import published_keys
from mandats.registre.models import Mandat


class Command(BaseCommand):
    """Exit status 0 when everything holds, 1 at the first break."""

    help = "Vérifie chaque entrée du journal, son arbre, chaque acte, et leur accord."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a checkpoint that somebody kept outside."""
        parser.add_argument("--checkpoint", type=Path, help="relevé signé, gardé ailleurs, que l’arbre doit confirmer")

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk, then compare with the register."""
        signed: dict[str, tuple[int, str]] = {}
        count = 0
        for entree, body in entries():
            if fault := fault_of(entree, body):
                self._fail(fault)
            if entree.event == "mandat:sign":
                signed[str(entree.subject_id)] = (entree.id, body["facts"]["acte_sha256"])
            count += 1
        self._walk_tree(options["checkpoint"])
        actes = self._compare_actes(signed)
        self.stdout.write(f"{count} entrées, {actes} actes : tout concorde.")

    def _walk_tree(self, file: Path | None) -> None:
        """Every entry that has a number stands in the tree that was signed, here and outside."""
        kept = [file.read_text()] if file else []
        if fault := tree_fault(journal_signer().verifier, kept):
            self.stderr.write(f"n° {fault.number} : {fault.why}")
            sys.exit(1)

    def _compare_actes(self, signed: dict[str, tuple[int, str]]) -> int:
        """Each mandat has its entry, each entry its mandat, and each acte verifies with our published keys."""
        jwks = published_keys(timezone.now())
        seen = 0
        for mandat in Mandat.objects.only("id", "reference", "acte").order_by("id").iterator(chunk_size=500):
            number, digest = signed.pop(str(mandat.id), (0, ""))
            if not number:
                self._fail(Break(0, f"mandat {mandat.reference} has no entry in the journal"))
            if hashlib.sha256(mandat.acte.encode()).hexdigest() != digest:
                self._fail(Break(number, f"acte of {mandat.reference} is not the one journaled"))
            self._check_acte(mandat, number, jwks)
            seen += 1
        for number, _ in signed.values():
            self._fail(Break(number, "a mandat that was signed is no longer in the register"))
        return seen

    def _check_acte(self, mandat: Mandat, number: int, jwks: Any) -> None:
        try:
            acte = verify_acte(mandat.acte, jwks)
        except AttestationRefused as error:
            self._fail(Break(number, f"acte of {mandat.reference} does not verify: {error}"))
        if acte.reference != mandat.reference:
            self._fail(Break(number, f"acte of {mandat.reference} speaks of {acte.reference}"))

    def _fail(self, fault: Break) -> None:
        self.stderr.write(f"entrée {fault.number} : {fault.why}")
        sys.exit(1)
