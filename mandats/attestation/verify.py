"""Verify an acte, a QR's statement or a mandat's PDF with published keys alone.

    python -m mandats.attestation.verify FILE --keys jwks.json

FILE holds the acte (``acte.jws``), the text read from the QR code, or the PDF, whose acte and texts
are attached.  Exit status: 0 all is well, 1 something was altered or is not ours, 2 nothing could be
read.  Stands alone: no database, no network, no Django.  Never tells whether a mandat was revoked
since: only the service knows.
"""

import argparse
import hashlib
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import pikepdf

from aidants.domain.demarches import DEMARCHES
from mandats.attestation.acte import verify_acte
from mandats.attestation.compact import AttestationRefused, Fault, Jwks
from mandats.attestation.statement import Statement, verify_statement
from mandats.domain.actes import Acte
from mandats.domain.durees import french_moment

ALL_IS_WELL: Final = 0
REFUSED: Final = 1
UNREADABLE: Final = 2

ACTE_NAME: Final = "acte.jws"
_TEXTS: Final = {"texte.txt": "frozen_sha256", "resume.txt": "summary_sha256"}
_LETTERS: Final = {demarche.letter: demarche.label for demarche in DEMARCHES.values()}

_FAULTS: Final = {
    Fault.FORM: "ce n’est pas un écrit signé par le service, ou il a été abîmé",
    Fault.TYPE: "cet écrit signé n’est pas de ceux que ce programme vérifie",
    Fault.ALGORITHM: "la signature n’est pas de la sorte attendue",
    Fault.UNKNOWN_KEY: "la clé qui a signé n’est pas parmi les clés données",
    Fault.SIGNATURE: "la signature ne correspond pas : le contenu a été modifié",
    Fault.CONTENT: "la signature est exacte, mais le contenu n’est pas celui d’un mandat connu de ce programme",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What was found, in French, and whether all is well."""

    well: bool
    lines: tuple[str, ...]


def verify_bytes(data: bytes, jwks: Jwks) -> Report:
    """Return what ``data`` (a PDF, an acte or a QR's text) is worth under the keys ``jwks``."""
    if data.startswith(b"%PDF-"):
        return _verify_pdf(data, jwks)
    try:
        text = data.decode("ascii").strip()
    except UnicodeDecodeError:
        return _refused(Fault.FORM)
    return _verify_text(text, jwks)


def _verify_text(text: str, jwks: Jwks) -> Report:
    try:
        if "#" in text:
            return Report(True, _told_statement(verify_statement(text, jwks)))
        return Report(True, _told_acte(verify_acte(text, jwks)))
    except AttestationRefused as refusal:
        if refusal.fault is not Fault.TYPE or "#" in text:
            return _refused(refusal.fault)
    try:
        return Report(True, _told_statement(verify_statement(text, jwks)))
    except AttestationRefused as refusal:
        return _refused(refusal.fault)


def _verify_pdf(data: bytes, jwks: Jwks) -> Report:
    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            problems = document.check_pdf_syntax()
            attached = {name: document.attachments[name].get_file().read_bytes() for name in document.attachments}
    except (pikepdf.PdfError, ValueError) as error:
        return Report(False, (f"REFUSÉ : le fichier PDF est abîmé ({error}).",))
    if problems:
        return Report(False, (f"REFUSÉ : le fichier PDF est abîmé ({problems[0]}).",))
    if ACTE_NAME not in attached:
        return Report(False, ("REFUSÉ : ce PDF ne contient pas d’acte signé (acte.jws).",))
    try:
        acte = verify_acte(attached[ACTE_NAME].decode("ascii"), jwks)
    except UnicodeDecodeError:
        return _refused(Fault.FORM)
    except AttestationRefused as refusal:
        return _refused(refusal.fault)
    return _with_texts(acte, attached)


def _with_texts(acte: Acte, attached: dict[str, bytes]) -> Report:
    """Compare the texts attached with the digests that the acte holds."""
    for name, field in _TEXTS.items():
        expected: str = getattr(acte.text, field)
        if name not in attached:
            return Report(False, (f"REFUSÉ : {name} n’est plus joint au PDF.",))
        if hashlib.sha256(attached[name]).hexdigest() != expected:
            return Report(False, (f"REFUSÉ : {name} n’est pas le texte qui a été signé.",))
    return Report(
        True,
        (
            *_told_acte(acte),
            "Les deux textes joints au PDF sont ceux qui ont été signés.",
            "Ce qui fait foi est l’acte ci-dessus : comparez-le à ce qui est imprimé.",
        ),
    )


def _refused(fault: Fault) -> Report:
    return Report(False, (f"REFUSÉ : {_FAULTS[fault]}.",))


def _told_acte(acte: Acte) -> tuple[str, ...]:
    demarches = [
        DEMARCHES[given.code].label + (f" ({', '.join(given.formalites)})" if given.formalites else "")
        if given.code in DEMARCHES
        else given.code
        for given in acte.demarches
    ]
    lines = [
        f"Signature exacte : acte {acte.reference}, du service {acte.issuer}.",
        f"Donné par {acte.mandant.given_names} {acte.mandant.family_name}, né(e) {acte.mandant.birthdate}.",
        f"À {acte.structure.name} (SIRET {acte.structure.siret}), {acte.structure.address}.",
        f"Accepté par {acte.aidant.given_names} {acte.aidant.family_name}.",
        f"Démarches : {' ; '.join(demarches)}.",
        *_dates(acte.accepted_at, acte.expires_at, acte.time_zone),
    ]
    if acte.single_use:
        lines.append("Pour une seule utilisation.")
    if acte.reserved_acts:
        lines.append(f"Actes réservés permis : {', '.join(acte.reserved_acts)}.")
    if acte.appended:
        lines.append(f"Champs ajoutés depuis : {', '.join(name for name, _ in acte.appended)}.")
    return (*lines, _NOT_LIVE)


def _told_statement(statement: Statement) -> tuple[str, ...]:
    demarches = " ; ".join(_LETTERS.get(letter, letter) for letter in statement.letters)
    return (
        f"Signature exacte : déclaration du mandat {statement.reference}.",
        f"Donné par {statement.bearer} (initiales et année de naissance).",
        f"À la structure de SIRET {statement.siret}.",
        f"Démarches : {demarches}.",
        *_dates(statement.accepted_at, statement.expires_at, "Europe/Paris"),
        _NOT_LIVE,
    )


_NOT_LIVE: Final = "Révocation non vérifiée : seul le service dit si ce mandat vaut encore."


def _dates(accepted_at: datetime, expires_at: datetime, zone: str) -> tuple[str, str]:
    return (
        f"Commence le {french_moment(accepted_at, zone)} ({zone}).",
        f"N’existe plus à partir du {french_moment(expires_at, zone)} ({zone}).",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the file named on the command line, tell what was found, return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m mandats.attestation.verify",
        description="Vérifie un acte, le texte d’un code QR ou le PDF d’un mandat.",
    )
    parser.add_argument("file", type=Path, metavar="FICHIER")
    parser.add_argument(
        "--keys",
        type=Path,
        metavar="JWKS",
        help="clés publiées par le service : « jwks_uri » de son adresse /.well-known/openid-configuration",
    )
    given = parser.parse_args(arguments)
    if given.keys is None:
        return _unreadable("donnez les clés publiées par le service avec --keys (voir --help)")
    try:
        data = given.file.read_bytes()
        jwks = json.loads(given.keys.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return _unreadable(str(error))
    if not isinstance(jwks, dict) or not isinstance(jwks.get("keys"), list):
        return _unreadable(f"{given.keys} n’est pas un jeu de clés JWKS")
    report = verify_bytes(data, jwks)
    sys.stdout.write("\n".join(report.lines) + "\n")
    return ALL_IS_WELL if report.well else REFUSED


def _unreadable(why: str) -> int:
    sys.stderr.write(f"Rien n’a pu être vérifié : {why}\n")
    return UNREADABLE


if __name__ == "__main__":
    sys.exit(main())
