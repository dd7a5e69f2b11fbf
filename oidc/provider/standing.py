"""A connexion as it stands at this very moment: one query for its row, one for the register's decision.

Asked again at token, userinfo and introspection; nothing here waits for an event or a cache.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Decision, Denied
from aidants.domain.roles import Role
from aidants.domain.vault import keyed_digest
from mandats.domain.errors import AUTORISATION_UNKNOWN
from mandats.domain.rules import may_use
from mandats.registre.models import Autorisation
from mandats.registre.selectors import annotated_autorisations, facts_of
from mandats.registre.services.uses import record_refused_use
from oidc.protocol.claims import ConnexionFacts, MandatFacts, UsagerFacts
from oidc.provider.choices import light
from oidc.provider.models import AccessToken, Connexion


def token_digest(token: str) -> str:
    """Return what is kept of an access token."""
    return keyed_digest(settings.DIGEST_KEY, "oidc_access_token", token)


def find_token(token: str) -> AccessToken | None:
    """Return the row of an access token with its connexion and client, whatever its state."""
    rows = AccessToken.objects.select_related("connexion__client")
    return rows.filter(digest=token_digest(token)).first() if token else None


@dataclass(frozen=True, slots=True)
class Standing:
    """A connexion, the autorisation behind it (``None``: unknown to its structure), and whether it may be used."""

    connexion: Connexion
    autorisation: Autorisation | None
    decision: Decision

    def facts(self) -> ConnexionFacts:
        """Return what the client may learn.  Raises ``LookupError`` without an autorisation."""
        if self.autorisation is None:
            raise LookupError("no autorisation")
        return _facts(self.connexion, self.autorisation)

    def journal_refusal(self, step: str, now: datetime) -> None:
        """Tell in the journal that the register refused at ``step``, if it did."""
        if not isinstance(self.decision, Denied):
            return
        client = self.connexion.client
        row = self.autorisation
        record_refused_use(
            row.mandat_id if row else None,
            Acteur(Kind.CLIENT, client.id, self.connexion.structure_id),
            self.decision,
            client_id=client.id,
            demarche=row.demarche if row else "",
            step=step,
            now=now,
        )


def standing_of(connexion: Connexion, now: datetime) -> Standing:
    """Ask the register, for the aidant who chose, whether the autorisation may be used now."""
    aidant = Acteur(Kind.COMPTE, connexion.aidant_id, connexion.structure_id, Role.AIDANT.value)
    row = light(annotated_autorisations(aidant)).filter(pk=connexion.autorisation_id).first()
    if row is None:
        return Standing(connexion, None, Denied(AUTORISATION_UNKNOWN))
    crosses = connexion.client.is_franceconnect
    return Standing(connexion, row, may_use(facts_of(row, now, crosses_to_franceconnect=crosses)))


def _facts(connexion: Connexion, row: Autorisation) -> ConnexionFacts:
    return ConnexionFacts(
        issuer=settings.ISSUER,
        client_id=connexion.client.client_id,
        is_franceconnect=connexion.client.is_franceconnect,
        sid=str(connexion.id),
        scope=connexion.scope.split(),
        nonce=connexion.nonce,
        auth_time=int(connexion.auth_time.timestamp()),
        rep_scope=connexion.rep_scope,
        id_token_claims=connexion.asked["id_token"],
        userinfo_claims=connexion.asked["userinfo"],
        actor_subject=connexion.actor_subject,
        siret=row.structure.siret,
        structure_name=row.structure.name,
        usager=_usager(connexion.subject, row),
        mandat=_mandat(row),
    )


def _usager(subject: str, row: Autorisation) -> UsagerFacts:
    usager = row.usager
    return UsagerFacts(
        subject=subject,
        given_name=usager.given_name,
        family_name=usager.family_name,
        preferred_username=usager.preferred_username,
        birthdate=usager.birthdate,
        gender=usager.gender,
        birthplace=usager.birthplace,
        birthcountry=usager.birthcountry,
        email=usager.email,
    )


def _mandat(row: Autorisation) -> MandatFacts:
    mandat = row.mandat
    return MandatFacts(
        reference=mandat.reference,
        demarche=row.demarche,
        formalites=row.formalites,
        identity=mandat.identity,
        identity_level=mandat.identity_level,
        identified_at=int(mandat.identified_at.timestamp()),
        signed_at=int(mandat.accepted_at.timestamp()),
        expires_at=int(mandat.expires_at.timestamp()),
        consentement=mandat.consentement,
    )
