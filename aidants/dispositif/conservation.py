"""What the scheme lets go, and when: persons of old applications and profiles, old reports, old calls.

The durations are ``aidants/domain/dispositif/delais.py``'s.  What was decided stays, with the structure that it is
about; who wrote is erased.  Each batch leaves one entry of the journal that counts.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from aidants.dispositif.activite.models import CompteRendu
from aidants.dispositif.models import Candidat, Candidature, Contrat, MessageCandidature
from aidants.dispositif.soutien.calls import FORGOTTEN
from aidants.dispositif.soutien.models import AppelSolidarite
from aidants.domain.acteur import SYSTEME
from aidants.domain.dispositif import events
from aidants.domain.dispositif.delais import (
    ACCOUNTS_LIFE,
    CALL_LIFE,
    CRA_LIFE,
    DECIDED_LIFE,
    POOL_LIFE,
    RECRUITED_LIFE,
    RETAINED_LIFE,
    WAITING_LIFE,
)
from aidants.domain.dispositif.etats import EtatCandidature
from aidants.domain.dispositif.financement import MotifRupture
from aidants.journal.record import record

_AT_ONCE = 2000
_NOBODY = {"email": "", "given_name": "", "family_name": "", "profession": "", "telephone": ""}
_NO_PROFILE = {
    "cv": b"", "cv_sha256": "", "cv_name": "", "presentation": "", "telephone": "", "situation": "", "skills": [],
}  # fmt: skip


def keep_scheme(now: datetime) -> None:
    """Let go of all that is due."""
    forget_applicants(now)
    empty_profiles(now)
    forget_recruited(now)
    forget_pay(now)
    forget_reports(now)
    forget_calls(now)


def _told(what: str, count: int, now: datetime) -> int:
    """Journal a batch that was not empty."""
    if count:
        record(events.DISPOSITIF_PURGE, acteur=SYSTEME, at=now, facts={"what": what, "count": count})
    return count


@transaction.atomic
def forget_applicants(now: datetime) -> int:
    """Erase who wrote an application decided long ago, and its messages; the decision stays."""
    refused = Q(state__in=(EtatCandidature.REFUSEE, EtatCandidature.ABANDONNEE), decided_at__lt=now - DECIDED_LIFE)
    retained = Q(state=EtatCandidature.RETENUE, decided_at__lt=now - RETAINED_LIFE)
    due = list(Candidature.objects.filter(refused | retained).exclude(email="").values_list("id", flat=True))
    rows = Candidature.objects.filter(pk__in=due)
    MessageCandidature.objects.filter(candidature__in=due).delete()
    rows.update(**_NOBODY, project="", consulted="")
    return _told("candidatures", len(due), now)


def _hired() -> QuerySet[Contrat]:
    return Contrat.objects.filter(mise_en_relation__candidat=OuterRef("pk"))


@transaction.atomic
def empty_profiles(now: datetime) -> int:
    """Erase the CV and the words of people recruited three months ago."""
    full = ~Q(cv=b"") | ~Q(presentation="") | ~Q(telephone="") | ~Q(situation="")
    due = Candidat.objects.filter(full, Exists(_hired().filter(created_at__lt=now - RECRUITED_LIFE)))
    newer = Exists(_hired().filter(created_at__gte=now - RECRUITED_LIFE))
    # After a rupture somebody may be back in the pool: then a year untouched, as for anybody.
    back = Q(published_at__isnull=False, withdrawn_at__isnull=True, updated_at__gte=now - POOL_LIFE)
    leaving = Coalesce("withdrawn_at", Value(now))
    return _told("cv", due.exclude(back).exclude(newer).update(**_NO_PROFILE, withdrawn_at=leaving), now)


@transaction.atomic
def forget_recruited(now: datetime) -> int:
    """Erase the name and address of people of the pool whose last contract has been over for five years."""
    over = now.date() - RETAINED_LIFE
    past = Q(ended_on__lt=over) | Q(ended_on__isnull=True, ends_on__lt=over)
    rows = Candidat.objects.filter(Exists(_hired().filter(past))).exclude(Exists(_hired().exclude(past)))
    due = rows.exclude(given_name="", family_name="", city="").exclude(updated_at__gte=now - RETAINED_LIFE)
    count = 0
    for row in due.only("id").order_by("id")[:_AT_ONCE]:
        nowhere = {"city": "", "insee_code": "", "latitude": None, "longitude": None, "published_at": None}
        gone = {"email": f"{row.pk}@efface.invalid", "given_name": "", "family_name": ""}
        Candidat.objects.filter(pk=row.pk).update(**gone, **nowhere, **_NO_PROFILE)
        count += 1
    return _told("vivier", count, now)


@transaction.atomic
def forget_pay(now: datetime) -> int:
    """Erase the pay and the reason of a rupture of contracts over for ten years; what was granted and paid stays."""
    over = now.date() - ACCOUNTS_LIFE
    past = Q(ended_on__lt=over) | Q(ended_on__isnull=True, ends_on__lt=over)
    due = Contrat.objects.filter(past, gross_monthly__gt=0)
    Contrat.objects.filter(pk__in=due.filter(ended_on__isnull=False).values("pk")).update(
        motif=MotifRupture.AUTRE.value
    )
    return _told("salaires", due.update(gross_monthly=0, cost_monthly=0), now)


@transaction.atomic
def forget_reports(now: datetime) -> int:
    """Delete reports of more than three years; the counts of their months stay."""
    old = CompteRendu.objects.filter(day__lt=now.date() - CRA_LIFE).order_by("day", "id")
    due = list(old.values_list("id", flat=True)[:_AT_ONCE])
    CompteRendu.objects.filter(pk__in=due).delete()
    return _told("comptes_rendus", len(due), now)


@transaction.atomic
def forget_calls(now: datetime) -> int:
    """Delete calls ended a year ago; end those that waited a month, and forget their numbers."""
    waited = AppelSolidarite.objects.filter(received_at__lt=now - WAITING_LIFE, ended_at__isnull=True)
    ended = {"ended_at": now, "outcome": FORGOTTEN, "telephone_sealed": b""}
    count = waited.update(**ended)
    old = AppelSolidarite.objects.filter(ended_at__lt=now - CALL_LIFE)
    gone, _ = old.delete()
    return _told("appels", count + gone, now)
