"""A token given back by its client (RFC 7009): it and the code that gave it end; the mandat stands."""

from datetime import datetime

from django.db import transaction

from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.journal.record import record
from oidc.protocol.errors import TOKEN_OF_ANOTHER_CLIENT
from oidc.protocol.events import CONNEXION_REVOKE
from oidc.provider.models import Client, Connexion
from oidc.provider.standing import standing_of_token


def revoke(token: str, client: Client, now: datetime) -> Decision:
    """Revoke the client's own token.  An unknown one changes nothing (§2.2); another client's is refused (§2.1)."""
    standing = standing_of_token(token, now)
    if standing is None:
        return GRANTED
    row = standing.row
    if row.client_pk != client.id:
        return Denied(TOKEN_OF_ANOTHER_CLIENT)
    with transaction.atomic():
        if not Connexion.objects.filter(pk=row.connexion_id, revoked_at__isnull=True).update(revoked_at=now):
            return GRANTED
        facts = {"client": str(row.client_pk), "connexion": str(row.connexion_id)}
        record(CONNEXION_REVOKE, acteur=standing.client_acteur, at=now, subject=row.mandat_id, facts=facts)
    return GRANTED
