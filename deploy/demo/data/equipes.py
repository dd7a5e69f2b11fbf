"""What waits in the teams of the demonstration: an invitation, a request to join, a role to approve, cards to hand out.

And what the simulated platform of the scheme keeps by itself, under its own names.
"""

from datetime import datetime, timedelta
from uuid import UUID

from aidants.comptes.facteurs.cartes import import_cards
from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.fiches import FicheAidant, FicheStructure
from aidants.structures.invitations import Invite, invite
from aidants.structures.models import Structure
from aidants.structures.nominations import give_role
from aidants.structures.places import ask_to_join
from aidants.structures.upkeep import Kept, keep_aidant, keep_structure
from oidc.protocol.client import Profile
from oidc.provider.models import Client

CARDS = "".join(f"DEMO-{number:04d};{number:040x}\r\n" for number in range(1, 7))


def load_teams(acteurs: dict[str, Acteur], now: datetime) -> None:
    """Let each space of the people who answer for others have something to answer."""
    sylvie, hugo = acteurs["sylvie@ccas.example"], acteurs["hugo@vallee.example"]
    ccas = Structure.objects.get(pk=sylvie.known_structure_id)
    newcomer = Invite("amel@ccas.example", "Amel", "Haddad", "Conseillère numérique", is_aidant=True, statut="salarie")
    invite(ccas, newcomer, sylvie, now - timedelta(days=2))
    ask_to_join(ccas, Compte.objects.get(pk=hugo.known_id), hugo, now - timedelta(days=1))
    third = Invite("louise@anct.example", "Louise", "Garnier", "Cheffe de projet", role="administrateur")
    give_role(third, acteurs["admin2@mandats.example"], now - timedelta(hours=20))
    import_cards("serie;graine\r\n" + CARDS, acteurs["admin@mandats.example"], now - timedelta(days=5))


def load_partner(platform: Client, now: datetime) -> None:
    """Keep one structure that waits for its habilitation and one invited aidant, as the platform calls the API."""
    acteur, source = Acteur(Kind.CLIENT, platform.id, None, Profile.PARTENAIRE.value), UUID(str(platform.id))
    fiche = FicheStructure(
        siret="99999960000011", name="Tiers-lieu de Laragne", kind="Tiers-lieu", street="4 place des Aires",
        postcode="05300", city="Laragne-Montéglin", insee_code="05070", telephone="+33499990004",
        email="bonjour@laragne.example", latitude=44.3158, longitude=5.8242,
    )  # fmt: skip
    kept = keep_structure(source, "conum-05070", fiche, acteur, now)
    if isinstance(kept, Kept) and kept.created:
        asked = FicheAidant(
            "Maëlle", "Robert", "maelle@laragne.example", "Conseillère numérique", True, True, True, "salarie"
        )
        keep_aidant(source, kept.reference.structure, "c-1", asked, acteur, now)
