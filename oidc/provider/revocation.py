"""A token given back by its client (RFC 7009): it and the code that gave it end; the mandat stands."""

from datetime import datetime

from django.db import transaction

from aidants.journal.record import record
from oidc.protocol.events import CONNEXION_REVOKE
from oidc.provider.models import Client, Connexion
from oidc.provider.standing import standing_of_token


def revoke(token: str, client: Client, now: datetime) -> None:
    """Revoke the client's own token; an unknown one, or another client's, changes nothing (§2.1, §2.2)."""
    standing = standing_of_token(token, now)
    if standing is None or standing.row.client_pk != client.id:
        return
    row = standing.row
    with transaction.atomic():
        if not Connexion.objects.filter(pk=row.connexion_id, revoked_at__isnull=True).update(revoked_at=now):
            return
        facts = {"client": str(row.client_pk), "connexion": str(row.connexion_id)}
        record(CONNEXION_REVOKE, acteur=standing.client_acteur, at=now, subject=row.mandat_id, facts=facts)
