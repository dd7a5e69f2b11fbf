"""The authorization request as it stands: what the browser brought, or what was pushed before; then what follows.

Reads facts for the tables and acts on their answer; decides nothing itself.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from aidants.comptes.second_factor import is_idle, verified_at
from aidants.comptes.sign_in import sign_out
from aidants.domain.decisions import Denied
from aidants.domain.errors import ErrorCode
from aidants.structures.acting import acteur_of
from oidc.protocol.authorize import AuthorizeFacts, Way, asked, response_mode_of
from oidc.protocol.claims import own_acr
from oidc.protocol.errors import INTERACTION_REQUIRED
from oidc.protocol.parameters import LONGEST_QUERY, Parameters, read
from oidc.protocol.pushed import PREFIX
from oidc.provider.answers import Answer, refusal_answer
from oidc.provider.choices import choose, repeatable
from oidc.provider.interactions import open_interaction
from oidc.provider.known_clients import find_client
from oidc.provider.models import Client, Interaction, PushedRequest
from oidc.provider.own_tokens import hint_subject
from oidc.provider.pushing import as_parameters, pushed_named
from oidc.provider.refused import count_refused_request


@dataclass(frozen=True, slots=True)
class Request:
    """The facts of one request, its client's row and its pushed row if it has one, the choice that may be repeated."""

    facts: AuthorizeFacts
    client: Client | None
    pushed: PushedRequest | None
    repeated: UUID | None


def read_request(request: HttpRequest, now: datetime) -> Request:
    """Return the facts that the tables WHO_ASKS and WHAT_IS_ASKED decide."""
    brought = read(request.META.get("QUERY_STRING", ""), LONGEST_QUERY)
    client = find_client(brought.get("client_id")) if brought else None
    parameters, way, pushed = _effective(brought, client, now)
    repeated = None
    if client is not None and parameters is not None and "none" in parameters.get("prompt").split(" "):
        repeated = repeatable(client, request.session, now)
    facts = AuthorizeFacts(
        parameters=parameters,
        client=client,
        signed_in_at=None if is_idle(request.session, now) else verified_at(request.session),
        now=now,
        own_acr=own_acr(settings.ISSUER, is_franceconnect=bool(client and client.is_franceconnect)),
        way=way,
        hint_subject=hint_subject(parameters.get("id_token_hint"), client, now) if parameters else "",
        may_repeat=repeated is not None,
    )
    return Request(facts, client, pushed, repeated)


def _effective(
    brought: Parameters | None, client: Client | None, now: datetime
) -> tuple[Parameters | None, Way, PushedRequest | None]:
    """Return the parameters that count: those pushed, when a ``request_uri`` of ours names them (RFC 9126 §4)."""
    if brought is None or client is None or not brought.get("request_uri").startswith(PREFIX):
        return brought, Way.BROWSER, None
    named_once = "request_uri" not in brought.repeated and "client_id" not in brought.repeated
    pushed = pushed_named(brought.get("request_uri"), client, now) if named_once else None
    if pushed is None:
        return brought, Way.LOST, None
    return as_parameters(pushed, client), Way.PUSHED, pushed


def refuse(facts: AuthorizeFacts, reason: ErrorCode) -> Answer:
    """Return the refusal of a request whose client may receive it; a repeated ``state`` goes back in no form."""
    state = "" if facts.is_repeated("state") else facts.get("state")
    return refusal_answer(facts.get("redirect_uri"), state, response_mode_of(facts), reason)


def keep(request: HttpRequest, made: Request, now: datetime) -> Interaction:
    """Keep a request that was granted; who must sign in again is signed out first.

    For FranceConnect's record a fresh code is enough, and the page of choice asks for it (PROTOCOLS §1).
    """
    wanted, client = asked(made.facts), made.client
    if client is None:
        raise LookupError("no client")
    if _is_stale(request.session, wanted.signed_in_since) and not client.is_franceconnect:
        sign_out(request, now, to_sign_in_again=True)
    return open_interaction(wanted, client, request.session, now, made.pushed, renews=made.repeated is not None)


def _is_stale(session: SessionBase, since: datetime | None) -> bool:
    at = verified_at(session)
    return at is not None and since is not None and at < since


def repeat_choice(request: HttpRequest, made: Request, now: datetime) -> Answer:
    """Answer ``prompt=none`` by the choice just made, decided and journaled anew (OIDC Core §3.1.2.1)."""
    interaction = keep(request, made, now)
    placed = bool(getattr(request, "affectation", None)) and made.repeated is not None
    outcome = choose(interaction.id, made.repeated, acteur_of(request), request.session, now) if placed else None  # type: ignore[arg-type]
    if outcome is None or isinstance(outcome, Denied):
        count_refused_request(request, made.client, INTERACTION_REQUIRED, now)
        return refuse(made.facts, INTERACTION_REQUIRED)
    return outcome.answer
