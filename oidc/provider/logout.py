"""RP-initiated logout: ends the connexion that the hint names and tells its site, never the aidant's own session.

An aidant serves one usager after another; closing their session with each would ask for a password and a code each
time (RP-Initiated Logout §2 lets the provider choose).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied, decide
from aidants.journal.record import record
from oidc.protocol.events import CONNEXION_END
from oidc.protocol.logout import LOGOUT, LogoutFacts
from oidc.protocol.parameters import LONGEST, Parameters, add_to_uri, read
from oidc.provider.backchannel import announce_end
from oidc.provider.known_clients import find_client
from oidc.provider.models import Client, Connexion
from oidc.provider.own_tokens import audience_claimed, verified_claims


@dataclass(frozen=True, slots=True)
class Logout:
    """A request granted: the connexion to end (empty without a hint), and where to send the browser."""

    client: Client | None
    sid: str
    target: str


def read_logout(request: HttpRequest, now: datetime) -> Logout | Denied:
    """Decide a logout request by the table LOGOUT."""
    parameters = _parameters(request)
    hint_text = parameters.get("id_token_hint") if parameters else ""
    client = find_client((parameters.get("client_id") if parameters else "") or audience_claimed(hint_text))
    hint = verified_claims(hint_text, client, now)
    facts = LogoutFacts(parameters, settings.ISSUER, client, hint)
    verdict = decide(LOGOUT, facts)
    if isinstance(verdict, Denied):
        return verdict
    target, state = facts.get("post_logout_redirect_uri"), facts.get("state")
    if target and state:
        target = add_to_uri(target, {"state": state})
    return Logout(client, str(hint.get("sid", "")) if hint else "", target)


def _parameters(request: HttpRequest) -> Parameters | None:
    if request.method != "POST":
        return read(request.META.get("QUERY_STRING", ""))
    return read(request.body[: LONGEST + 1].decode("latin-1"))


def end_connexion(logout: Logout, now: datetime) -> None:
    """Revoke the connexion and what it gave; a second time changes nothing and writes nothing."""
    if logout.client is None:
        return
    client = logout.client
    with transaction.atomic():
        connexion = (
            Connexion.objects.select_for_update(of=("self",))
            .select_related("autorisation", "client")
            .filter(pk=_identifier(logout.sid), client=client, revoked_at__isnull=True)
            .first()
        )
        if connexion is None:
            return
        Connexion.objects.filter(pk=connexion.pk).update(revoked_at=now)
        record(
            CONNEXION_END,
            acteur=Acteur(Kind.CLIENT, client.id, connexion.structure_id),
            at=now,
            subject=connexion.autorisation.mandat_id,
            facts={"client": str(client.id), "connexion": str(connexion.id)},
        )
        announce_end([connexion], now)


def _identifier(text: str) -> UUID:
    """Read the connexion that a hint of ours names; what is none names nothing."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
