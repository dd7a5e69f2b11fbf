"""A connexion as it stands at this very moment: one statement brings all that the register's rule and the claims need.

Asked at token, userinfo and introspection; nothing here waits for an event or a cache.  The statement is written by
hand because composing it by the ORM costs three times what the database does; a test compares its facts with the
register's own.
"""

import json
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Decision, Denied
from aidants.domain.vault import keyed_digest
from aidants.habilitation.selectors import entitled_sql
from mandats.domain.rules import UseFacts, may_use
from mandats.registre.services.uses import record_refused_use
from mandats.registre.texts import status_uri
from oidc.protocol.claims import ConnexionFacts, MandatFacts, UsagerFacts
from oidc.protocol.client import Profile
from oidc.protocol.still_asked import StillAsked


@dataclass(frozen=True, slots=True)
class Row:
    """What the statement brings, in the order of its columns; JSON is still text."""

    token_digest: str
    token_created_at: datetime
    token_expires_at: datetime
    identity_released_at: datetime | None
    jkt: str | None
    connexion_id: UUID
    subject: str
    actor_subject: str
    scope: str
    nonce: str
    rep_scope: str
    asked: str
    auth_time: datetime
    revoked_at: datetime | None
    client_pk: UUID
    client_id: str
    profile: str
    userinfo_alg: str
    secret_sealed: bytes | None
    suspended_at: datetime | None
    demarche: str
    formalites: str
    autorisation_ended_at: datetime | None
    mandat_id: UUID
    reference: str
    identity: str
    identity_level: str
    identified_at: datetime
    accepted_at: datetime
    expires_at: datetime
    mandat_ended_at: datetime | None
    mandat_suspended_at: datetime | None
    sheet_due_at: datetime | None
    consentement: str
    status_list: int
    status_index: int
    structure_id: UUID
    siret: str
    structure_name: str
    offered: str
    given_name: str
    family_name: str
    preferred_username: str
    birthdate: str
    gender: str
    birthplace: str
    birthcountry: str
    email: str
    structure_habilitee: bool
    actor_is_aidant: bool
    aidant_habilite: bool

    @property
    def is_franceconnect(self) -> bool:
        """True when the identity goes to FranceConnect."""
        return self.profile == Profile.FRANCECONNECT


_STATEMENT = """
SELECT t.digest, t.created_at, t.expires_at, t.identity_released_at, t.jkt,
       x.id, x.subject, x.actor_subject, x.scope, x.nonce, x.rep_scope, x.asked, x.auth_time, x.revoked_at,
       c.id, c.client_id, c.profile, c.userinfo_alg, c.secret_sealed, c.suspended_at,
       a.demarche, a.formalites, a.ended_at,
       m.id, m.reference, m.identity, m.identity_level, m.identified_at, m.accepted_at, m.expires_at, m.ended_at,
       m.suspended_at, m.scan_due_at, m.consentement, a.status_list, a.status_index,
       s.id, s.siret, s.name, s.demarches,
       u.given_name, u.family_name, u.preferred_username, u.birthdate, u.gender, u.birthplace, u.birthcountry,
       COALESCE(NULLIF(CASE WHEN c.profile = 'franceconnect' THEN u.franceconnect_email END, ''), u.email),
       EXISTS (SELECT 1 FROM habilitation_structure h WHERE h.structure_id = a.structure_id AND h.ended_at IS NULL
                AND h.suspended_at IS NULL),
       EXISTS (SELECT 1 FROM affectation f JOIN compte p ON p.id = f.compte_id
               WHERE f.compte_id = x.aidant_id AND f.structure_id = a.structure_id AND f.ended_at IS NULL
                 AND f.is_aidant AND p.is_active),
       {entitled}
FROM oidc_connexion x
{join} JOIN oidc_access_token t ON t.connexion_id = x.id
JOIN oidc_client c ON c.id = x.client_id
JOIN autorisation a ON a.id = x.autorisation_id
JOIN mandat m ON m.id = a.mandat_id
JOIN structure s ON s.id = a.structure_id
JOIN usager u ON u.id = a.usager_id
WHERE {key} = %s
"""
_BY_TOKEN = {"join": "", "key": "t.digest"}
_BY_CONNEXION = {"join": "LEFT", "key": "x.id"}


