"""Fictitious usagers of the simulated identity provider.

Data only. Nobody here exists; addresses end in ``example.org``. Places are
INSEE (COG) codes; an unknown day or month of birth is written ``00``.
"""

from __future__ import annotations

from dataclasses import dataclass

FRANCE = "99100"


@dataclass(frozen=True)
class Identity:
    """One fictitious usager, as an identity provider describes them."""

    key: str
    given_name: str
    family_name: str
    birthdate: str
    gender: str
    birthplace: str
    birthcountry: str
    email: str
    preferred_username: str
    note: str

    def claims(self) -> dict[str, str]:
        """Give the OpenID claims; what the person does not have is absent."""
        always = {
            "sub": f"demo-{self.key}",
            "given_name": self.given_name,
            "family_name": self.family_name,
            "birthdate": self.birthdate,
            "gender": self.gender,
            "birthplace": self.birthplace,
            "birthcountry": self.birthcountry,
        }
        if self.email:
            always["email"] = self.email
        if self.preferred_username:
            always["preferred_username"] = self.preferred_username
        return always

    @property
    def birthdate_text(self) -> str:
        """Give the birth date as a French reader writes it, ``00`` kept."""
        return "/".join(reversed(self.birthdate.split("-")))


def _person(
    key: str,
    names: tuple[str, str],
    birth: tuple[str, str, str, str],
    note: str,
    *,
    email: str = "",
    usage: str = "",
) -> Identity:
    given, family = names
    date, gender, place, country = birth
    return Identity(key, given, family, date, gender, place, country, email, usage, note)


_PEOPLE = (
    _person(
        "madame-d",
        ("Jacqueline Marie Thérèse", "Delaunay"),
        ("1948-03-12", "female", "45234", FRANCE),
        "78 ans, nom d’usage différent du nom de naissance",
        email="jacqueline.desmoulins@example.org",
        usage="Desmoulins",
    ),
    _person(
        "nom-compose",
        ("Jean-Baptiste Marie-Joseph Louis", "Lefebvre-Montbel de Saint-Rémy d’Aubrac"),
        ("1953-10-02", "male", "12202", FRANCE),
        "très longs noms composés",
        email="jb.montbel@example.org",
    ),
    _person(
        "accents",
        ("Zoë Maëlys Éléonore", "Nuñez-Cœuret"),
        ("1990-08-25", "female", "67482", FRANCE),
        "accents, tréma, ligature",
        email="zoe.nunez@example.org",
    ),
    _person(
        "presume-annee",
        ("Aïssatou", "Diallo"),
        ("1962-00-00", "female", "", "99330"),
        "née en 1962, jour et mois inconnus, à l’étranger",
        email="aissatou.diallo@example.org",
    ),
    _person(
        "presume-mois",
        ("Mohamed", "Ben Yahia"),
        ("1958-07-00", "male", "", "99352"),
        "né en juillet 1958, jour inconnu, à l’étranger",
        email="mohamed.benyahia@example.org",
    ),
    _person(
        "etranger",
        ("Maria da Conceição", "Ferreira da Silva"),
        ("1971-05-23", "female", "", "99139"),
        "née à l’étranger, sans lieu de naissance",
        email="maria.ferreira@example.org",
        usage="Moreau",
    ),
    _person(
        "corse",
        ("Jean-Toussaint", "Colonna Paoli"),
        ("1969-11-01", "male", "2A004", FRANCE),
        "né en Corse (2A004)",
        email="jt.colonna@example.org",
    ),
    _person(
        "outre-mer",
        ("Marie-Anaïs", "Hoarau"),
        ("1985-12-20", "female", "97411", FRANCE),
        "née à La Réunion (97411)",
        email="marie-anais.hoarau@example.org",
    ),
    _person(
        "noumea",
        ("Wassissi Élie", "Poadja"),
        ("1977-01-09", "male", "98818", FRANCE),
        "né à Nouméa (98818)",
        email="elie.poadja@example.org",
    ),
    _person(
        "mineur",
        ("Léo", "Petit"),
        ("2011-09-01", "male", "59350", FRANCE),
        "mineur",
        email="leo.petit@example.org",
    ),
    _person(
        "sans-courriel",
        ("Marcel Auguste", "Garnier"),
        ("1939-02-28", "male", "63113", FRANCE),
        "sans adresse électronique",
    ),
    _person(
        "martin-sophie",
        ("Sophie", "Martin"),
        ("1980-04-02", "female", "75056", FRANCE),
        "même nom de naissance que Nicolas Martin",
        email="sophie.martin@example.org",
    ),
    _person(
        "martin-nicolas",
        ("Nicolas", "Martin"),
        ("1975-06-17", "male", "69123", FRANCE),
        "même nom de naissance que Sophie Martin",
        email="nicolas.martin@example.org",
    ),
    _person(
        "genre-non-precise",
        ("Camille", "Roussel"),
        ("1992-06-30", "unspecified", "35238", FRANCE),
        "genre non précisé",
        email="camille.roussel@example.org",
    ),
    _person(
        "29-fevrier",
        ("Odette", "Février"),
        ("1960-02-29", "female", "87085", FRANCE),
        "née un 29 février",
        email="odette.fevrier@example.org",
    ),
    _person(
        "apostrophe",
        ("Gwenaëlle", "Le Goff-L’Hostis"),
        ("1966-03-05", "female", "29019", FRANCE),
        "apostrophe typographique et trait d’union",
        email="gwenaelle.legoff@example.org",
    ),
    _person(
        "couple-yvonne",
        ("Yvonne", "Chauvet"),
        ("1944-07-14", "female", "13055", FRANCE),
        "du couple Chevalier",
        email="yvonne.chevalier@example.org",
        usage="Chevalier",
    ),
    _person(
        "couple-robert",
        ("Robert", "Chevalier"),
        ("1942-12-24", "male", "13055", FRANCE),
        "du couple Chevalier",
        email="robert.chevalier@example.org",
    ),
)

IDENTITIES: dict[str, Identity] = {person.key: person for person in _PEOPLE}
