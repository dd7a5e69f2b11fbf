"""What a site will read once somebody is chosen, in the words of the page of choice (RFC 9396 §3.1, RFC 6749 §10.2)."""

from oidc.protocol.claims import claims_wanted
from oidc.protocol.still_asked import StillAsked
from oidc.provider.models import Interaction

_WORDS = {
    "family_name": "nom de naissance",
    "given_name": "prénoms",
    "preferred_username": "nom d’usage",
    "birthdate": "date de naissance",
    "gender": "sexe",
    "birthplace": "lieu de naissance",
    "birthcountry": "lieu de naissance",
    "email": "adresse électronique",
}
_OF_THE_MANDAT = ("contenu et dates du mandat", "nom de votre structure")
"""An administration reads these at introspection, whatever its scopes; FranceConnect never does."""


def received(interaction: Interaction) -> list[str]:
    """Return what the site of a request will receive, by scope and by name, each thing once."""
    wanted = claims_wanted(interaction.scope.split(), StillAsked.from_json(interaction.asked).userinfo_claims)
    told = dict.fromkeys(word for claim, word in _WORDS.items() if claim in wanted)
    return [*told, *(() if interaction.client.is_franceconnect else _OF_THE_MANDAT)]
