"""The rows of sign-ins under way: opened at the start, claimed once at the return, closed after the logout.

Owns ``FranceConnectLogin``.  A login belongs to the browser session that opened it: the session holds a
random binding, the row its digest.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from aidants.batches import delete_by_batches
from aidants.domain.acteur import ANONYME, Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.journal.limits import Limit, count_failure, limit, throttled
from aidants.journal.record import record, record_counted
from mandats.domain.events import BROUILLON_IDENTIFY_REFUSED
from oidc.franceconnect.errors import OTHER_BROWSER, REPLAYED, STATE_UNKNOWN
from oidc.franceconnect.events import CALLBACK_REFUSED
from oidc.franceconnect.models import FranceConnectLogin

BROUILLON = "brouillon"
USAGER = "usager"
LIFE = timedelta(minutes=30)
_BINDING = "franceconnect_binding"
_RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True)
class Opened:
    """The values that go to FranceConnect; only their digests stay here."""

    state: str
    nonce: str


def digest(value: str) -> str:
    """Return SHA-256 in hex: enough for a value of 256 random bits."""
    return hashlib.sha256(value.encode()).hexdigest()


def binding_of(session: SessionBase) -> str:
    """Return the random value that ties logins to this browser session, drawn at the first need."""
    kept = session.get(_BINDING)
    if not kept:
        kept = session[_BINDING] = secrets.token_hex(_RANDOM_BYTES)
    return str(kept)


def has_left(session: SessionBase) -> bool:
    """Tell whether a sign-in ever started in this browser session."""
    return bool(session.get(_BINDING))


def restore_binding(session: SessionBase, binding: str) -> None:
    """Keep the binding through a session's renewal, so that the return from the logout is recognised."""
    session[_BINDING] = binding


def open_login(
    session: SessionBase,
    *,
    purpose: str,
    acteur: Acteur,
    brouillon_id: UUID | None,
    now: datetime,
    lien_id: UUID | None = None,
) -> Opened:
    """Remember a sign-in that starts now in this browser session.

    ``acteur`` is who acts when the person comes back, whatever happens to the second factor meanwhile.
    """
    opened = Opened(state=secrets.token_hex(_RANDOM_BYTES), nonce=secrets.token_hex(_RANDOM_BYTES))
    FranceConnectLogin.objects.create(
        state_digest=digest(opened.state),
        binding_digest=digest(binding_of(session)),
        nonce_digest=digest(opened.nonce),
        purpose=purpose,
        brouillon_id=brouillon_id,
        compte_id=acteur.id,
        structure_id=acteur.structure_id,
        lien_id=lien_id,
        created_at=now,
        expires_at=now + LIFE,
    )
    return opened


def _is_bound(login: FranceConnectLogin, session: SessionBase) -> bool:
    return hmac.compare_digest(login.binding_digest, digest(session.get(_BINDING) or ""))


def find_login(state: str, session: SessionBase) -> FranceConnectLogin | Denied:
    """Return the login that ``state`` names, if this browser opened it."""
    login = FranceConnectLogin.objects.filter(state_digest=digest(state)).first()
    if login is None:
        return Denied(STATE_UNKNOWN)
    return login if _is_bound(login, session) else Denied(OTHER_BROWSER)


def claim(login: FranceConnectLogin, now: datetime) -> Denied | None:
    """Use the login up; one winner among parallel returns.  ``None``: it is yours."""
    won = FranceConnectLogin.objects.filter(pk=login.pk, used_at__isnull=True).update(used_at=now)
    if not won:
        return Denied(REPLAYED)
    return None if now < login.expires_at else Denied(STATE_UNKNOWN)


def acteur_of_login(login: FranceConnectLogin) -> Acteur:
    """Return who started the login."""
    if login.purpose == USAGER:
        return ANONYME
    return Acteur(Kind.COMPTE, login.compte_id, login.structure_id, Role.AIDANT.value)


def conclude(login: FranceConnectLogin, refused: Denied | None, now: datetime) -> str:
    """Note how the login ended, journal a refusal, and return the ``state`` of the logout to come."""
    closing = secrets.token_hex(_RANDOM_BYTES)
    login.closing_digest = digest(closing)
    login.outcome = refused.reason.code if refused is not None else ""
    with transaction.atomic():
        login.save(update_fields=["closing_digest", "outcome"])
        if refused is not None and login.purpose == BROUILLON:
            acteur = acteur_of_login(login)
            subject, reason = login.brouillon_id, login.outcome
            record(BROUILLON_IDENTIFY_REFUSED, acteur=acteur, at=now, subject=subject, reason=reason)
        elif refused is not None:
            count_stranger(refused, login.purpose, login.binding_digest, now)
    return closing


def count_stranger(refused: Denied, purpose: str, bucket: str, now: datetime) -> None:
    """Count a refusal of nobody in particular; the first of a minute is journaled."""
    reason = refused.reason.code
    record_counted(CALLBACK_REFUSED, bucket=bucket, at=now, reason=reason, facts={"purpose": purpose})


def _empty_returns(network: str) -> list[Limit]:
    return [limit("adresse", network, 20, timedelta(minutes=10), timedelta(minutes=10))]


def count_empty(network: str, now: datetime) -> None:
    """Count a call to FranceConnect for a return that held nothing of a login here."""
    with transaction.atomic():
        count_failure(CALLBACK_REFUSED, _empty_returns(network), now)


def is_slowed(network: str, now: datetime) -> bool:
    """Tell whether a network brought back too many returns that held nothing: twenty in ten minutes."""
    return throttled(CALLBACK_REFUSED, _empty_returns(network), now) is not None


def closed(state: str, session: SessionBase, now: datetime) -> FranceConnectLogin | None:
    """Return the login whose FranceConnect session was just closed, or ``None`` if this browser has none."""
    login = FranceConnectLogin.objects.filter(closing_digest=digest(state)).first()
    if login is None or not _is_bound(login, session):
        return None
    FranceConnectLogin.objects.filter(pk=login.pk, closed_at__isnull=True).update(closed_at=now)
    return login


def purge_logins(now: datetime) -> int:
    """Delete logins that expired a day ago; return how many."""
    return delete_by_batches(FranceConnectLogin.objects.filter(expires_at__lt=now - timedelta(days=1)))
