"""What is told to a client: the claims of the ID token, of userinfo and of introspection (PROTOCOLS §1, §3).

Towards FranceConnect: the usager's identity and the demarche, nothing of the aidant.  Towards an administration:
who acts, under which mandat, beside the usager; ``acr`` and ``auth_time`` tell the aidant's sign-in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from authlib.oidc.core.util import create_half_hash

from oidc.protocol.authorization_details import granted_details

FRANCE = "99100"
EIDAS1 = "eidas1"
# Always true (RFC 8176): an aidant signs in by a password and a code, or by a passkey that verified them.
AMR = ["mfa"]
SCOPE_CLAIMS = {
    "profile": ("given_name", "family_name", "preferred_username", "birthdate", "gender"),
    "birth": ("birthplace", "birthcountry"),
    "email": ("email",),
    "mandat": ("mandat",),
}
OF_A_SCOPE = frozenset(claim for claims in SCOPE_CLAIMS.values() for claim in claims)
IDENTITY = tuple(claim for scope in ("profile", "birth", "email") for claim in SCOPE_CLAIMS[scope])


def own_acr(issuer: str, *, is_franceconnect: bool) -> str:
    """Return the level told: FranceConnect accepts ``eidas1`` alone; an administration reads the aidant's factor."""
    return EIDAS1 if is_franceconnect else f"{issuer}/acr/aidant-2fa"


@dataclass(frozen=True, slots=True)
class UsagerFacts:
    """The usager, as FranceConnect told us; ``subject`` is pairwise."""

    subject: str
    given_name: str
    family_name: str
    preferred_username: str
    birthdate: str
    gender: str
    birthplace: str
    birthcountry: str
    email: str


@dataclass(frozen=True, slots=True)
class MandatFacts:
    """The autorisation used.  Times are seconds since 1970; ``expires_at`` is exclusive."""

    reference: str
    demarche: str
    formalites: Sequence[str]
    identity: str
    identity_level: str
    identified_at: int
    signed_at: int
    expires_at: int
    consentement: str
    status_uri: str
    status_index: int


@dataclass(frozen=True, slots=True)
class ConnexionFacts:
    """One connexion, as its client may learn it.

    ``sid``             names the connexion, so that logout ends that one alone
    ``actor_subject``   the aidant, pairwise; ``siret`` and ``structure_name`` of whom they act for
    ``userinfo_claims``, ``id_token_claims``  claims asked by name (OIDC Core §5.5)
    ``userinfo_values``  the only values with which the client takes a claim at userinfo (§5.5.1)
    ``jkt``             the key that its token is bound to (RFC 9449 §6), empty for a bearer token
    ``details_asked``   whether the request came with ``authorization_details``, which are then answered
    """

    issuer: str
    client_id: str
    is_franceconnect: bool
    sid: str
    scope: Sequence[str]
    nonce: str
    auth_time: int
    rep_scope: Sequence[str]
    id_token_claims: Sequence[str]
    userinfo_claims: Sequence[str]
    actor_subject: str
    siret: str
    structure_name: str
    usager: UsagerFacts
    mandat: MandatFacts
    userinfo_values: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    jkt: str = ""
    details_asked: bool = False

    @property
    def token_type(self) -> str:
        """How the access token is presented (RFC 6750 §6.1.1, RFC 9449 §5)."""
        return "DPoP" if self.jkt else "Bearer"


def identity_claims(usager: UsagerFacts) -> dict[str, str]:
    """Return the identity, sent back as it came; what is empty is absent (PROTOCOLS §1)."""
    claims = {name: getattr(usager, name) for name in IDENTITY}
    if usager.birthcountry != FRANCE:
        claims.pop("birthplace")
    return {name: value for name, value in claims.items() if value}


def mandat_claim(mandat: MandatFacts) -> dict[str, Any]:
    """Return the ``mandat`` claim: the usager's own level and date stand here and nowhere else."""
    return {
        "reference": mandat.reference,
        "demarche": mandat.demarche,
        "formalites": list(mandat.formalites),
        "identity": mandat.identity,
        "identity_level": mandat.identity_level,
        "identified_at": mandat.identified_at,
        "signed_at": mandat.signed_at,
        "expires_at": mandat.expires_at,
        "consentement": mandat.consentement,
        "status": {"status_list": {"idx": mandat.status_index, "uri": mandat.status_uri}},
    }


def act_claim(facts: ConnexionFacts) -> dict[str, Any]:
    """Return the ``act`` claim: the aidant, and the structure they act for (RFC 8693 §4.1)."""
    return {
        "sub": facts.actor_subject,
        "structure": {"siret": facts.siret, "name": facts.structure_name},
    }


