"""Verify an acte, a credential, a QR's statement, a sealed PDF or a scan, with published keys and certificates alone.

    python -m mandats.attestation.verify FILE --keys confiance.json [--acte FILE] [--proof FILE]

FILE holds the acte (``acte.jws``), what a wallet shows of the credential, the text read from the QR code, a PDF
that the service sealed (the mandat, whose acte and texts are attached; the certificate of its end), or, with
``--acte``, the scan of the sheet signed by hand.  ``--proof`` is the proof that the journal holds the mandat
(C2SP tlog-proof).
Exit status: 0 all is well, 1 something was altered, is missing or is not ours, 2 nothing could be read.
Stands alone: no database, no network, no Django.  Never tells whether a mandat was revoked since: only
the service knows.
"""

import argparse
import hashlib
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aidants.domain.demarches import DEMARCHES
from aidants.journal.notes import BadNote, Verifier
from aidants.journal.tlog_proof import BadProof, Proof
from mandats.attestation.acte import verify_acte
from mandats.attestation.certificates import CertificateRefused, read_pem
from mandats.attestation.compact import AttestationRefused, Fault, Jwks
from mandats.attestation.credential import Credential, verify_credential
from mandats.attestation.statement import Statement, verify_statement
from mandats.attestation.verify_pdf import ACTE_NAME, PartRefused, Trust, open_paper, verify_paper
from mandats.domain.actes import Acte
from mandats.domain.durees import french_moment

ALL_IS_WELL: Final = 0
REFUSED: Final = 1
UNREADABLE: Final = 2

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


def verify_bytes(data: bytes, trust: Trust) -> Report:
    """Return what ``data`` (a sealed PDF, an acte or a QR's text) is worth for who believes ``trust``."""
    if data.startswith(b"%PDF-"):
        return _verify_pdf(data, trust)
    try:
        text = data.decode("ascii").strip()
    except UnicodeDecodeError:
        return _refused(Fault.FORM)
    return _verify_text(text, trust.jwks)


def _verify_text(text: str, jwks: Jwks) -> Report:
    try:
        if "~" in text:
            return Report(True, _told_credential(verify_credential(text, jwks)))
        if "#" in text:
            return Report(True, _told_statement(verify_statement(text, jwks)))
        return Report(True, _told_acte(verify_acte(text, jwks)))
    except AttestationRefused as refusal:
        if refusal.fault is not Fault.TYPE or "#" in text or "~" in text:
            return _refused(refusal.fault)
    try:
        return Report(True, _told_statement(verify_statement(text, jwks)))
    except AttestationRefused as refusal:
        return _refused(refusal.fault)


def _verify_pdf(data: bytes, trust: Trust) -> Report:
    try:
        paper = verify_paper(data, trust)
    except PartRefused as refusal:
        return _part_refused(refusal)
    except AttestationRefused as refusal:
        return _refused(refusal.fault, "acte : ")
    seal = (
        f"Sceau exact : rien du fichier n’a changé depuis le {french_moment(paper.stamped_at, _HERE)} ({_HERE}),",
        "date donnée par une autorité d’horodatage reconnue.",
    )
    if paper.acte is None:
        return Report(True, (*seal, "Ce document ne contient pas d’acte : lisez ce qu’il dit.", _NOT_LIVE))
    return Report(
        True,
        (
            *_told_acte(paper.acte),
            *seal,
            "Les deux textes joints au PDF sont ceux qui ont été signés.",
            "Ce qui fait foi est l’acte ci-dessus : comparez-le à ce qui est imprimé.",
        ),
    )


def verify_scan(scan: bytes, acte_or_pdf: bytes, trust: Trust) -> Report:
    """Return whether ``scan`` is the very file of which the acte (or the PDF that carries it) holds the SHA-256."""
    try:
        acte = _acte_of(acte_or_pdf, trust)
    except PartRefused as refusal:
        return _part_refused(refusal)
    except AttestationRefused as refusal:
        return _refused(refusal.fault, "acte : ")
    kept = {proof.name: proof.sha256 for proof in acte.consentement.proofs}
    if "scan" not in kept:
        return Report(False, ("REFUSÉ : scan : cet acte n’a pas été signé sur papier, ou son scan est venu après.",))
    if hashlib.sha256(scan).hexdigest() != kept["scan"]:
        return Report(False, ("REFUSÉ : scan : ce n’est pas le fichier dont l’acte tient l’empreinte.",))
    return Report(True, (*_told_acte(acte), "Scan exact : c’est la feuille signée dont l’acte tient l’empreinte."))


def _acte_of(data: bytes, trust: Trust) -> Acte:
    """Return the acte of a file or of a sealed PDF.  Raises ``PartRefused``, ``AttestationRefused``."""
    if not data.startswith(b"%PDF-"):
        return verify_acte(data.decode("ascii", errors="replace").strip(), trust.jwks)
    acte = verify_paper(data, trust).acte
    if acte is None:
        raise PartRefused("acte", "ce PDF n’en contient pas")
    return acte


def verify_proof(text: str, data: bytes, key: str) -> Report:
    """Return whether the journal signed under ``key`` holds the very acte, or PDF, that ``data`` is."""
    try:
        proof = Proof.parse(text)
        size = proof.verify(Verifier.parse(key))
        facts = json.loads(proof.content).get("facts", {})
    except (BadProof, BadNote, ValueError, AttributeError) as error:
        return Report(False, (f"REFUSÉ : preuve du journal : elle ne tient pas ({error}).",))
    digests = {hashlib.sha256(one).hexdigest() for one in _digestible(data)}
    told = {facts.get("acte_sha256"), facts.get("sha256")} - {None}
    if not digests & told:
        return Report(False, ("REFUSÉ : preuve du journal : elle parle d’un autre document.",))
    return Report(True, (f"Preuve exacte : le journal tient cet acte à la place {proof.index} sur {size}.",))


