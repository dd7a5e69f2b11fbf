"""Follows the journal for the provider: what ended in the register ends at the sites that were told of it.

Tokens are refused at once without this, since each request asks the register; here the connexions themselves end, in
the order of the journal.  A handler only writes rows and enqueues tasks: no call leaves from it.
"""

from datetime import datetime, timedelta
from typing import Final

from aidants.domain.acteur import SYSTEME, Acteur
from aidants.journal.follow import Follower, Integrated
from aidants.journal.record import record
from mandats.domain import events
from oidc.protocol.errors import MANDAT_NO_LONGER_STANDS
from oidc.protocol.events import CONNEXION_END
from oidc.provider.backchannel import announce_end
from oidc.provider.models import Connexion

_A_SECOND: Final = timedelta(seconds=1)


def end_connexions(entry: Integrated, now: datetime) -> None:
    """End the connexions that stand on what ``entry`` ended or suspended: the whole mandat, or one demarche of it.

    Those made since then are spared: a mandat that was resumed may be used again.
    """
    rows = (
        Connexion.objects.select_for_update(of=("self",))
        .select_related("client")
        .filter(
            autorisation__mandat=entry.subject_id,
            redeemed_at__isnull=False,
            revoked_at__isnull=True,
            created_at__lt=entry.at + _A_SECOND,
        )
    )
    if demarche := entry.facts.get("demarche"):
        rows = rows.filter(autorisation__demarche=demarche)
    for connexion in rows.order_by("id"):
        Connexion.objects.filter(pk=connexion.pk).update(revoked_at=now)
        record(
            CONNEXION_END,
            acteur=Acteur(SYSTEME.kind, structure_id=connexion.structure_id),
            at=now,
            subject=entry.subject_id,
            reason=MANDAT_NO_LONGER_STANDS.code,
            facts={"client": str(connexion.client_id), "connexion": str(connexion.id)},
        )
        announce_end([connexion], now)


ENDS: Final = Follower(
    "oidc-ends",
    {
        events.MANDAT_REVOKE: end_connexions,
        events.MANDAT_END: end_connexions,
        events.MANDAT_REPLACE_ELSEWHERE: end_connexions,
        events.MANDAT_SUSPEND: end_connexions,
        events.AUTORISATION_REVOKE: end_connexions,
        events.AUTORISATION_REPLACE: end_connexions,
    },
)
"""Its name is its cursor's: a handler added here begins where the others are; another purpose takes another name."""
