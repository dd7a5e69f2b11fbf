"""From the register to marks: what happened lately, as the rules read it.  Never writes; takes no name along.

A contact is compared by its keyed digest; a proof by the SHA-256 that is kept of it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef

from aidants.journal.models import Entree
from aidants.structures.models import Structure
from mandats.domain.alertes import Marque, Sorte
from mandats.domain.events import MANDAT_CONSULT
from mandats.registre.coffre import secret_digest
from mandats.registre.models import Document, Mandat, Usager, Utilisation

LOOKED_BACK = timedelta(days=31)
SCAN_DUE = timedelta(days=7)
_PROOFS = ("signature", "scan")


def marks_since(since: datetime, now: datetime) -> list[Marque]:
    """Return the marks of all structures between ``since`` and ``now``, by six queries."""
    zones = {pk: zone for pk, zone in Structure.objects.values_list("pk", "time_zone")}  # noqa: C416 -- typed so
    return [
        *_signatures(since, now),
        *_uses(since, now),
        *_openings(since, now, zones),
        *_unscanned(since, now),
        *_proofs(since, now),
        *_contacts(since, now),
    ]


def _signatures(since: datetime, now: datetime) -> Iterator[Marque]:
    rows = Mandat.objects.filter(accepted_at__gte=since, accepted_at__lte=now)
    for pk, place, who, at, zone in rows.values_list("pk", "structure", "aidant", "accepted_at", "time_zone"):
        yield Marque(Sorte.SIGNATURE, str(place), str(who), str(pk), at, zone)


def _uses(since: datetime, now: datetime) -> Iterator[Marque]:
    rows = Utilisation.objects.filter(created_at__gte=since, created_at__lte=now)
    fields = ("mandat", "mandat__structure", "aidant", "created_at", "mandat__time_zone", "mandat__accepted_at")
    for pk, place, who, at, zone, signed in rows.values_list(*fields):
        yield Marque(Sorte.UTILISATION, str(place), str(who), str(pk), at, zone, delai=at - signed)


def _openings(since: datetime, now: datetime, zones: dict[UUID, str]) -> Iterator[Marque]:
    rows = Entree.objects.filter(event=MANDAT_CONSULT.code, at__gte=since, at__lte=now, acteur_kind="compte")
    for pk, place, who, at in rows.order_by("id").values_list("subject_id", "structure_id", "acteur_id", "at"):
        if place in zones:
            yield Marque(Sorte.CONSULTATION, str(place), str(who), str(pk), at, zones[place])


def _unscanned(since: datetime, now: datetime) -> Iterator[Marque]:
    """Yield paper mandats whose signed sheet is still missing a week after, at the moment when it was due."""
    scans = Document.objects.filter(mandat=OuterRef("pk"), kind="scan")
    rows = Mandat.objects.filter(~Exists(scans), consentement="papier", accepted_at__gte=since - SCAN_DUE)
    due = rows.filter(accepted_at__lte=now - SCAN_DUE, erased_at__isnull=True)
    for pk, place, who, at, zone in due.values_list("pk", "structure", "aidant", "accepted_at", "time_zone"):
        yield Marque(Sorte.PAPIER_SANS_SCAN, str(place), str(who), str(pk), at + SCAN_DUE, zone)


def _proofs(since: datetime, now: datetime) -> Iterator[Marque]:
    rows = Document.objects.filter(kind__in=_PROOFS, mandat__accepted_at__gte=since, mandat__accepted_at__lte=now)
    fields = ("mandat", "mandat__structure", "mandat__aidant", "mandat__accepted_at", "mandat__time_zone", "sha256")
    for pk, place, who, at, zone, digest in rows.values_list(*fields):
        yield Marque(Sorte.PREUVE, str(place), str(who), str(pk), at, zone, digest)


def _contacts(since: datetime, now: datetime) -> Iterator[Marque]:
    """Yield the contacts of who gave a mandat lately, one mark a person and contact."""
    recent = Mandat.objects.filter(accepted_at__gte=since, accepted_at__lte=now).order_by("accepted_at", "id")
    latest = {
        usager: (place, who, at, zone)
        for usager, place, who, at, zone in recent.values_list(
            "usager", "structure", "aidant", "accepted_at", "time_zone"
        )
    }
    for usager in Usager.objects.filter(pk__in=latest).only("email", "telephone").order_by("id"):
        place, who, at, zone = latest[usager.pk]
        for value in filter(None, (usager.email, usager.telephone)):
            shared = secret_digest("alerte-contact", value.casefold())
            yield Marque(Sorte.CONTACT, str(place), str(who), str(usager.pk), at, zone, shared)
