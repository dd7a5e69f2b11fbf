"""``verify_journal [--checkpoint FILE]``: walks journal, tree, actes and register, names the first break."""

import hashlib
import sys
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from aidants.domain.events import SALTS_DESTROY
from aidants.journal.models import Leaf
from aidants.journal.sequence import journal_signer
from aidants.journal.walk import Break, entries, fault_of, has_salt
from aidants.journal.walk_tree import tree_fault
from deploy.register_checks import register_faults
from mandats.attestation.acte import verify_acte
from mandats.attestation.compact import AttestationRefused
from mandats.attestation.keys import published_keys
from mandats.domain.events import MANDAT_ERASE, MANDAT_SIGN
from mandats.registre.models import Mandat


class Command(BaseCommand):
    """Exit status 0 when everything holds, 1 at the first break."""

    help = "Vérifie chaque entrée du journal, son arbre, chaque acte, et leur accord avec le registre."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a checkpoint that somebody kept outside."""
        parser.add_argument("--checkpoint", type=Path, help="relevé signé, gardé ailleurs, que l’arbre doit confirmer")

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk, then compare with the register, in one snapshot: what is written meanwhile is not looked at."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
            self._verify(options["checkpoint"])

    def _verify(self, kept: Path | None) -> None:
        signed, count, without_salt, destroyed = dict[str, tuple[int, str]](), 0, 0, 0
        erased: set[str] = set()
        for entree, body in entries():
            if fault := fault_of(entree, body):
                self._fail(fault)
            if entree.event == MANDAT_SIGN.code:
                signed[str(entree.subject_id)] = (entree.id, body["facts"]["acte_sha256"])
            if entree.event == SALTS_DESTROY.code:
                destroyed += body["facts"]["count"]
            if entree.event == MANDAT_ERASE.code:
                erased.add(str(entree.subject_id))
            without_salt += not has_salt(entree)
            count += 1
        if without_salt != destroyed:
            self._fail(Break(0, f"{without_salt} entries have no salt, and {destroyed} were destroyed by the journal"))
        self._walk_tree(kept)
        actes = self._compare_actes(signed, erased)
        for fault in register_faults():
            self._fail(fault)
        self.stdout.write(f"{count} entrées (dont {without_salt} sans sel), {actes} actes : tout concorde.")

    def _walk_tree(self, file: Path | None) -> None:
        """Every entry that has a number stands in the tree that was signed, here and outside."""
        kept = [file.read_text()] if file else []
        if fault := tree_fault(journal_signer().verifier, kept):
            self.stderr.write(f"n° {fault.number} : {fault.why}")
            sys.exit(1)

    def _compare_actes(self, signed: dict[str, tuple[int, str]], erased: set[str]) -> int:
        """Each mandat has its entry, each entry its mandat, and each acte verifies with our published keys.

        At the end of keeping the acte is gone: the journal tells so, or somebody took it away.
        """
        jwks = published_keys(timezone.now())
        seen = 0
        rows = Mandat.objects.only("id", "reference", "acte", "erased_at").order_by("id")
        for mandat in rows.iterator(chunk_size=500):
            number, digest = signed.pop(str(mandat.id), (0, ""))
            if not number:
                self._fail(Break(0, f"mandat {mandat.reference} has no entry in the journal"))
            if (mandat.erased_at is not None) != (str(mandat.id) in erased):
                self._fail(Break(number, f"{mandat.reference}: register and journal disagree on its erasure"))
            if mandat.erased_at is not None:
                continue
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

    def _fail(self, fault: Break) -> NoReturn:
        """Name the entry, with its place in the tree when it has one."""
        number = Leaf.objects.filter(entree=fault.number).values_list("number", flat=True).first()
        entry = f"entrée {fault.number}" if fault.number else "aucune entrée"
        place = "" if number is None else f" (n° {number})"
        self.stderr.write(f"{entry}{place} : {fault.why}")
        sys.exit(1)
