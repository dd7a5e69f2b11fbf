"""Pairwise subjects: what an usager or an aidant is called in one sector (OIDC Core §8.1).

A value is drawn once from a keyed digest and stored with the key's version; it never changes, whatever becomes of
the key: a new key (PAIRWISE_KEY) serves new pairs only, and the one before may be forgotten.  Never derived from
anything but our own random identifiers.
"""

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from oidc.protocol.parameters import is_text
from oidc.provider.models import PairwiseSubject

USAGER, AIDANT = "usager", "aidant"


def subjects_of(sector: str, *, usager: UUID, aidant: UUID) -> tuple[str, str]:
    """Return the pairwise values of an usager and an aidant, given now if they had none."""
    wanted = {(USAGER, usager), (AIDANT, aidant)}
    known = _known(sector, wanted)
    if len(known) < len(wanted):
        missing = [_draw(kind, subject, sector) for kind, subject in wanted - known.keys()]
        PairwiseSubject.objects.bulk_create(missing, ignore_conflicts=True)
        known = _known(sector, wanted)
    return known[USAGER, usager], known[AIDANT, aidant]


def usagers_named(sector: str, values: list[str]) -> set[UUID]:
    """Return the usagers whom a sector knows by these values."""
    rows = PairwiseSubject.objects.filter(
        kind=USAGER, sector=sector, value__in=[text for text in values if is_text(text, 64)]
    )
    return set(rows.values_list("subject_id", flat=True))


def _known(sector: str, wanted: set[tuple[str, UUID]]) -> dict[tuple[str, UUID], str]:
    rows = PairwiseSubject.objects.filter(sector=sector, subject_id__in=[subject for _, subject in wanted])
    found = {(kind, subject): value for kind, subject, value in rows.values_list("kind", "subject_id", "value")}
    return {pair: value for pair, value in found.items() if pair in wanted}


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
