"""What a live access token gives: the identity at userinfo, the state at introspection."""

from datetime import datetime

from django.db import transaction

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied, decide
from aidants.journal.record import record
from mandats.domain.events import IDENTITY_RELEASE
from oidc.protocol import errors
from oidc.protocol.bearer import LIFE, BearerFacts
from oidc.protocol.claims import ConnexionFacts, introspection_claims, userinfo_claims
from oidc.provider.models import AccessToken
from oidc.provider.standing import Standing, find_token, standing_of


def live_standing(row: AccessToken | None, step: str, now: datetime) -> Standing | Denied:
    """Return the connexion of a token that lives, or why it does not; the register is asked each time.

    A refusal of the register is journaled with its ``step``.
    """
    if row is None:
        return Denied(errors.TOKEN_REFUSED)
    revoked = row.connexion.revoked_at is not None or row.connexion.client.is_suspended
    alive = decide(LIFE, BearerFacts("", (), now, row.expires_at, revoked))
    if isinstance(alive, Denied):
        return alive
    standing = standing_of(row.connexion, now)
    if isinstance(standing.decision, Denied):
        standing.journal_refusal(step, now)
        return Denied(errors.TOKEN_REFUSED)
    return standing


def release_identity(token: str, now: datetime) -> tuple[AccessToken, dict[str, object]] | Denied:
    """Return a token's row and the userinfo claims; the first release of a token is journaled."""
    row = find_token(token)
    standing = live_standing(row, "userinfo", now)
    if row is None or isinstance(standing, Denied):
        return standing if isinstance(standing, Denied) else Denied(errors.TOKEN_REFUSED)
    if row.identity_released_at is None:
        _journal_release(row, standing, now)
    return row, userinfo_claims(standing.facts())


def _journal_release(row: AccessToken, standing: Standing, now: datetime) -> None:
    """Write one entry a token: of two releases at once, the one that marks the row writes it."""
    connexion = row.connexion
    facts: ConnexionFacts = standing.facts()
    with transaction.atomic():
        unmarked = AccessToken.objects.filter(pk=row.pk, identity_released_at__isnull=True)
        if not unmarked.update(identity_released_at=now):
            return
        record(
            IDENTITY_RELEASE,
            acteur=Acteur(Kind.CLIENT, connexion.client_id, connexion.structure_id),
            at=now,
            subject=standing.autorisation.mandat_id if standing.autorisation else None,
            facts={"client": str(connexion.client_id), "demarche": facts.mandat.demarche},
        )


def describe_token(row: AccessToken, now: datetime) -> dict[str, object]:
    """Return what introspection says of a token: everything, or that it is not active (RFC 7662 §2.2)."""
    standing = live_standing(row, "introspection", now)
    if isinstance(standing, Denied):
        return {"active": False}
    iat, exp = int(row.created_at.timestamp()), int(row.expires_at.timestamp())
    return introspection_claims(standing.facts(), iat=iat, exp=exp)
