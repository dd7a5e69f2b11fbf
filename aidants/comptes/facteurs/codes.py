"""Verification of a typed code: an application's, a card's, or a recovery code; each serves once."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django_otp.models import Device
from django_otp.oath import hotp

from aidants.comptes.avis import Avis, tell
from aidants.comptes.facteurs import secours
from aidants.comptes.facteurs.models import Generateur
from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied, Granted
from aidants.domain.errors import SECOND_FACTOR_REFUSED, SECOND_FACTOR_THROTTLED
from aidants.domain.events import SECOND_FACTOR
from aidants.domain.events import SECOND_FACTOR_REFUSED as REFUSED_EVENT
from aidants.domain.facteurs import Etat, Famille, accept, wait_after
from aidants.journal.record import record

# Who types ten wrong codes knows the password: its owner is told.
_TELL_AT = 10


@dataclass(frozen=True, slots=True)
class FactorGiven(Granted):
    """The second factor was given: by which device, of which kind."""

    device: Device
    kind: Famille


def verify_code(compte: Compte, code: str, now: datetime, acteur: Acteur | None = None) -> FactorGiven | Denied:
    """Check a code of any of the person's generators, or a recovery code, at ``now``.

    The account's row is locked: of two parallel tries of one code, one wins, and failures are counted exactly.
    A wait after failures is told as such; it is short, and it never grows past a quarter of an hour.
    """
    acteur = acteur or Acteur(Kind.COMPTE, compte.id)
    with transaction.atomic():
        locked = Compte.objects.select_for_update(no_key=True).only("code_failures", "code_failed_at").get(pk=compte.pk)
        if _must_wait(locked, now):
            _journal_refusal(acteur, compte, now, "throttled")
            return Denied(SECOND_FACTOR_THROTTLED)
        given = _given_by(compte, code.strip().replace(" ", ""), now)
        if given is None:
            locked.code_failures, locked.code_failed_at = locked.code_failures + 1, now
            locked.save(update_fields=("code_failures", "code_failed_at"))
            if locked.code_failures == _TELL_AT:
                tell(compte, Avis.CODES_FAUX, now, count=_TELL_AT)
            _journal_refusal(acteur, compte, now, "code")
            return Denied(SECOND_FACTOR_REFUSED)
        if locked.code_failures:
            locked.code_failures = 0
            locked.save(update_fields=("code_failures",))
        record(SECOND_FACTOR, acteur=acteur, at=now, subject=compte.id, facts={"factor": given.kind.value})
    return given


def _must_wait(compte: Compte, now: datetime) -> bool:
    if compte.code_failed_at is None:
        return False
    return (now - compte.code_failed_at).total_seconds() < wait_after(compte.code_failures)


def _journal_refusal(acteur: Acteur, compte: Compte, now: datetime, factor: str) -> None:
    record(REFUSED_EVENT, acteur=acteur, at=now, subject=compte.id, facts={"factor": factor})


def _given_by(compte: Compte, code: str, now: datetime) -> FactorGiven | None:
    if secours.is_recovery_code(code):
        jeu = secours.use_code(compte, code, now)
        return FactorGiven(jeu, Famille.SECOURS) if jeu else None
    rows = Generateur.objects.filter(user=compte, confirmed=True).select_related("carte").order_by("id")
    for generateur in rows:
        if accepts(generateur, code, now):
            return FactorGiven(generateur, Famille(generateur.kind))
    return None


def accepts(generateur: Generateur, code: str, now: datetime) -> bool:
    """Check one generator; what a success teaches (step, drift, first use) is saved, a failure teaches nothing."""
    etat = Etat(generateur.drift, generateur.last_step, generateur.validated_at is not None)
    seed, digits = generateur.seed, generateur.digits

    def code_at(step: int) -> str:
        return f"{hotp(seed, step, digits):0{digits}d}"

    found = accept(Famille(generateur.kind), etat, code, at=now.timestamp(), code_at=code_at)
    if found is None:
        return False
    learnt = replace(etat, drift=found.drift, last_step=found.step)
    generateur.drift, generateur.last_step = learnt.drift, learnt.last_step
    generateur.validated_at = generateur.validated_at or now
    generateur.last_used_at = now
    generateur.save(update_fields=("drift", "last_step", "validated_at", "last_used_at"))
    return True
