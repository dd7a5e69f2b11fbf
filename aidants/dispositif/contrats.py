"""Contracts, what is granted for them, and what the operateur signs and pays."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.dispositif.models import Candidat, Contrat, MiseEnRelation, ParametresAppel, Poste, Versement
from aidants.dispositif.parametres import funding_of, standing_on
from aidants.dispositif.termes import leave_teams
from aidants.domain.acteur import Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.dispositif import errors, events
from aidants.domain.dispositif.etats import EtatRelation
from aidants.domain.dispositif.financement import (
    WITHOUT_TERM,
    Bareme,
    MotifRupture,
    TypeContrat,
    earned_at_rupture,
    granted,
    instalments,
    may_start,
)
from aidants.domain.errors import ErrorCode
from aidants.domain.statuts import SALARIE, is_professional
from aidants.journal.record import record
from aidants.structures.invitations import Invite, invite_for_service
from aidants.structures.models import Affectation


@dataclass(frozen=True, slots=True)
class Terms:
    """A contract as the structure types it; amounts in cents a month."""

    kind: TypeContrat
    starts_on: date
    ends_on: date | None
    gross_monthly: int
    cost_monthly: int


def grant_for(poste: Poste, terms: Terms, figures: ParametresAppel | None, today: date) -> int | Denied:
    """Return what the State grants for these terms on this post by these figures, in cents, or why nothing."""
    with_term = terms.kind not in WITHOUT_TERM
    wrong_end = (with_term and terms.ends_on is None) or (terms.ends_on is not None and terms.ends_on < terms.starts_on)
    if wrong_end:
        return Denied(errors.CONTRACT_DATES)
    if not may_start(terms.starts_on, _opened_on(poste), today):
        return Denied(errors.CONTRACT_START)
    if terms.cost_monthly < terms.gross_monthly:
        return Denied(errors.CONTRACT_COST)
    rule = Bareme(poste.bareme)
    return granted(rule, terms.starts_on, terms.ends_on, terms.cost_monthly, funding_of(figures))


def _opened_on(poste: Poste) -> date:
    """Return the day on which the call of a post opened; a post that no call gave has no such day."""
    campagne = poste.candidature.campagne if poste.candidature else None
    return campagne.opens_on if campagne else date.min


@transaction.atomic
def sign_contrat(relation_id: UUID, terms: Terms, acteur: Acteur, now: datetime) -> Contrat | Denied:
    """Register the signed contract of a person recruited: the grant, its instalments, the person's place in the team.

    The place makes a conseiller of them; what they may do there is the habilitation's matter, not this one's.
    """
    rows = MiseEnRelation.objects.select_for_update(of=("self",)).select_related("poste", "candidat", "structure")
    row = rows.defer("candidat__cv").get(pk=relation_id)
    if row.state != EtatRelation.RECRUTEE or row.poste is None:
        return _refused(row.id, errors.RELATION_NOT_POSSIBLE, acteur, now)
    today = timezone.localdate(now)
    figures = standing_on(today)
    amount = grant_for(row.poste, terms, figures, today)
    if isinstance(amount, Denied):
        return _refused(row.id, amount.reason, acteur, now)
    compte = _compte_of(row.candidat, now)
    made = Contrat.objects.create(
        compte=compte,
        structure=row.structure,
        poste=row.poste,
        mise_en_relation=row,
        kind=terms.kind.value,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        gross_monthly=terms.gross_monthly,
        cost_monthly=terms.cost_monthly,
        granted=amount,
        parametres=figures,
        created_at=now,
    )
    Versement.objects.bulk_create(
        Versement(contrat=made, rank=one.rank, due_on=one.due_on, amount=one.amount)
        for one in instalments(amount, terms.starts_on, funding_of(figures))
    )
    row.state, row.updated_at = EtatRelation.FINALISEE.value, now
    row.save(update_fields=("state", "updated_at"))
    _join_team(made, row.candidat, acteur, now)
    facts = {"poste": str(row.poste_id), "compte": str(compte.id), "granted": amount, "bareme": row.poste.bareme}
    record(events.CONTRAT_SIGN, acteur=acteur, at=now, subject=made.id, structure=row.structure_id, facts=facts)
    return made


def _refused(subject: UUID, reason: ErrorCode, acteur: Acteur, now: datetime) -> Denied:
    record(events.CONTRAT_REFUSED, acteur=acteur, at=now, subject=subject, reason=reason.code)
    return Denied(reason)


def _compte_of(candidat: Candidat, now: datetime) -> Compte:
    """Return the account of the person, made without a way in: an invitation gives it."""
    names = {"given_name": candidat.given_name, "family_name": candidat.family_name}
    more = {"profession": "Conseiller numérique", "password": make_password(None), "created_at": now}
    made, _ = Compte.objects.get_or_create(email=candidat.email, defaults=names | more)
    Candidat.objects.filter(pk=candidat.pk).update(compte=made, withdrawn_at=now)
    return made


def _join_team(contrat: Contrat, candidat: Candidat, acteur: Acteur, now: datetime) -> None:
    place, _ = Affectation.objects.get_or_create(
        compte=contrat.compte,
        structure=contrat.structure,
        ended_at=None,
        defaults={"is_aidant": True, "started_at": now},
    )
    place.is_aidant = place.is_conseiller = True
    # A contract was signed: whatever was declared before, they are employed now.
    place.statut = place.statut if is_professional(place.statut) else SALARIE
    place.save(update_fields=("is_aidant", "is_conseiller", "statut"))
    if contrat.compte.last_login is None:
        names = (candidat.email, candidat.given_name, candidat.family_name)
        asked = Invite(*names, "Conseiller numérique", is_aidant=True, statut=SALARIE)
        invite_for_service(contrat.structure, asked, acteur, now)


@transaction.atomic
def break_contrat(contrat_id: UUID, last_day: date, motif: MotifRupture, acteur: Acteur, now: datetime) -> Decision:
    """Break a contract: what is due by day worked stays due, the rest is cancelled, the post is free again.

    What was paid beyond is shown to the operateur as to be given back.  A last day already over ends the place in the
    team with it.
    """
    rows = Contrat.objects.select_for_update(of=("self",)).select_related("poste", "parametres")
    contrat = rows.get(pk=contrat_id)
    inside = contrat.starts_on <= last_day and (contrat.ends_on is None or last_day <= contrat.ends_on)
    if contrat.ended_on is not None or not inside:
        reason = errors.CONTRACT_NOT_STANDING
        record(events.CONTRAT_RUPTURE_REFUSED, acteur=acteur, at=now, subject=contrat_id, reason=reason.code)
        return Denied(reason)
    bareme = Bareme(contrat.poste.bareme)
    figures = funding_of(contrat.parametres)
    earned = earned_at_rupture(contrat.granted, bareme, contrat.starts_on, contrat.ends_on, last_day, figures)
    contrat.ended_on, contrat.motif, contrat.earned = last_day, motif.value, earned
    contrat.save(update_fields=("ended_on", "motif", "earned"))
    _settle(contrat, earned, last_day, now)
    MiseEnRelation.objects.filter(pk=contrat.mise_en_relation_id).update(
        state=EtatRelation.RUPTURE.value, updated_at=now
    )
    facts = {"poste": str(contrat.poste_id), "earned": earned, "motif": motif.value}
    record(events.CONTRAT_RUPTURE, acteur=acteur, at=now, subject=contrat_id, facts=facts)
    leave_teams(now, contrat.compte_id)
    return GRANTED


def _settle(contrat: Contrat, earned: int, last_day: date, now: datetime) -> None:
    """Cancel the instalments that were not paid; one more pays what is still due."""
    rows = contrat.versements.select_for_update(no_key=True).order_by("rank")
    last_rank = max((one.rank for one in rows), default=0)
    paid = sum(one.amount for one in rows if one.paid_at)
    contrat.versements.filter(paid_at__isnull=True).update(cancelled_at=now)
    if earned > paid:
        Versement.objects.create(contrat=contrat, rank=last_rank + 1, due_on=last_day, amount=earned - paid)


@transaction.atomic
def sign_convention(contrat_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """Sign the convention of a standing contract, by the operateur."""
    contrat = Contrat.objects.select_for_update(no_key=True).get(pk=contrat_id)
    if contrat.convention_signed_at or contrat.ended_on:
        reason = errors.CONVENTION_NOT_SIGNED
        record(events.CONTRAT_CONVENTION_REFUSED, acteur=acteur, at=now, subject=contrat_id, reason=reason.code)
        return Denied(reason)
    contrat.convention_signed_at, contrat.convention_signed_by_id = now, acteur.known_id
    contrat.save(update_fields=("convention_signed_at", "convention_signed_by"))
    facts = {"granted": contrat.granted}
    record(events.CONTRAT_CONVENTION, acteur=acteur, at=now, subject=contrat_id, facts=facts)
    return GRANTED


@transaction.atomic
def pay(versement_id: UUID, acteur: Acteur, now: datetime) -> Decision:
    """Note an instalment as paid: its convention is signed, its day has come, and nobody paid it before."""
    row = Versement.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=versement_id)
    reason = None
    if not row.contrat.convention_signed_at:
        reason = errors.CONVENTION_NOT_SIGNED
    elif row.paid_at or row.cancelled_at or row.due_on > timezone.localdate(now):
        reason = errors.INSTALMENT_NOT_DUE
    facts: dict[str, object] = {"rank": row.rank}
    if reason is not None:
        code = reason.code
        record(events.VERSEMENT_PAY_REFUSED, acteur=acteur, at=now, subject=row.contrat_id, reason=code, facts=facts)
        return Denied(reason)
    row.paid_at, row.paid_by_id = now, acteur.known_id
    row.save(update_fields=("paid_at", "paid_by"))
    facts["amount"] = row.amount
    record(events.VERSEMENT_PAY, acteur=acteur, at=now, subject=row.contrat_id, facts=facts)
    return GRANTED


def conventions_to_sign() -> QuerySet[Contrat]:
    """Return the standing contracts whose convention waits, the oldest first."""
    rows = Contrat.objects.filter(convention_signed_at__isnull=True, ended_on__isnull=True)
    return rows.select_related("structure", "compte", "poste").order_by("created_at", "id")


def instalments_due(today: date) -> QuerySet[Versement]:
    """Return the instalments that may be paid that day, the oldest first."""
    rows = Versement.objects.filter(
        paid_at__isnull=True,
        cancelled_at__isnull=True,
        due_on__lte=today,
        contrat__convention_signed_at__isnull=False,
    )
    return rows.select_related("contrat__structure", "contrat__compte").order_by("due_on", "id")


@dataclass(frozen=True, slots=True)
class Budget:
    """Money of the scheme, in cents: granted for contracts (what a rupture took away left out), paid, due to come."""

    committed: int
    paid: int
    contracts: int
    overpaid: int


def budget() -> Budget:
    """Return what was committed and paid, in all."""
    standing = Contrat.objects.filter(ended_on__isnull=True).aggregate(total=Sum("granted"))["total"] or 0
    broken = Contrat.objects.filter(ended_on__isnull=False)
    earned = broken.aggregate(total=Sum("earned"))["total"] or 0
    paid = Versement.objects.filter(paid_at__isnull=False).aggregate(total=Sum("amount"))["total"] or 0
    overpaid = sum(one.over for one in overpaid_contrats())
    return Budget(standing + earned, paid, Contrat.objects.count(), overpaid)


@dataclass(frozen=True, slots=True)
class Overpaid:
    """A broken contract on which more was paid than was due, in cents."""

    contrat: Contrat
    over: int


def overpaid_contrats() -> list[Overpaid]:
    """Return the broken contracts on which the structure has to give money back, the last broken first."""
    rows = Contrat.objects.filter(ended_on__isnull=False, versements__paid_at__isnull=False)
    found = rows.annotate(paid=Sum("versements__amount")).select_related("structure", "compte")
    return [
        Overpaid(one, one.paid - (one.earned or 0))
        for one in found.order_by("-ended_on", "id")
        if one.paid > (one.earned or 0)
    ]
