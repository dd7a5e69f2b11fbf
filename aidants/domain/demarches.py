"""The ten themes of demarches and their vocabularies, kept once (DOMAIN §3.2)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demarche:
    """One theme.

    ``code``        ours; ``letter`` its one-letter form in the QR's statement
    ``label``       what people read
    ``rep_scope``   FranceConnect's value; ``coop`` La Coop's theme
    ``examples``    what it is about, for the card
    ``formalites``  precise formalities that the usager may name
    ``warning``     said before the theme is used
    """

    code: str
    letter: str
    label: str
    rep_scope: str
    coop: str
    examples: str
    formalites: tuple[str, ...]
    warning: str = ""


_TABLE = (
    Demarche(
        "papiers",
        "P",
        "Papiers - Citoyenneté - Élections",
        "Papier-Citoyenneté-Elections",
        "papiers_elections_citoyennete",
        "état civil, passeport, carte d’identité, élections",
        (
            "demande de carte d’identité",
            "demande de passeport",
            "acte d’état civil",
            "inscription électorale",
        ),
    ),
    Demarche(
        "famille",
        "F",
        "Famille - Scolarité",
        "Famille-Scolarité",
        "famille_scolarite",
        "allocations familiales, naissance, mariage, pacs",
        ("allocations familiales", "déclaration de naissance", "inscription scolaire", "bourse scolaire"),
    ),
    Demarche(
        "social",
        "S",
        "Social - Santé",
        "Social-Santé",
        "social_sante",
        "carte Vitale, handicap, RSA, personnes âgées",
        ("demande de RSA", "carte Vitale", "complémentaire santé solidaire", "dossier MDPH", "demande d’APA"),
    ),
    Demarche(
        "travail",
        "T",
        "Travail - Formation",
        "Travail-Formation",
        "travail_formation",
        "France Travail, retraite, CPF",
        (
            "inscription à France Travail",
            "actualisation mensuelle",
            "demande de retraite",
            "compte formation",
        ),
    ),
    Demarche(
        "logement",
        "L",
        "Logement",
        "Logement",
        "logement",
        "APL, logement social, permis de construire",
        ("demande d’APL", "demande de logement social", "permis de construire"),
    ),
    Demarche(
        "transports",
        "R",
        "Transports - Mobilité",
        "Transports-Mobilité",
        "transports_mobilite",
        "carte grise, permis de conduire, infractions",
        ("carte grise", "permis de conduire", "paiement ou contestation d’une infraction"),
    ),
    Demarche(
        "argent",
        "A",
        "Argent - Impôts - Consommation",
        "Argent-Impots-Consommation",
        "argent_impots",
        "impôts, surendettement, timbres",
        ("déclaration de revenus", "timbre fiscal", "dossier de surendettement"),
        "Un dossier de surendettement doit être signé par la personne endettée elle-même "
        "(code de la consommation, articles R. 721-2 et R. 761-1).",
    ),
    Demarche(
        "justice",
        "J",
        "Justice",
        "Justice",
        "justice",
        "casier judiciaire, aide juridictionnelle, plainte",
        ("extrait de casier judiciaire", "aide juridictionnelle", "pré-plainte en ligne"),
    ),
    Demarche(
        "etranger",
        "E",
        "Étranger - Europe",
        "Etranger-Europe",
        "etrangers_europe",
        "titre de séjour, regroupement familial",
        ("titre de séjour", "regroupement familial", "naturalisation"),
    ),
    Demarche(
        "loisirs",
        "C",
        "Loisirs - Sport - Culture",
        "Loisirs-Sport-Culture",
        "loisirs_sports_culture",
        "permis de chasser, permis bateau",
        ("permis de chasser", "permis bateau", "pass Culture"),
    ),
)

DEMARCHES: dict[str, Demarche] = {demarche.code: demarche for demarche in _TABLE}
_BY_REP_SCOPE = {demarche.rep_scope: demarche for demarche in _TABLE} | DEMARCHES


def by_rep_scope(value: str) -> Demarche | None:
    """Return the theme that FranceConnect names ``value`` (its label or our short code), if any."""
    return _BY_REP_SCOPE.get(value)
