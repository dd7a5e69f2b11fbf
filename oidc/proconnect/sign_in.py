"""An agent who came by ProConnect: bound to the browser that left, then to an account, then to its second factor."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from aidants.comptes import closings
from aidants.comptes.avis import Avis, tell
from aidants.comptes.facteurs.codes import verify_code
from aidants.comptes.models import Compte, LienProConnect
from aidants.comptes.sign_in import open_session, refuse
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.vault import keyed_digest
from aidants.journal.record import record
from oidc.proconnect import errors, exchange
from oidc.proconnect.events import PROCONNECT_LINK

SECONDS = 10 * 60
COMPTE, CLIENT = "compte", "client"
_LEFT, _CAME = "proconnect_left", "proconnect_came"


def _digest(value: str) -> str:
    """Return SHA-256 in hex: enough for a value of 256 random bits."""
    return hashlib.sha256(value.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Returned:
    """An agent believed, in the browser that left; ``way_back`` is where it was going."""

    agent: exchange.Agent
    way_back: str


def leave(request: HttpRequest, way_back: str, now: datetime, *, purpose: str = COMPTE) -> str | Denied:
    """Return ProConnect's address for this browser; only digests of what was sent stay here."""
    state, nonce = secrets.token_hex(32), secrets.token_hex(32)
    request.session[_LEFT] = {
        "state": _digest(state),
        "nonce": _digest(nonce),
        "next": way_back,
        "purpose": purpose,
        "until": int(now.timestamp()) + SECONDS,
    }
    return exchange.authorize_address(state, nonce, exchange.deadline())


def purpose_of(request: HttpRequest) -> str:
    """Return why this browser left for ProConnect, before it is taken back."""
    return str((request.session.get(_LEFT) or {}).get("purpose", COMPTE))


def take_back(request: HttpRequest, now: datetime) -> Returned | Denied:
    """Take the browser back, once."""
    left = request.session.pop(_LEFT, None)
    state, code = request.GET.get("state", ""), request.GET.get("code", "")
    if left is None:
        return refuse(request, errors.NOT_FINISHED, now)
    known = hmac.compare_digest(left["state"], _digest(state)) and now.timestamp() < left["until"]
    if not known or not code:
        return refuse(request, errors.NOT_FINISHED, now)
    agent = exchange.agent_for(code, request.GET.get("iss"), left["nonce"], now, exchange.deadline())
    if isinstance(agent, Denied):
        return refuse(request, agent.reason, now)
    return Returned(agent, str(left["next"]))


def await_factor(request: HttpRequest, returned: Returned, now: datetime) -> str:
    """Find the account of an agent; return the address that closes ProConnect's session when there is none.

    An empty text: the account is known, its second factor is asked next.
    """
    agent = returned.agent
    compte = _compte_of(agent)
    if compte is None:
        refuse(request, errors.NO_COMPTE, now)
        return exchange.closing_address(agent.id_token, secrets.token_hex(32))
    request.session[_CAME] = {
        "compte": str(compte.id),
        "sub": _sub_digest(agent.sub),
        "id_token": agent.id_token,
        "next": returned.way_back,
        "until": int(now.timestamp()) + SECONDS,
    }
    return ""


def _sub_digest(sub: str) -> str:
    return keyed_digest(settings.DIGEST_KEY, "proconnect", sub)


def _compte_of(agent: exchange.Agent) -> Compte | None:
    """Return the account linked to this agent; else the one at their address, if nobody else is linked to it."""
    linked = LienProConnect.objects.filter(sub_digest=_sub_digest(agent.sub)).select_related("compte").first()
    if linked is not None:
        return linked.compte if linked.compte.is_active else None
    return Compte.objects.filter(email=agent.email, is_active=True, proconnect__isnull=True).first()


def is_awaited(request: HttpRequest, now: datetime) -> bool:
    """Tell whether an agent came back in this browser and owes the second factor."""
    came = request.session.get(_CAME) or {"until": 0}
    return bool(now.timestamp() < came["until"])


def way_awaited(request: HttpRequest) -> str:
    """Return where the agent who owes the second factor was going."""
    return str((request.session.get(_CAME) or {}).get("next", ""))


def finish(request: HttpRequest, code: str, now: datetime) -> str | Denied:
    """Check the account's own second factor, open the session, link the agent; return where they were going."""
    came = request.session[_CAME]
    compte = Compte.objects.filter(pk=came["compte"], is_active=True).first()
    if compte is None:
        return refuse(request, errors.NOT_FINISHED, now)
    given = verify_code(compte, code, now)
    if isinstance(given, Denied):
        refuse(request, given.reason, now)
        return given
    with transaction.atomic():
        _, is_new = LienProConnect.objects.get_or_create(
            compte=compte, defaults={"sub_digest": came["sub"], "linked_at": now}
        )
        if is_new:
            record(PROCONNECT_LINK, acteur=Acteur(Kind.COMPTE, compte.id), at=now, subject=compte.id)
            tell(compte, Avis.FACTEUR_AJOUTE, now, label="ProConnect", factor_name="compte professionnel")
        open_session(request, compte, given, now)
        request.session.pop(_CAME)
        address = exchange.closing_address(came["id_token"], secrets.token_hex(32))
        closings.owe(request.session, closings.PROCONNECT, address)
    return str(came["next"])
