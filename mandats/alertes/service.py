"""Raises alerts, tells them once a day, takes the word of who looked.  An alert changes nothing else."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from aidants.comptes.models import Compte
from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.roles import Role
from aidants.envois.outbox import post_email
from aidants.journal.record import record
from aidants.structures.team import referents_of
from mandats.alertes.activity import LOOKED_BACK, marks_since
from mandats.alertes.models import Alerte
from mandats.domain import errors_droits, events
from mandats.domain.alertes import RULE_BY_CODE, Signal, signals
from mandats.domain.conservation import ALERTES_LIVE

_TOLD_OF = timedelta(days=3)
"""What an evaluation may still raise: older days were evaluated when they were young."""


def raise_alertes(now: datetime) -> int:
    """Evaluate the rules over the last month and keep what they say of the last days; return how many are new.

    An alert whose count has grown since is brought up to date, and told again, until somebody has seen it.
    """
    found = signals(marks_since(now - LOOKED_BACK, now))
    oldest = (now - _TOLD_OF).date()
    return sum(_keep(signal, now) for signal in found if signal.day >= oldest)


@transaction.atomic
def _keep(signal: Signal, now: datetime) -> bool:
    place, who = UUID(signal.structure), UUID(signal.aidant)
    if _grows(signal, place, who):
        return False
    row, is_new = Alerte.objects.get_or_create(
        rule=signal.rule,
        structure_id=place,
        aidant_id=who,
        day=signal.day,
        defaults={"count": signal.count, "dossiers": list(signal.dossiers), "raised_at": now},
    )
    if is_new:
        facts = {"rule": signal.rule, "count": signal.count, "day": signal.day.isoformat()}
        record(events.ALERTE_RAISE, acteur=SYSTEME, at=now, subject=row.id, structure=place, facts=facts)
    elif row.seen_at is None and signal.count > row.count:
        _bring_up_to_date(row, signal)
    return is_new


def _bring_up_to_date(row: Alerte, signal: Signal) -> None:
    """Write what the signal says now; nobody has looked, and it grew: the next digest tells it again."""
    row.count, row.dossiers, row.told_at = signal.count, list(signal.dossiers), None
    row.save(update_fields=("count", "dossiers", "told_at"))


def _grows(signal: Signal, place: UUID, who: UUID) -> bool:
    """Bring an alert that nobody has seen up to date when the signal says the same and more; tell whether it did.

    Sheets never scanned, or a shared contact, would otherwise raise one alert a day.
    """
    unseen = Alerte.objects.select_for_update(of=("self",)).filter(
        rule=signal.rule, structure=place, aidant=who, seen_at__isnull=True, day__lt=signal.day
    )
    row = unseen.order_by("-day").first()
    if row is None or not set(row.dossiers) < set(signal.dossiers):
        return False
    _bring_up_to_date(row, signal)
    return True


def alertes_for(acteur: Acteur) -> QuerySet[Alerte]:
    """Return what somebody may see: a referent their structure's, an instructeur all; the unseen first, then newest."""
    rows = Alerte.objects.select_related("structure", "aidant", "seen_by")
    if acteur.role != Role.INSTRUCTEUR:
        rows = rows.filter(structure=acteur.structure_id)
    return rows.order_by("seen_at", "-raised_at", "id")


@transaction.atomic
def acknowledge(alerte_id: UUID, acteur: Acteur, word: str, now: datetime) -> Decision:
    """Note that somebody looked, with a word; once.  An alert of another structure is unknown."""
    rows = Alerte.objects.select_for_update(of=("self",)).filter(pk=alerte_id)
    row = rows.first() if acteur.role == Role.INSTRUCTEUR else rows.filter(structure=acteur.structure_id).first()
    reason = None
    if row is None:
        reason = errors_droits.ALERTE_UNKNOWN
    elif row.seen_at is not None:
        reason = errors_droits.ALERTE_SEEN
    elif row.aidant_id == acteur.id:
        reason = errors_droits.ALERTE_ONE_S_OWN
    elif not word.strip():
        reason = errors_droits.ALERTE_WORDLESS
    if reason is not None or row is None:
        reason = reason or errors_droits.ALERTE_UNKNOWN
        record(events.ALERTE_SEE_REFUSED, acteur=acteur, at=now, reason=reason.code)
        return Denied(reason)
    row.seen_by_id, row.seen_at, row.word = acteur.known_id, now, word.strip()
    row.save(update_fields=("seen_by", "seen_at", "word"))
    place, facts = row.structure_id, {"rule": row.rule}
    record(events.ALERTE_SEE, acteur=acteur, at=now, subject=row.id, structure=place, facts=facts)
    return GRANTED


@transaction.atomic
def tell_alertes(now: datetime) -> int:
    """Send one digest a person about what was raised since the last one; return how many messages."""
    rows = list(Alerte.objects.select_for_update(of=("self",)).filter(told_at__isnull=True).select_related("structure"))
    by_place: dict[UUID, list[Alerte]] = defaultdict(list)
    for row in rows:
        by_place[row.structure_id].append(row)
    sent = 0
    for place, found in by_place.items():
        sent += _tell(referents_of(place), found, now)
    if rows:
        sent += _tell(_instructeurs(), rows, now)
    Alerte.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=now)
    return sent


def _tell(people: Iterable[Compte], found: list[Alerte], now: datetime) -> int:
    text = _words(found)
    subject = f"{len(found)} alerte{'s' if len(found) > 1 else ''} à regarder"
    posted = [post_email(one.email, subject, text, purpose="alertes", now=now, about=one.id) for one in people]
    return len(posted)


def _words(found: list[Alerte]) -> str:
    """Return the digest: what the rules said and where, no name of anybody."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for row in found:
        counts[row.structure.name, RULE_BY_CODE[row.rule].title] += 1
    lines = [f"- {place} : {title} ({count})" for (place, title), count in sorted(counts.items())]
    return (
        "Des règles automatiques ont relevé une activité inhabituelle :\n\n"
        + "\n".join(lines)
        + f"\n\nUne alerte n’accuse personne et ne bloque rien : elle demande de regarder.\n{settings.ISSUER}/alertes\n"
    )


def _instructeurs() -> QuerySet[Compte]:
    standing = Compte.objects.filter(fonctions__role=Role.INSTRUCTEUR, fonctions__ended_at__isnull=True, is_active=True)
    return standing.distinct().order_by("id")


def forget_old(now: datetime) -> int:
    """Delete alerts a year after they were raised."""
    gone, _ = Alerte.objects.filter(raised_at__lt=now - ALERTES_LIVE).delete()
    return gone
