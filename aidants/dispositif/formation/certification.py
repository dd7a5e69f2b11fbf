"""Results of the PIX certification: entered one by one, or imported from a file checked row by row.

A result is written by the body of one of the person's sessions; the right to conclude mandats follows at once.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from aidants.comptes.models import Compte
from aidants.dispositif.formation.models import Certification, Inscription, Organisme, Parcours
from aidants.dispositif.parametres import training_on
from aidants.domain.acteur import Acteur
from aidants.domain.activite import errors, events
from aidants.domain.activite.formation import ResultFacts, may_certify
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.errors import ErrorCode
from aidants.journal.record import record

COLUMNS = ("adresse", "date", "resultat")
_RESULTS = {"obtenue": True, "oui": True, "reussite": True, "non obtenue": False, "non": False, "echec": False}
_AT_MOST = 2000


@dataclass(frozen=True, slots=True)
class Result:
    """One result: whose, obtained or not, on which day."""

    email: str
    obtained: bool
    day: date


def standing_certification(compte_id: UUID) -> Certification | None:
    """Return the certificate that somebody holds."""
    rows = Certification.objects.filter(compte=compte_id, obtained=True, withdrawn_at__isnull=True)
    return rows.select_related("organisme").first()


def _known(organisme: Organisme, email: str) -> Compte | None:
    mine = Inscription.objects.filter(session__organisme=organisme).values("compte")
    return Compte.objects.select_for_update(no_key=True).filter(email=email.strip().lower(), pk__in=mine).first()


def _refusal(
    organisme: Organisme, result: Result, acteur: Acteur, today: date
) -> tuple[Compte | None, ErrorCode | None]:
    """Return whose result it is and why it may not be written, if it may not; nobody writes their own."""
    compte = _known(organisme, result.email)
    if compte is None:
        return None, errors.NOT_IN_SESSION
    if compte.id == acteur.id:
        return compte, errors.OWN_RESULT
    done = Parcours.objects.filter(compte=compte, completed_on__isnull=False).order_by("-completed_on").first()
    held = standing_certification(compte.id)
    last = done.completed_on if done else None
    already = result.obtained and held is not None
    facts = ResultFacts(last, result.day, today, already, training_on(last or today))
    verdict = may_certify(facts)
    return compte, verdict.reason if isinstance(verdict, Denied) else None


def _write(organisme: Organisme, compte: Compte, result: Result, source: str, acteur: Acteur, now: datetime) -> None:
    made = Certification.objects.create(
        compte=compte,
        organisme=organisme,
        obtained=result.obtained,
        obtained_on=result.day,
        source=source,
        written_at=now,
    )
    event = events.CERTIFICATION_OBTAIN if result.obtained else events.CERTIFICATION_FAIL
    facts = {"certification": str(made.id), "day": result.day.isoformat(), "source": source}
    record(event, acteur=acteur, at=now, subject=compte.id, facts=facts)


@transaction.atomic
def record_result(organisme: Organisme, result: Result, acteur: Acteur, now: datetime, today: date) -> Decision:
    """Write one result entered by hand.  Denied when the person is a stranger to the body, or out of time."""
    Organisme.objects.select_for_update(no_key=True).get(pk=organisme.pk)
    compte, reason = _refusal(organisme, result, acteur, today)
    if compte is None or reason is not None:
        reason = reason or errors.NOT_IN_SESSION
        subject = compte.id if compte else None
        facts = {"source": "saisie"}
        record(events.CERTIFICATION_REFUSED, acteur=acteur, at=now, subject=subject, reason=reason.code, facts=facts)
        return Denied(reason)
    _write(organisme, compte, result, "saisie", acteur, now)
    return GRANTED


Fault = tuple[int, str]
"""What is wrong: the number of the line, 0 for the file itself, and the words."""


def read_rows(text: str) -> tuple[list[tuple[int, Result]], list[Fault]]:
    """Read a file of results: lines ``adresse;date;resultat``; return them with their numbers, and what is wrong."""
    lines = text.removeprefix("\ufeff").splitlines()
    separator = ";" if ";" in (lines[0] if lines else "") else ","
    good: list[tuple[int, Result]] = []
    bad: list[Fault] = []
    for number, cells in enumerate(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator), start=1):
        values = [cell.strip() for cell in cells]
        if not any(values) or (number == 1 and [one.lower() for one in values] == list(COLUMNS)):
            continue
        found = _row(values)
        if isinstance(found, str):
            bad.append((number, found))
        else:
            good.append((number, found))
    if len(good) > _AT_MOST:
        bad.append((0, f"Le fichier a plus de {_AT_MOST} lignes."))
    if not good and not bad:
        bad.append((0, "Le fichier est vide."))
    return good, bad


def _in_order(bad: list[Fault]) -> list[str]:
    """Return what is wrong as people read it, from the top of their file."""
    return [f"Ligne {number} : {words}" if number else words for number, words in sorted(bad)]


def _row(values: Sequence[str]) -> Result | str:
    if len(values) != len(COLUMNS):
        return "il faut trois colonnes : adresse, date, resultat."
    email, day, result = values
    obtained = _RESULTS.get(result.lower().replace("é", "e"))
    if obtained is None:
        return "le résultat est « obtenue » ou « non obtenue »."
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return Result(email.lower(), obtained, datetime.strptime(day, form).date())  # noqa: DTZ007  a day, no time
        except ValueError:
            continue
    return "la date s’écrit 2021-03-31 ou 31/03/2021."


@transaction.atomic
def import_results(
    organisme: Organisme, text: str, acteur: Acteur, now: datetime, today: date
) -> tuple[int, list[str]]:
    """Write a file of results, all of them or none; return how many were written, and what is wrong by line."""
    Organisme.objects.select_for_update(no_key=True).get(pk=organisme.pk)
    rows, bad = read_rows(text)
    found: list[tuple[Compte, Result]] = []
    seen, refused = set[str](), ""
    for number, result in rows:
        compte, reason = _refusal(organisme, result, acteur, today)
        if result.email in seen:
            bad.append((number, "cette adresse est déjà plus haut dans le fichier."))
        elif compte is None or reason is not None:
            reason = reason or errors.NOT_IN_SESSION
            refused = refused or reason.code
            bad.append((number, reason.message))
        else:
            found.append((compte, result))
        seen.add(result.email)
    if refused:
        told, facts = events.CERTIFICATION_REFUSED, {"source": "csv"}
        record(told, acteur=acteur, at=now, subject=organisme.id, reason=refused, facts=facts)
    if bad:
        return 0, _in_order(bad)
    for compte, result in found:
        _write(organisme, compte, result, "csv", acteur, now)
    record(events.CERTIFICATION_IMPORT, acteur=acteur, at=now, subject=organisme.id, facts={"count": len(found)})
    return len(found), []


@transaction.atomic
def withdraw(certification_id: UUID, why: str, acteur: Acteur, now: datetime) -> bool:
    """Withdraw a certificate: whoever held it concludes and uses no mandat from this second on."""
    rows = Certification.objects.filter(pk=certification_id, obtained=True, withdrawn_at__isnull=True)
    held = rows.first()
    if held is None or not rows.update(withdrawn_at=now, withdrawn_why=why.strip()[:500]):
        return False
    facts = {"certification": str(certification_id)}
    record(events.CERTIFICATION_WITHDRAW, acteur=acteur, at=now, subject=held.compte_id, facts=facts)
    return True


@transaction.atomic
def note_printed(held: Certification, acteur: Acteur, now: datetime) -> None:
    """Journal that a certificate was printed."""
    record(events.CERTIFICAT_PRINT, acteur=acteur, at=now, subject=held.compte_id)
