"""What the person now does by themselves, asked at renewal: figures of autonomy, never a judgement (DOMAIN §5)."""

from typing import Final

SEULE: Final = "seule"
AVEC_AIDE: Final = "aide"
LEVELS: Final = {
    SEULE: "Elle le fait maintenant seule",
    AVEC_AIDE: "Elle le fait avec un peu d’aide",
    "pas_encore": "Pas encore",
}