def _aidant_claims(facts: ConnexionFacts) -> dict[str, Any]:
    """Return what tells an administration that an aidant, not the usager, signed in."""
    acr = own_acr(facts.issuer, is_franceconnect=facts.is_franceconnect)
    claims: dict[str, Any] = {"acr": acr, "auth_time": facts.auth_time}
    return claims if facts.is_franceconnect else claims | {"act": act_claim(facts)}


def id_token_claims(facts: ConnexionFacts, *, access_token: str, alg: str, iat: int, exp: int) -> dict[str, Any]:
    """Return the ID token's claims (OIDC Core §2).  No identity: FranceConnect shows it in its logout address."""
    claims: dict[str, Any] = {
        "iss": facts.issuer,
        "sub": facts.usager.subject,
        "aud": facts.client_id,
        "exp": exp,
        "iat": iat,
        "amr": AMR,
        "sid": facts.sid,
        "at_hash": create_half_hash(access_token, alg).decode(),
        **_aidant_claims(facts),
    }
    if facts.nonce:
        claims["nonce"] = facts.nonce
    if facts.is_franceconnect:
        claims["rep_scope"] = list(facts.rep_scope)
    elif "mandat" in facts.id_token_claims and "mandat" in facts.scope:
        claims["mandat"] = mandat_claim(facts.mandat)
    return claims


def claims_wanted(scopes: Sequence[str], by_name: Sequence[str]) -> set[str]:
    """Return what a site may read of the usager and of the mandat, by scope and by name; ``mandat`` by scope alone."""
    named = {claim for claim in by_name if claim in IDENTITY}
    return {claim for scope in scopes for claim in SCOPE_CLAIMS.get(scope, ())} | named


def userinfo_claims(facts: ConnexionFacts) -> dict[str, Any]:
    """Return the claims that scope and ``claims`` ask for, but those wanted otherwise than they are (Core §5.5.1)."""
    wanted = facts.userinfo_values
    return {name: value for name, value in _released(facts).items() if name not in wanted or value in wanted[name]}


def _released(facts: ConnexionFacts) -> dict[str, Any]:
    """Return the claims of userinfo, whatever they are (OIDC Core §5.3.2, §5.4, §5.5)."""
    wanted = claims_wanted(facts.scope, facts.userinfo_claims)
    identity = identity_claims(facts.usager)
    claims: dict[str, Any] = {"sub": facts.usager.subject}
    claims |= {name: value for name, value in identity.items() if name in wanted}
    if facts.is_franceconnect:
        return claims
    claims |= _aidant_claims(facts)
    return claims | {"mandat": mandat_claim(facts.mandat)} if "mandat" in wanted else claims


def details_claim(facts: ConnexionFacts) -> dict[str, Any]:
    """Return ``authorization_details`` as granted, when they were asked (RFC 9396 §7, §9)."""
    if not facts.details_asked:
        return {}
    return {"authorization_details": granted_details(facts.mandat.demarche, facts.mandat.reference)}


def _binding(facts: ConnexionFacts) -> dict[str, Any]:
    """Return the confirmation of a token bound to a key (RFC 9449 §6, RFC 7800 §3.1)."""
    return {"cnf": {"jkt": facts.jkt}} if facts.jkt else {}


def access_token_claims(facts: ConnexionFacts, *, jti: str, iat: int, exp: int) -> dict[str, Any]:
    """Return the claims of a JWT access token (RFC 9068 §2.2).  Its audience is where it serves: userinfo, with us."""
    return {
        "iss": facts.issuer,
        "aud": facts.issuer,
        "sub": facts.usager.subject,
        "client_id": facts.client_id,
        "iat": iat,
        "exp": exp,
        "jti": jti,
        "scope": " ".join(facts.scope),
        **_aidant_claims(facts),
        **_binding(facts),
        **details_claim(facts),
    }


def introspection_claims(facts: ConnexionFacts, *, iat: int, exp: int) -> dict[str, Any]:
    """Return the answer about a live token (RFC 7662 §2.2), with who acts and under which mandat."""
    claims: dict[str, Any] = {
        "active": True,
        "scope": " ".join(facts.scope),
        "client_id": facts.client_id,
        "token_type": facts.token_type,
        "exp": exp,
        "iat": iat,
        "sub": facts.usager.subject,
        "aud": facts.client_id,
        "iss": facts.issuer,
        **_aidant_claims(facts),
        **_binding(facts),
        **details_claim(facts),
    }
    return claims if facts.is_franceconnect else claims | {"mandat": mandat_claim(facts.mandat)}
