"""What a live access token gives: the identity at userinfo, the state at introspection."""

from datetime import datetime

from django.db import connection, transaction

from aidants.domain.decisions import Denied, decide
from aidants.journal.record import record
from mandats.domain.events import IDENTITY_RELEASE
from oidc.protocol import errors
from oidc.protocol.bearer import BINDING, LIFE, BearerFacts
from oidc.protocol.claims import introspection_claims, userinfo_claims
from oidc.provider.standing import Standing, standing_of_token


def may_live(standing: Standing, step: str, now: datetime) -> Standing | Denied:
    """Decide whether a token lives now by the table LIFE; a refusal of the register is journaled with its ``step``."""
    row = standing.row
    revoked = row.revoked_at is not None or row.suspended_at is not None
    facts = BearerFacts("", (), now, row.token_expires_at, revoked, standing=standing.decision)
    verdict = decide(LIFE, facts)
    if isinstance(verdict, Denied) and now < row.token_expires_at:
        standing.journal_refusal(step, now)
    return verdict if isinstance(verdict, Denied) else standing


def release_identity(token: str, jkt: str, now: datetime) -> tuple[Standing, dict[str, object]] | Denied:
    """Return a token's connexion and its userinfo claims; the first release of a token is journaled.

    ``jkt`` is the key proved with the request: the one that the token is bound to, none for a bearer token.
    """
    found = standing_of_token(token, now)
    if found is None:
        return Denied(errors.TOKEN_REFUSED)
    bound = decide(BINDING, BearerFacts("", (), now, bound_jkt=found.row.jkt or "", jkt=jkt))
    if isinstance(bound, Denied):
        return bound
    standing = may_live(found, "userinfo", now)
    if isinstance(standing, Denied):
        return standing
    if standing.row.identity_released_at is None:
        _journal_release(standing, now)
    return standing, userinfo_claims(standing.facts())


_RELEASED = "UPDATE oidc_access_token SET identity_released_at = %s WHERE digest = %s AND identity_released_at IS NULL"


def _mark_released(token_digest: str, now: datetime) -> bool:
    """Write when a token's identity was first given; ``False`` when it had been."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASED, (now, token_digest))
        return bool(cursor.rowcount)


def _journal_release(standing: Standing, now: datetime) -> None:
    """Write one entry a token: of two releases at once, the one that marks the row writes it."""
    row = standing.row
    with transaction.atomic():
        if _mark_released(row.token_digest, now):
            facts = {"client": str(row.client_pk), "demarche": row.demarche}
            record(IDENTITY_RELEASE, acteur=standing.client_acteur, at=now, subject=row.mandat_id, facts=facts)


def describe_token(standing: Standing, now: datetime) -> dict[str, object]:
    """Return what introspection says of a token: everything, or that it is not active (RFC 7662 §2.2)."""
    if isinstance(may_live(standing, "introspection", now), Denied):
        return {"active": False}
    row = standing.row
    iat, exp = int(row.token_created_at.timestamp()), int(row.token_expires_at.timestamp())
    return introspection_claims(standing.facts(), iat=iat, exp=exp)
