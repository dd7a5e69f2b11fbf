"""A connexion as it stands at this very moment: one statement brings all that the register's rule and the claims need.

Asked at token, userinfo and introspection; nothing here waits for an event or a cache.  The statement is written by
hand because composing it by the ORM costs three times what the database does; a test compares its facts with the
register's own.
"""

import json
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Annotated, Any, NamedTuple, get_type_hints
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


class Column(NamedTuple):
    """Which column of the statement a field is, and the parameter inside it."""

    sql: str
    given: tuple[str, ...] = ()


_EMAIL = "COALESCE(NULLIF(CASE WHEN c.profile = %s THEN u.franceconnect_email END, ''), u.email)"
_HABILITEE = """EXISTS (SELECT 1 FROM habilitation_structure h WHERE h.structure_id = a.structure_id
        AND h.ended_at IS NULL AND h.suspended_at IS NULL)"""
_IS_AIDANT = """EXISTS (SELECT 1 FROM affectation f JOIN compte p ON p.id = f.compte_id
        WHERE f.compte_id = x.aidant_id AND f.structure_id = a.structure_id AND f.ended_at IS NULL
        AND f.is_aidant AND p.is_active)"""
_ENTITLED = "the aidant's right, by the register's rule"


@dataclass(frozen=True, slots=True)
class Row:
    """What the statement brings, each field beside its column; JSON is still text."""

    token_digest: Annotated[str, Column("t.digest")]
    token_created_at: Annotated[datetime, Column("t.created_at")]
    token_expires_at: Annotated[datetime, Column("t.expires_at")]
    identity_released_at: Annotated[datetime | None, Column("t.identity_released_at")]
    jkt: Annotated[str | None, Column("t.jkt")]
    connexion_id: Annotated[UUID, Column("x.id")]
    subject: Annotated[str, Column("x.subject")]
    actor_subject: Annotated[str, Column("x.actor_subject")]
    scope: Annotated[str, Column("x.scope")]
    nonce: Annotated[str, Column("x.nonce")]
    rep_scope: Annotated[str, Column("x.rep_scope")]
    asked: Annotated[str, Column("x.asked")]
    auth_time: Annotated[datetime, Column("x.auth_time")]
    revoked_at: Annotated[datetime | None, Column("x.revoked_at")]
    client_pk: Annotated[UUID, Column("c.id")]
    client_id: Annotated[str, Column("c.client_id")]
    profile: Annotated[str, Column("c.profile")]
    userinfo_alg: Annotated[str, Column("c.userinfo_alg")]
    secret_sealed: Annotated[bytes | None, Column("c.secret_sealed")]
    suspended_at: Annotated[datetime | None, Column("c.suspended_at")]
    demarche: Annotated[str, Column("a.demarche")]
    formalites: Annotated[str, Column("a.formalites")]
    autorisation_ended_at: Annotated[datetime | None, Column("a.ended_at")]
    mandat_id: Annotated[UUID, Column("m.id")]
    reference: Annotated[str, Column("m.reference")]
    identity: Annotated[str, Column("m.identity")]
    identity_level: Annotated[str, Column("m.identity_level")]
    identified_at: Annotated[datetime, Column("m.identified_at")]
    accepted_at: Annotated[datetime, Column("m.accepted_at")]
    expires_at: Annotated[datetime, Column("m.expires_at")]
    mandat_ended_at: Annotated[datetime | None, Column("m.ended_at")]
    mandat_suspended_at: Annotated[datetime | None, Column("m.suspended_at")]
    sheet_due_at: Annotated[datetime | None, Column("m.scan_due_at")]
    consentement: Annotated[str, Column("m.consentement")]
    status_list: Annotated[int, Column("a.status_list")]
    status_index: Annotated[int, Column("a.status_index")]
    structure_id: Annotated[UUID, Column("s.id")]
    siret: Annotated[str, Column("s.siret")]
    structure_name: Annotated[str, Column("s.name")]
    offered: Annotated[str, Column("s.demarches")]
    given_name: Annotated[str, Column("u.given_name")]
    family_name: Annotated[str, Column("u.family_name")]
    preferred_username: Annotated[str, Column("u.preferred_username")]
    birthdate: Annotated[str, Column("u.birthdate")]
    gender: Annotated[str, Column("u.gender")]
    birthplace: Annotated[str, Column("u.birthplace")]
    birthcountry: Annotated[str, Column("u.birthcountry")]
    email: Annotated[str, Column(_EMAIL, (Profile.FRANCECONNECT.value,))]
    structure_habilitee: Annotated[bool, Column(_HABILITEE)]
    actor_is_aidant: Annotated[bool, Column(_IS_AIDANT)]
    aidant_habilite: Annotated[bool, Column(_ENTITLED)]

    @property
    def is_franceconnect(self) -> bool:
        """True when the identity goes to FranceConnect."""
        return self.profile == Profile.FRANCECONNECT


_STATEMENT = """
SELECT {columns}
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
    """Return the statement, its columns in the order of the fields, and the parameters that stand before its key."""
    right = entitled_sql("a.structure_id", "x.aidant_id")
    told: list[Column] = [hint.__metadata__[0] for hint in get_type_hints(Row, include_extras=True).values()]
    columns = [right if column.sql == _ENTITLED else column for column in told]
    statement = _STATEMENT.format(columns=",\n       ".join(sql for sql, _ in columns), key=key, join=join)
    return statement, [one for _, given in columns for one in given]


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
            userinfo_values=asked.userinfo_values,
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
        single_use_spent=False,  # what is asked about is that use
    )


_USAGER = tuple(one.name for one in fields(UsagerFacts))


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