def _digestible(data: bytes) -> list[bytes]:
    """Return the bytes of which the journal holds digests: the file, and the acte that it carries."""
    try:
        attached = open_paper(data) if data.startswith(b"%PDF-") else {}
    except PartRefused:
        attached = {}
    return [data, data.strip(), attached.get(ACTE_NAME, data)]


def _part_refused(refusal: PartRefused) -> Report:
    return Report(False, (f"REFUSÉ : {refusal.part} : {refusal.why}.",))


def _refused(fault: Fault, part: str = "") -> Report:
    return Report(False, (f"REFUSÉ : {part}{_FAULTS[fault]}.",))


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
        *_dates(statement.accepted_at, statement.expires_at, _HERE),
        _NOT_LIVE,
    )


def _told_credential(credential: Credential) -> tuple[str, ...]:
    demarches = " ; ".join(
        (DEMARCHES[given.code].label if given.code in DEMARCHES else given.code)
        + (f" ({', '.join(given.formalites)})" if given.formalites else "")
        for given in credential.demarches
    )
    identity = ", ".join(credential.represented.values())
    return (
        f"Signature exacte : attestation du mandat {credential.reference}, du service {credential.issuer}.",
        f"Personne représentée : {identity or 'la présentation n’en montre rien'}.",
        f"Représentée par {credential.structure} (SIRET {credential.siret}).",
        f"Démarches : {demarches or 'la présentation n’en montre aucune'}.",
        *_dates(credential.signed_at, credential.expires_at, _HERE),
        *(("Pour une seule utilisation.",) if credential.single_use else ()),
        _BINDINGS[credential.is_bound, credential.shown.proof is not None],
        _NOT_LIVE,
    )


_BINDINGS: Final = {
    (False, False): "Liée à aucune clé : qui la présente n’est pas prouvé.",
    (True, True): "La clé de son porteur est prouvée ; à qui et pour quoi, vérifiez-le vous-même (aud, nonce).",
    (True, False): "ATTENTION : liée à la clé d’un porteur, qui n’est pas prouvée ici.",
}
_HERE: Final = "Europe/Paris"
_NOT_LIVE: Final = "Révocation non vérifiée : seul le service dit si ce mandat vaut encore."


def _dates(accepted_at: datetime, expires_at: datetime, zone: str) -> tuple[str, str]:
    return (
        f"Commence le {french_moment(accepted_at, zone)} ({zone}).",
        f"N’existe plus à partir du {french_moment(expires_at, zone)} ({zone}).",
    )


def read_trust(text: str) -> tuple[Trust, str]:
    """Return whom ``text`` says to believe, and the journal's key if it tells it.

    ``text`` is what the service publishes at ``/verifier/confiance.json``, or a JWK Set, with which
    actes and QR codes alone can be verified.  Raises ValueError.
    """
    given: Any = json.loads(text)
    if not isinstance(given, dict) or not isinstance(given.get("keys"), list):
        raise ValueError("ce n’est ni un jeu de clés JWKS ni un fichier de confiance")
    roots = [
        tuple(one for pem in given.get(name, ()) for one in read_pem(str(pem))) for name in ("sceau", "horodatage")
    ]
    return Trust(given, *roots), str(given.get("journal", ""))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m mandats.attestation.verify",
        description="Vérifie un acte, une attestation, le texte d’un code QR, un PDF scellé, ou un scan (avec --acte).",
    )
    parser.add_argument("file", type=Path, metavar="FICHIER")
    parser.add_argument(
        "--keys", type=Path, metavar="CONFIANCE", help="publié par le service : /verifier/confiance.json"
    )
    parser.add_argument("--acte", type=Path, metavar="ACTE", help="FICHIER est le scan : l’acte, ou le PDF du mandat")
    parser.add_argument("--proof", type=Path, metavar="PREUVE", help="preuve du journal (.tlog-proof)")
    parser.add_argument("--journal-key", metavar="CLÉ", help="clé du journal, si CONFIANCE ne la dit pas")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the file named on the command line, tell what was found, return the exit status."""
    given = _options(arguments)
    if given.keys is None:
        return _unreadable("donnez ce que le service publie avec --keys (voir --help)")
    # What is found is told below, once and in French.
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    try:
        data = given.file.read_bytes()
        trust, journal_key = read_trust(given.keys.read_text(encoding="utf-8"))
        acte = given.acte.read_bytes() if given.acte else b""
        proof = given.proof.read_text(encoding="utf-8") if given.proof else ""
    except (OSError, ValueError, CertificateRefused) as error:
        return _unreadable(str(error))
    reports = [verify_scan(data, acte, trust) if given.acte else verify_bytes(data, trust)]
    if given.proof:
        reports.append(verify_proof(proof, acte or data, given.journal_key or journal_key))
    sys.stdout.write("".join("\n".join(report.lines) + "\n" for report in reports))
    return ALL_IS_WELL if all(report.well for report in reports) else REFUSED


def _unreadable(why: str) -> int:
    sys.stderr.write(f"Rien n’a pu être vérifié : {why}\n")
    return UNREADABLE


if __name__ == "__main__":
    sys.exit(main())
