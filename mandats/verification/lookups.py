"""One look-up of a mandat: matched, answered, recorded and receipted in one transaction.

The same work is done whether the reference exists or not, and every failure has one answer: ``inconnu``.
"""

import hmac
import json
import uuid
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from aidants.compiled import CompiledInsert
from aidants.domain.acteur import ANONYME, Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import ErrorCode
from aidants.domain.vault import keyed_digest
from aidants.journal.inscription import inscription_of
from aidants.journal.limits import Limit, Throttled, count_failure, hold, limit, one_at_a_time, throttled
from aidants.journal.record import record, record_counted
from mandats.attestation.acte import verify_acte
from mandats.attestation.compact import AttestationRefused, Fault
from mandats.attestation.credential import Credential, verify_credential
from mandats.attestation.keys import active_key, published_keys
from mandats.domain import errors, events
from mandats.domain.codes import is_well_formed
from mandats.domain.codes import normalise as normalise_code
from mandats.domain.references import normalise
from mandats.registre.models import Mandat, Verification
from mandats.registre.selectors import autorisation_asked_about, facts_of, mandat_by_reference
from mandats.registre.services.volet import VERIFICATION, check_code
from mandats.verification.answers import Answer, Finding, finding
from mandats.verification.comparison import same_birthdate, same_name
from mandats.verification.questions import Asker, Question, Verdict
from mandats.verification.receipt import read_receipt, sign_receipt, verdict_of

_TEN_MINUTES, _HOUR = timedelta(minutes=10), timedelta(hours=1)
_NOBODY = UUID(int=0)
_MOST_A_MANDAT_AN_HOUR = 60


def limits_of(reference: str, asker: Asker) -> list[Limit]:
    """Failures by code, then by address and globally for strangers, by client for the others.

    What strangers try at a reference makes no client wait, nor what one client tries another.
    """
    by_code = limit("reference", f"{reference} {asker.client_id or ''}".strip(), 10, _HOUR, _TEN_MINUTES)
    if asker.client_id:
        return [by_code, limit("client", str(asker.client_id), 300, _HOUR, _TEN_MINUTES)]
    return [
        by_code,
        limit("adresse", asker.address, 60, _HOUR, _TEN_MINUTES),
        limit("tous", "", 3000, _HOUR, timedelta(minutes=1)),
    ]


def verify(question: Question, asker: Asker, now: datetime) -> Verdict | Denied | Throttled:
    """Answer ``question`` and record it: the usager sees each look-up of their mandat.

    ``Denied`` only for an idempotency key that served for another question.
    """
    slips = _slips(question)
    reference = "" if slips else reference_of(question, now)
    limits = limits_of(reference, asker)
    if not slips and not asker.idempotency_key:
        # A flood of tries is refused before it takes a lock or a key; what was answered may always be told again.
        wait = throttled(events.VERIFICATION_UNKNOWN, limits, now)
        if wait:
            return wait
    active_key("acte", "ES256", now)  # read before the transaction: the key ring keeps nothing that it reads inside one
    return _verify(question, asker, slips, reference, limits, now)


@transaction.atomic
def _verify(
    question: Question, asker: Asker, slips: tuple[str, ...], reference: str, limits: list[Limit], now: datetime
) -> Verdict | Denied | Throttled:
    if asker.idempotency_key:
        earlier = _earlier(question, asker, now)
        if earlier is not None:
            return earlier
    if slips:
        verdict = Verdict(Answer.INCONNU, question.demarche, mistyped=slips)
        receipt = sign_receipt(uuid.uuid4(), "", verdict, asker, request_digest(question), now)
        return replace(verdict, receipt=receipt)
    hold(limits[0])
    return throttled(events.VERIFICATION_UNKNOWN, limits, now) or _answer(question, reference, asker, limits, now)


def _slips(question: Question) -> tuple[str, ...]:
    """Return the fields that nobody could have been given: a slip of the finger is told, not counted."""
    if question.acte or question.credential:
        return ()
    checks = {"reference": bool(normalise(question.reference)), "code": is_well_formed(normalise_code(question.code))}
    return tuple(name for name, right in checks.items() if not right)


def _earlier(question: Question, asker: Asker, now: datetime) -> Verdict | Denied | None:
    """Return what was answered under this idempotency key; two requests at once have one answer."""
    one_at_a_time(f"idempotence {asker.client_id}:{asker.idempotency_key}")
    row = Verification.objects.filter(client_id=asker.client_id, idempotency_key=asker.idempotency_key).first()
    told = read_receipt(row.receipt, now) if row else None
    if row is None or told is None:
        return None
    if not hmac.compare_digest(str(told.get("request")), request_digest(question)):
        _count_refused(asker, errors.IDEMPOTENCY_MISMATCH, now)
        return Denied(errors.IDEMPOTENCY_MISMATCH)
    return verdict_of(told, row.receipt)


def _answer(
    question: Question, reference: str, asker: Asker, limits: list[Limit], now: datetime
) -> Verdict | Throttled:
    mandat = _matched(question, reference, now)
    row = autorisation_asked_about(mandat.id if mandat else _NOBODY, question.demarche)
    if mandat is None:
        return _unknown(question, reference, asker, limits, now)
    if _asked_too_often(mandat, asker, now):
        _count_refused(asker, errors.TOO_MANY_LOOKUPS, now, mandat)
        return Throttled(60)
    motif = (row.motif or mandat.motif) if row else ""
    return _known(question, mandat, finding(facts_of(row, now) if row else None, motif), asker, now)


