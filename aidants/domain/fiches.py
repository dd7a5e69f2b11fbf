"""What a trusted system or a file says of a structure or of an aidant: read once, by one rule, told by column.

Names of columns are the published ones (French, unaccented), in JSON as in CSV.  Nothing here names an usager.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.departements import departement_of
from aidants.domain.noms import is_name, is_one_line
from aidants.domain.siret import is_siret
from aidants.domain.statuts import SALARIE, STATUTS, may_be_aidant
from aidants.domain.telephone import BadTelephone, to_e164

Errors = dict[str, str]
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_ZONES = {
    "971": "America/Guadeloupe", "972": "America/Martinique", "973": "America/Cayenne", "974": "Indian/Reunion",
    "975": "America/Miquelon", "976": "Indian/Mayotte", "977": "America/St_Barthelemy", "978": "America/Marigot",
    "986": "Pacific/Wallis", "987": "Pacific/Tahiti", "988": "Pacific/Noumea",
}  # fmt: skip


_MAY_BE_UNSAID = {
    "type": "kind",
    "telephone": "telephone",
    "courriel": "email",
    "latitude": "latitude",
    "longitude": "longitude",
}


@dataclass(frozen=True, slots=True)
class FicheStructure:
    """A structure, in the columns of its table.  ``unsaid``: those that the sender left out."""

    siret: str
    name: str
    kind: str
    street: str
    postcode: str
    city: str
    insee_code: str
    telephone: str
    email: str
    latitude: float | None
    longitude: float | None
    unsaid: frozenset[str] = frozenset()

    def columns(self) -> dict[str, Any]:
        """Return every column of a structure that is made."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "unsaid"}

    def said(self) -> dict[str, Any]:
        """Return what is to be written of a structure that stands: an empty column erases, one left out does not."""
        return {name: value for name, value in self.columns().items() if name not in self.unsaid}

    @property
    def time_zone(self) -> str:
        """Where its days end: by the department of its commune."""
        return _ZONES.get(departement_of(self.insee_code), "Europe/Paris")


@dataclass(frozen=True, slots=True)
class FicheAidant:
    """A professional of a structure: who they are, and as what they are asked to come."""

    given_name: str
    family_name: str
    email: str
    profession: str
    is_aidant: bool
    is_referent: bool
    is_conseiller: bool
    statut: str = ""


STRUCTURE_COLUMNS = (
    "siret", "nom", "type", "adresse", "code_postal", "commune", "code_insee", "telephone", "courriel", "latitude",
    "longitude",
)  # fmt: skip
STRUCTURE_REQUIRED = ("siret", "nom", "adresse", "code_postal", "commune", "code_insee")
AIDANT_COLUMNS = ("prenom", "nom", "courriel", "fonction", "roles", "conseiller", "statut")
AIDANT_REQUIRED = ("prenom", "nom", "courriel", "roles")
ROLES = ("aidant", "referent")


def structure_of(given: Mapping[str, Any]) -> FicheStructure | Errors:
    """Read a structure; the errors by column when something is wrong."""
    errors = _strange(given, STRUCTURE_COLUMNS, STRUCTURE_REQUIRED)
    text = _Texts(given, errors)
    fiche = FicheStructure(
        siret=text.read("siret", 14, is_siret, "SIRET : 14 chiffres, dont la somme de contrôle est juste."),
        name=text.line("nom", 256),
        kind=text.line("type", 64),
        street=text.line("adresse", 256),
        postcode=text.read("code_postal", 5, re.compile(r"\d{5}", re.ASCII).fullmatch, "Code postal : 5 chiffres."),
        city=text.line("commune", 256),
        insee_code=text.read("code_insee", 5, departement_of_commune, "Code INSEE de la commune : 5 signes, du COG."),
        telephone=text.telephone("telephone"),
        email=text.email("courriel"),
        latitude=_degrees(given, "latitude", 90, errors),
        longitude=_degrees(given, "longitude", 180, errors),
        unsaid=frozenset(column for name, column in _MAY_BE_UNSAID.items() if name not in given),
    )
    return errors or fiche


