"""The type of a journal event and the catalogue of those that ``aidants`` declares.

An entry carries only the fact names that its event lists, and their values are
references, reasons or counts: never an identity.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of act: ``code`` (``room:act``), French ``label``, the ``facts`` it may carry."""

    code: str
    label: str
    facts: frozenset[str]


CATALOGUE: dict[str, Event] = {}


def declare(code: str, label: str, *facts: str) -> Event:
    """Add one event to the catalogue.  Raises ``ValueError`` when the code exists already."""
    if code in CATALOGUE:
        raise ValueError(f"event declared twice: {code}")
    CATALOGUE[code] = Event(code, label, frozenset(facts))
    return CATALOGUE[code]


SIGN_IN = declare("compte:sign_in", "Connexion", "factor")
SIGN_IN_REFUSED = declare("compte:sign_in_refused", "Connexion refusée")
SIGN_OUT = declare("compte:sign_out", "Déconnexion")
SECOND_FACTOR = declare("compte:second_factor", "Second facteur vérifié", "factor")
SECOND_FACTOR_REFUSED = declare("compte:second_factor_refused", "Second facteur refusé", "factor")
STRUCTURE_SWITCH = declare("structure:switch", "Changement de structure")
STRUCTURE_SWITCH_REFUSED = declare("structure:switch_refused", "Changement de structure refusé")
HABILITATION_VALIDATE = declare("habilitation:validate", "Habilitation validée")
SALTS_DESTROY = declare("journal:destroy_salts", "Sels détruits en fin de conservation", "count")