def reference_of(question: Question, now: datetime) -> str:
    """Return the reference asked about, from the fields or from what we signed; ``""`` if there is none."""
    if not question.acte and not question.credential:
        return normalise(question.reference)
    try:
        if question.credential:
            return _shown(question, now).reference
        return verify_acte(question.acte, published_keys(now)).reference
    except AttestationRefused:
        return ""


def _shown(question: Question, now: datetime) -> Credential:
    """Return what the presentation shows.  Raises ``AttestationRefused``, also when a holder's key was not proved.

    For whom and in answer to what it was proved, the administration that received it knows, and checks.
    """
    shown = verify_credential(question.credential, published_keys(now))
    if shown.is_bound and shown.shown.proof is None:
        raise AttestationRefused(Fault.CONTENT, "bound to a key that was not proved")
    return shown


def _shows_demarche(question: Question, now: datetime) -> bool:
    """Tell whether the holder chose to show the demarche asked: what they kept to themselves is nobody's to ask."""
    try:
        return any(given.code == question.demarche for given in _shown(question, now).demarches)
    except AttestationRefused:
        return False


def _matched(question: Question, reference: str, now: datetime) -> Mandat | None:
    """Return the mandat only if everything matches; every comparison is made in any case."""
    mandat = mandat_by_reference(reference)
    if question.credential:
        return mandat if _shows_demarche(question, now) else None
    if question.acte:
        kept = mandat.acte if mandat else ""
        same_acte = hmac.compare_digest(kept.encode(), question.acte.strip().encode())
        return mandat if same_acte else None
    right = check_code(mandat.id if mandat else None, VERIFICATION, question.code, now)
    right &= same_name(mandat.usager.family_name if mandat else "", question.family_name)
    right &= same_birthdate(mandat.usager.birthdate if mandat else "", question.birthdate)
    return mandat if right else None


def _asked_too_often(mandat: Mandat, asker: Asker, now: datetime) -> bool:
    """Count the answers that this client had, or strangers together."""
    most = round(_MOST_A_MANDAT_AN_HOUR * settings.LIMITS_FACTOR)
    given = Verification.objects.filter(mandat=mandat, client_id=asker.client_id, created_at__gt=now - _HOUR)
    return given.count() >= most


def _count_refused(asker: Asker, reason: ErrorCode, now: datetime, mandat: Mandat | None = None) -> None:
    """Count a look-up that gets no answer, by whoever asks; the first of a minute is journaled, with its mandat."""
    facts = {"way": asker.way, "authenticated": asker.authenticated}
    facts |= {"client": str(asker.client_id) if asker.client_id else None}
    record_counted(
        events.VERIFICATION_REFUSED,
        bucket=limits_of("", asker)[1].bucket,
        at=now,
        reason=reason.code,
        acteur=_acteur(asker),
        subject=mandat.id if mandat else None,
        structure=mandat.structure_id if mandat else None,
        facts=facts,
    )


def _acteur(asker: Asker) -> Acteur:
    return Acteur(Kind.CLIENT, asker.client_id) if asker.client_id else ANONYME


def request_digest(question: Question) -> str:
    """Return the keyed digest of a whole question; a member that came later counts only when it is given."""
    asked = {name: value for name, value in asdict(question).items() if value or name != "credential"}
    return keyed_digest(settings.DIGEST_KEY, "verification-request", json.dumps(asked, sort_keys=True))


def _known(question: Question, mandat: Mandat, told: Finding, asker: Asker, now: datetime) -> Verdict:
    verdict = Verdict(
        told.answer,
        question.demarche,
        siret=mandat.structure.siret,
        structure=mandat.structure.name,
        signed_at=mandat.accepted_at,
        expires_at=mandat.expires_at,
        revoked_at=told.revoked_at,
        inscription=inscription_of(mandat.id, events.MANDAT_SIGN),
    )
    verdict, row = _kept(verdict, question, mandat.reference, mandat, asker, now)
    facts = {
        "verification": str(row.id),
        "demarche": question.demarche,
        "answer": told.answer.value,
        "way": asker.way,
        "authenticated": asker.authenticated,
        "client": str(asker.client_id) if asker.client_id else None,
    }
    event, acteur = events.VERIFICATION_ANSWER, _acteur(asker)
    record(event, acteur=acteur, at=now, subject=mandat.id, structure=mandat.structure_id, facts=facts)
    return verdict


def _unknown(question: Question, reference: str, asker: Asker, limits: list[Limit], now: datetime) -> Verdict:
    event = events.VERIFICATION_UNKNOWN
    if count_failure(event, limits, now):
        client = str(asker.client_id) if asker.client_id else None
        facts = {"way": asker.way, "authenticated": asker.authenticated, "client": client, "count": 1}
        record(event, acteur=_acteur(asker), at=now, facts=facts)
    verdict = Verdict(Answer.INCONNU, question.demarche)
    return _kept(verdict, question, reference, None, asker, now)[0]


def _kept(
    verdict: Verdict, question: Question, reference: str, mandat: Mandat | None, asker: Asker, now: datetime
) -> tuple[Verdict, Verification]:
    """Sign the receipt; keep the look-up.  A stranger's failures leave no row: they are counted only."""
    row = Verification(
        id=uuid.uuid4(),
        mandat=mandat,
        organisation=asker.organisation,
        authenticated=asker.authenticated,
        client_id=asker.client_id,
        way=asker.way,
        demarche=question.demarche,
        answer=verdict.answer.value,
        idempotency_key=asker.idempotency_key,
        created_at=now,
    )
    row.receipt = sign_receipt(row.id, reference, verdict, asker, request_digest(question), now)
    if mandat or asker.client_id:
        _LOOKUPS.write(row)
    return replace(verdict, receipt=row.receipt), row


_LOOKUPS = CompiledInsert(Verification)
