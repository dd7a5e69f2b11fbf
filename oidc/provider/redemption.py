"""The exchange of a code: one winner, in one transaction; a replay revokes what the winner received.

Of two exchanges at the same instant the loser is refused and nothing more: see decision 0015.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from aidants.compiled import CompiledInsert, CompiledRead
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied, decide
from aidants.domain.events import Event
from aidants.domain.vault import keyed_digest
from aidants.journal.record import record, record_counted
from oidc import keys
from oidc.protocol import errors
from oidc.protocol.claims import ConnexionFacts, access_token_claims
from oidc.protocol.events import CONNEXION_REDEEM, CONNEXION_REFUSED, CONNEXION_REPLAY
from oidc.protocol.parameters import Parameters
from oidc.protocol.still_asked import StillAsked
from oidc.protocol.token import EXCHANGE, REQUEST, TOKEN_SECONDS, CodeFacts
from oidc.provider.choices import code_digest
from oidc.provider.models import AccessToken, Client, Connexion
from oidc.provider.standing import Standing, standing_of_connexion, token_digest


@dataclass(frozen=True, slots=True)
class Issued:
    """What the winner receives: the access token in the clear, once."""

    standing: Standing
    facts: ConnexionFacts
    access_token: str
    issued_at: datetime
    expires_at: datetime

    @property
    def expires_in(self) -> int:
        """Seconds that the token still lives."""
        return int((self.expires_at - self.issued_at).total_seconds())


def redeem(parameters: Parameters, client: Client, jkt: str, now: datetime) -> Issued | Denied:
    """Exchange a code; ``jkt`` is the key proved with the request, which the token is then bound to.

    The row is locked: of two exchanges at once the second finds it redeemed.  Every refusal is a value, so that the
    transaction keeps what the journal tells of it.
    """
    request = CodeFacts(parameters, now, signs_in=not client.is_partenaire, requires_dpop=client.requires_dpop, jkt=jkt)
    asked = decide(REQUEST, request)
    if isinstance(asked, Denied):
        return _counted(asked, client, now)
    with transaction.atomic():
        connexion = _lock(parameters.get("code"), client)
        if connexion is None:
            return _counted(Denied(errors.CODE_REFUSED), client, now)
        standing = standing_of_connexion(connexion.id, now)
        verdict = decide(EXCHANGE, _facts(request, connexion, standing))
        if isinstance(verdict, Denied):
            _note_refusal(verdict, standing, client, now)
            return verdict
        return _issue(standing, client, jkt, now)


def _code_locked(digest: str, client_id: UUID) -> QuerySet[Connexion]:
    return Connexion.objects.select_for_update().filter(code_digest=digest, client=client_id)


_CODE = CompiledRead(_code_locked, "digest", UUID(int=1))


def _lock(code: str, client: Client) -> Connexion | None:
    """Return the client's own code, locked; another client's is as unknown as none."""
    return _CODE.first(code_digest(code), client.id)


def _facts(request: CodeFacts, connexion: Connexion, standing: Standing) -> CodeFacts:
    return replace(
        request,
        known=True,
        meanwhile=connexion.redeemed_at is not None and request.now <= connexion.redeemed_at,
        expires_at=connexion.expires_at,
        redeemed=connexion.redeemed_at is not None,
        revoked=connexion.revoked_at is not None,
        redirect_uri=connexion.redirect_uri,
        code_challenge=connexion.code_challenge,
        bound_jkt=connexion.dpop_jkt,
        demarche=standing.row.demarche if StillAsked.from_json(connexion.asked).demarches else "",
        standing=standing.decision,
    )


def _counted(denied: Denied, client: Client, now: datetime) -> Denied:
    """Count a code that this client may not exchange; the first of a minute is journaled."""
    bucket = keyed_digest(settings.DIGEST_KEY, "limit-client", str(client.id))
    acteur, facts = Acteur(Kind.CLIENT, client.id), {"client": str(client.id)}
    record_counted(CONNEXION_REFUSED, bucket=bucket, at=now, reason=denied.reason.code, acteur=acteur, facts=facts)
    return denied


def _note_refusal(denied: Denied, standing: Standing, client: Client, now: datetime) -> None:
    """Revoke on replay; journal what concerns the mandat, count what is the client's own mistake."""
    if denied.reason is errors.CODE_REPLAYED:
        rows = Connexion.objects.filter(pk=standing.row.connexion_id, revoked_at__isnull=True)
        rows.update(revoked_at=now)
        _journal(CONNEXION_REPLAY, standing, now)
    elif denied.reason is errors.MANDAT_NO_LONGER_STANDS:
        standing.journal_refusal("token", now)
    else:
        _counted(denied, client, now)


_REDEEMED = "UPDATE oidc_connexion SET redeemed_at = %s WHERE id = %s"
_TOKENS = CompiledInsert(AccessToken)


def _issue(standing: Standing, client: Client, jkt: str, now: datetime) -> Issued:
    """Write the token: five minutes, less when the mandat ends before."""
    row, facts = standing.row, replace(standing.facts(), jkt=jkt)
    expires_at = min(now + timedelta(seconds=TOKEN_SECONDS), row.expires_at)
    token = _token(facts, client, now, expires_at)
    # The moment of writing, not that of the request: who had asked by then was exchanging too, and replays nothing.
    with connection.cursor() as cursor:
        cursor.execute(_REDEEMED, (timezone.now(), row.connexion_id))
    made = {"connexion_id": row.connexion_id, "created_at": now, "expires_at": expires_at, "jkt": jkt}
    _TOKENS.write(AccessToken(digest=token_digest(token), **made))
    _journal(CONNEXION_REDEEM, standing, now)
    return Issued(standing, facts, token, now, expires_at)


def _token(facts: ConnexionFacts, client: Client, now: datetime, expires_at: datetime) -> str:
    """Return an access token: random, or the JWT of RFC 9068 when the record says so.

    The JWT too is known by its digest: it dies with the mandat wherever it is shown to us.
    """
    random = secrets.token_urlsafe(32)
    if client.access_token_format != "jwt":  # noqa: S105 -- the name of a format
        return random
    iat, exp = int(now.timestamp()), int(expires_at.timestamp())
    claims = access_token_claims(facts, jti=random, iat=iat, exp=exp)
    return keys.sign(claims, keys.public_alg(client.id_token_alg), secret=None, now=now, typ="at+jwt")


def _journal(event: Event, standing: Standing, now: datetime) -> None:
    row = standing.row
    facts = {"client": str(row.client_pk), "connexion": str(row.connexion_id)}
    record(event, acteur=standing.client_acteur, at=now, subject=row.mandat_id, facts=facts)