@cache
def _statement(key: str, join: str) -> tuple[str, list[Any]]:
    """Return the statement and the parameters that stand before its key; the aidant's right is the register's rule."""
    entitled, given = entitled_sql("a.structure_id", "x.aidant_id")
    return _STATEMENT.format(entitled=entitled, key=key, join=join), given


def token_digest(token: str) -> str:
    """Return what is kept of an access token."""
    return keyed_digest(settings.DIGEST_KEY, "oidc_access_token", token)


@dataclass(frozen=True, slots=True)
class Standing:
    """A connexion and whether its autorisation may be used now, by the aidant who chose it."""

    row: Row
    decision: Decision

    @property
    def client_acteur(self) -> Acteur:
        """The client, as the journal names who acts."""
        return Acteur(Kind.CLIENT, self.row.client_pk, self.row.structure_id)

    def journal_refusal(self, step: str, now: datetime) -> None:
        """Tell in the journal that the register refused at ``step``, if it did."""
        if isinstance(self.decision, Denied):
            record_refused_use(
                self.row.mandat_id,
                self.client_acteur,
                self.decision,
                client_id=self.row.client_pk,
                demarche=self.row.demarche,
                step=step,
                now=now,
            )

    def facts(self) -> ConnexionFacts:
        """Return what the client may learn."""
        row, asked = self.row, StillAsked.from_json(json.loads(self.row.asked))
        return ConnexionFacts(
            issuer=settings.ISSUER,
            client_id=row.client_id,
            is_franceconnect=row.is_franceconnect,
            sid=str(row.connexion_id),
            scope=row.scope.split(),
            nonce=row.nonce,
            auth_time=int(row.auth_time.timestamp()),
            rep_scope=json.loads(row.rep_scope),
            id_token_claims=asked.id_token_claims,
            userinfo_claims=asked.userinfo_claims,
            actor_subject=row.actor_subject,
            siret=row.siret,
            structure_name=row.structure_name,
            usager=_usager(row),
            mandat=_mandat(row),
            jkt=row.jkt or "",
            details_asked=bool(asked.demarches),
        )


def standing_of_token(token: str, now: datetime) -> Standing | None:
    """Return the connexion that a token belongs to, whatever its state."""
    return _fetch(_BY_TOKEN, token_digest(token), now) if token else None


def standing_of_connexion(connexion_id: UUID, now: datetime) -> Standing:
    """Return a connexion as it stands.  Raises ``LookupError`` for an unknown one."""
    standing = _fetch(_BY_CONNEXION, connexion_id, now)
    if standing is None:
        raise LookupError(str(connexion_id))
    return standing


def _fetch(way: dict[str, str], key: str | UUID, now: datetime) -> Standing | None:
    statement, given = _statement(**way)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*given, key])
        found = cursor.fetchone()
    if found is None:
        return None
    row = Row(*found)
    return Standing(row, may_use(_use_facts(row, now)))


def _use_facts(row: Row, now: datetime) -> UseFacts:
    offered = json.loads(row.offered)
    return UseFacts(
        now=now,
        expires_at=row.expires_at,
        mandat_ended_at=row.mandat_ended_at,
        autorisation_ended_at=row.autorisation_ended_at,
        suspended_at=row.mandat_suspended_at,
        sheet_due_at=row.sheet_due_at,
        demarche_offered=not offered or row.demarche in offered,
        structure_habilitee=row.structure_habilitee,
        actor_is_aidant=row.actor_is_aidant,
        aidant_habilite=row.aidant_habilite,
        crosses_to_franceconnect=row.is_franceconnect,
        identity=row.identity,
        has_email=bool(row.email),
    )


_USAGER = tuple(field.name for field in fields(UsagerFacts))


def _usager(row: Row) -> UsagerFacts:
    return UsagerFacts(**{name: getattr(row, name) for name in _USAGER})


def _mandat(row: Row) -> MandatFacts:
    return MandatFacts(
        reference=row.reference,
        demarche=row.demarche,
        formalites=json.loads(row.formalites),
        identity=row.identity,
        identity_level=row.identity_level,
        identified_at=int(row.identified_at.timestamp()),
        signed_at=int(row.accepted_at.timestamp()),
        expires_at=int(row.expires_at.timestamp()),
        consentement=row.consentement,
        status_uri=status_uri(row.status_list),
        status_index=row.status_index,
    )
