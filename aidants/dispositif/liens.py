"""Links that open one dossier, or one profile of the pool, to who has no account.

The code stands in the link's fragment, is kept as a keyed digest and is spent by a POST alone: a scanner's GET spends
nothing.  An address that has no dossier is answered like one that has.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from aidants.batches import delete_by_batches
from aidants.comptes.avis import write
from aidants.comptes.liens import DAY, code_digest, may_send, new_code
from aidants.dispositif.courriels import Courriel
from aidants.dispositif.models import Candidat, Candidature, LienDossier
from aidants.domain.dispositif.delais import LINK_LIFE

_PURPOSE = "dossier"


def send_dossier_link(candidature: Candidature, now: datetime) -> bool:
    """Post a link to the dossier; false when too many just were.  Earlier ones stay until they expire."""
    if not _may_send(candidature.liens.all(), now):
        return False
    with transaction.atomic():
        code = _make(now, candidature=candidature)
        link = f"{settings.ISSUER}/candidature/lien#{code}"
        facts = {"dossier": candidature.name, "link": link, "code": code, "until": now + LINK_LIFE}
        write(candidature.email, Courriel.DOSSIER_LIEN, now, about=candidature.id, **facts)
    return True


def send_profile_link(candidat: Candidat, now: datetime) -> bool:
    """Post a link to the profile; false when too many just were."""
    if not _may_send(candidat.liens.all(), now):
        return False
    with transaction.atomic():
        code = _make(now, candidat=candidat)
        link = f"{settings.ISSUER}/vivier/lien#{code}"
        write(candidat.email, Courriel.VIVIER_LIEN, now, about=candidat.id, link=link, code=code, until=now + LINK_LIFE)
    return True


def _may_send(liens: QuerySet[LienDossier], now: datetime) -> bool:
    """Tell whether one more leaves: nobody's mailbox is filled through us."""
    sent = liens.filter(created_at__gt=now - DAY).order_by("-created_at")
    return may_send(list(sent.values_list("created_at", flat=True)), now)


def _make(now: datetime, candidature: Candidature | None = None, candidat: Candidat | None = None) -> str:
    code = new_code()
    LienDossier.objects.create(
        candidature=candidature,
        candidat=candidat,
        digest=code_digest(_PURPOSE, code),
        created_at=now,
        expires_at=now + LINK_LIFE,
    )
    return code


def spend_dossier_link(code: str, now: datetime) -> UUID | None:
    """Use a link to a dossier and return which; ``None`` when it serves no more.  Of two at once, one wins."""
    return _spend(code, now, of_profile=False)


def spend_profile_link(code: str, now: datetime) -> UUID | None:
    """Use a link to a profile and return which; ``None`` when it serves no more."""
    return _spend(code, now, of_profile=True)


def _spend(code: str, now: datetime, *, of_profile: bool) -> UUID | None:
    standing = LienDossier.objects.filter(
        digest=code_digest(_PURPOSE, code),
        used_at__isnull=True,
        expires_at__gt=now,
        candidature__isnull=of_profile,
    )
    found = standing.first()
    if found is None or not standing.update(used_at=now):
        return None
    return found.candidat_id if of_profile else found.candidature_id


def purge_dossier_links(now: datetime) -> None:
    """Forget links a day after their end."""
    delete_by_batches(LienDossier.objects.filter(expires_at__lt=now - timedelta(days=1)))