def aidant_of(given: Mapping[str, Any]) -> FicheAidant | Errors:
    """Read an aidant; the errors by column when something is wrong."""
    errors = _strange(given, AIDANT_COLUMNS, AIDANT_REQUIRED)
    text = _Texts(given, errors)
    a_name = "Des lettres, des espaces, des tirets ou des apostrophes seulement."
    roles, conseiller = given.get("roles", []), given.get("conseiller", False)
    known = isinstance(roles, list) and 0 < len(roles) <= len(ROLES) and all(role in ROLES for role in roles)
    if not known:
        errors.setdefault("roles", "Au moins un rôle : aidant, referent.")
    if not isinstance(conseiller, bool):
        errors["conseiller"] = "Vrai ou faux."
    statut, wrong = _statut(given, roles, is_conseiller=conseiller is True)
    fiche = FicheAidant(
        given_name=text.read("prenom", 100, is_name, a_name),
        family_name=text.read("nom", 100, is_name, a_name),
        email=text.email("courriel"),
        profession=text.line("fonction", 100),
        is_aidant=known and "aidant" in roles,
        is_referent=known and "referent" in roles,
        is_conseiller=conseiller is True,
        statut=statut,
    )
    return (errors | wrong) or fiche


def _statut(given: Mapping[str, Any], roles: object, *, is_conseiller: bool) -> tuple[str, Errors]:
    """Return what is declared of an aidant, and what is wrong with it: who is told as a conseiller has a contract.

    Nothing declared is not wrong here: it may be known already.
    """
    told = given.get("statut", "") or (SALARIE if is_conseiller else "")
    if told and not (isinstance(told, str) and told in STATUTS):
        return "", {"statut": f"Un statut : {', '.join(STATUTS)}."}
    verdict = may_be_aidant(told) if told and isinstance(roles, list) and "aidant" in roles else GRANTED
    return (told, {}) if not isinstance(verdict, Denied) else ("", {"statut": verdict.reason.message})


def departement_of_commune(code: str) -> str:
    """Return the department of a whole commune's code; empty when it is no code."""
    return departement_of(code) if re.fullmatch(r"(\d{2}|2[AB])\d{3}", code, re.ASCII) else ""


def _strange(given: Mapping[str, Any], known: tuple[str, ...], required: tuple[str, ...]) -> Errors:
    errors = dict.fromkeys(sorted(map(str, set(given) - set(known))), "Champ inconnu.")
    return errors | {name: "Champ obligatoire." for name in required if given.get(name) in (None, "", [])}


def _degrees(given: Mapping[str, Any], name: str, most: int, errors: Errors) -> float | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
        errors[name] = f"Degrés décimaux, de -{most} à {most}."
        return None
    return float(value)


class _Texts:
    """Reads the columns that are text, and notes what is wrong with each."""

    def __init__(self, given: Mapping[str, Any], errors: Errors) -> None:
        self._given, self._errors = given, errors

    def read(self, name: str, longest: int, fits: Any, words: str) -> str:
        """Return a text that ``fits``; an empty one is another rule's matter."""
        value = self._given.get(name, "")
        if value is None or value == "":
            return ""
        if not isinstance(value, str) or len(value) > longest or not fits(value.strip()):
            self._errors[name] = words
            return ""
        return value.strip()

    def line(self, name: str, longest: int) -> str:
        """Return a line of words."""
        words = f"Une seule ligne de {longest} signes au plus, sans signe invisible."
        return self.read(name, longest, lambda text: bool(text) and is_one_line(text), words)

    def email(self, name: str) -> str:
        """Return an address, in small letters."""
        return self.read(name, 254, _EMAIL.fullmatch, "Une adresse électronique complète.").lower()

    def telephone(self, name: str) -> str:
        """Return a number in E.164."""
        text = self.line(name, 32)
        try:
            return to_e164(text) if text else ""
        except BadTelephone:
            self._errors[name] = "Un numéro de téléphone, avec son indicatif s’il n’est pas de métropole."
            return ""
