"""Pairwise subjects: what an usager or an aidant is called in one sector (OIDC Core §8.1).

A value is drawn once from a keyed digest and stored with the key's version; it never changes, whatever becomes of
the key: a new key (PAIRWISE_KEY) serves new pairs only, and the one before may be forgotten.  Never derived from
anything but our own random identifiers.  One person known under two records keeps, once they are joined, the name
that a sector gave to either; the older record's where it gave two.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from aidants.compiled import CompiledRead
from mandats.registre.models import Usager
from oidc.protocol.parameters import is_text
from oidc.provider.models import PairwiseSubject

USAGER, AIDANT = "usager", "aidant"


def subjects_of(sector: str, *, usager: UUID, aidant: UUID) -> tuple[str, str]:
    """Return the pairwise values of an usager and an aidant, given now if they had none."""
    wanted = {(USAGER, usager), (AIDANT, aidant)}
    known = _known(sector, wanted)
    if (USAGER, usager) not in known and (name := _name_before_joining(sector, usager)):
        known[USAGER, usager] = name
    if len(known) < len(wanted):
        missing = [_draw(kind, subject, sector) for kind, subject in wanted - known.keys()]
        PairwiseSubject.objects.bulk_create(missing, ignore_conflicts=True)
        known |= _known(sector, wanted)
    return known[USAGER, usager], known[AIDANT, aidant]


def usagers_named(sector: str, values: Sequence[str]) -> set[UUID]:
    """Return the usagers whom a sector knows by these values."""
    rows = PairwiseSubject.objects.filter(
        kind=USAGER, sector=sector, value__in=[text for text in values if is_text(text, 64)]
    )
    named = set(rows.values_list("subject_id", flat=True))
    joined = Usager.objects.filter(pk__in=named).values_list("merged_into", flat=True)
    return named | {kept for kept in joined if kept}


def _name_before_joining(sector: str, usager: UUID) -> str:
    """Return the name that a sector gave to a record since joined to this one, which has none there; or nothing.

    Two records of one person become one; the name given never changes.  It is read, not moved: a join may be undone.
    """
    before = Usager.objects.filter(merged_into=usager).values("pk")
    rows = PairwiseSubject.objects.filter(kind=USAGER, sector=sector, subject_id__in=before)
    return rows.order_by("id").values_list("value", flat=True).first() or ""


def _known(sector: str, wanted: set[tuple[str, UUID]]) -> dict[tuple[str, UUID], str]:
    (_, one), (_, other) = wanted
    found = {(kind, subject): value for kind, subject, value in _GIVEN.values(sector, one, other)}
    return {pair: value for pair, value in found.items() if pair in wanted}


def _given(sector: str, *subjects: UUID) -> "QuerySet[PairwiseSubject, tuple[str, UUID, str]]":
    rows = PairwiseSubject.objects.filter(sector=sector, subject_id__in=subjects)
    return rows.values_list("kind", "subject_id", "value")


_GIVEN = CompiledRead(_given, "sector", UUID(int=1), UUID(int=2))


def _draw(kind: str, subject: UUID, sector: str) -> PairwiseSubject:
    message = f"pairwise\x00{kind}\x00{sector}\x00{subject}".encode()
    value = base64.urlsafe_b64encode(hmac.new(settings.PAIRWISE_KEY, message, hashlib.sha256).digest())
    return PairwiseSubject(
        kind=kind,
        subject_id=subject,
        sector=sector,
        value=value.rstrip(b"=").decode(),
        key_version=settings.PAIRWISE_KEY_VERSION,
    )
