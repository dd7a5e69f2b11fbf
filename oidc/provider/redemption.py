"""The exchange of a code: one winner, in one transaction; a second exchange revokes what the first one gave."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from aidants.domain.decisions import Denied, decide
from aidants.domain.events import Event
from aidants.journal.record import record
from mandats.registre.compiled import CompiledRead
from oidc.protocol import errors
from oidc.protocol.events import CONNEXION_REDEEM, CONNEXION_REPLAY
from oidc.protocol.parameters import Parameters
from oidc.protocol.token import EXCHANGE, REQUEST, TOKEN_SECONDS, CodeFacts
from oidc.provider.choices import code_digest
from oidc.provider.models import AccessToken, Client, Connexion
from oidc.provider.standing import Standing, standing_of_connexion, token_digest


@dataclass(frozen=True, slots=True)
class Issued:
    """What the winner receives: the access token in the clear, once."""

    standing: Standing
    access_token: str
    issued_at: datetime
    expires_at: datetime

    @property
    def expires_in(self) -> int:
        """Seconds that the token still lives."""
        return int((self.expires_at - self.issued_at).total_seconds())


def redeem(parameters: Parameters, client: Client, now: datetime) -> Issued | Denied:
    """Exchange a code.  The row is locked: of two exchanges at once the second finds it redeemed.

    Every refusal is a value, so that the transaction keeps what the journal tells of it.
    """
    asked = decide(REQUEST, CodeFacts(parameters, now))
    if isinstance(asked, Denied):
        return asked
    with transaction.atomic():
        connexion = _lock(parameters.get("code"), client)
        if connexion is None:
            return Denied(errors.CODE_REFUSED)
        standing = standing_of_connexion(connexion.id, now)
        verdict = decide(EXCHANGE, _facts(parameters, connexion, standing, now))
        if isinstance(verdict, Denied):
            _note_refusal(verdict, standing, now)
            return verdict
        return _issue(standing, now)


def _code_locked(digest: str, client_id: UUID) -> QuerySet[Connexion]:
    return Connexion.objects.select_for_update().filter(code_digest=digest, client=client_id)


_CODE = CompiledRead(_code_locked, "digest", UUID(int=1))


def _lock(code: str, client: Client) -> Connexion | None:
    """Return the client's own code, locked; another client's is as unknown as none."""
    return _CODE.first(code_digest(code), client.id)


def _facts(parameters: Parameters, connexion: Connexion, standing: Standing, now: datetime) -> CodeFacts:
    return CodeFacts(
        parameters=parameters,
        now=now,
        known=True,
        expires_at=connexion.expires_at,
        redeemed=connexion.redeemed_at is not None,
        revoked=connexion.revoked_at is not None,
        redirect_uri=connexion.redirect_uri,
        code_challenge=connexion.code_challenge,
        standing=standing.decision,
    )


def _note_refusal(denied: Denied, standing: Standing, now: datetime) -> None:
    """Revoke on replay; journal what concerns the mandat."""
    if denied.reason is errors.CODE_REPLAYED:
        rows = Connexion.objects.filter(pk=standing.row.connexion_id, revoked_at__isnull=True)
        rows.update(revoked_at=now)
        _journal(CONNEXION_REPLAY, standing, now)
    elif denied.reason is errors.MANDAT_NO_LONGER_STANDS:
        standing.journal_refusal("token", now)


def _issue(standing: Standing, now: datetime) -> Issued:
    """Write the token: five minutes, less when the mandat ends before."""
    row, token = standing.row, secrets.token_urlsafe(32)
    expires_at = min(now + timedelta(seconds=TOKEN_SECONDS), row.expires_at)
    Connexion.objects.filter(pk=row.connexion_id).update(redeemed_at=now)
    AccessToken.objects.create(
        digest=token_digest(token), connexion_id=row.connexion_id, created_at=now, expires_at=expires_at
    )
    _journal(CONNEXION_REDEEM, standing, now)
    return Issued(standing, token, now, expires_at)


def _journal(event: Event, standing: Standing, now: datetime) -> None:
    row = standing.row
    facts = {"client": str(row.client_pk), "connexion": str(row.connexion_id)}
    record(event, acteur=standing.client_acteur, at=now, subject=row.mandat_id, facts=facts)
