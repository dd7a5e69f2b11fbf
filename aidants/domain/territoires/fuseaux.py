"""The time zone of each department: overseas has its own (IANA names)."""

from collections.abc import Mapping

_ZONES: Mapping[str, str] = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}


def time_zone_of(departement: str) -> str:
    """Return the IANA time zone of a department."""
    return _ZONES.get(departement, "Europe/Paris")
