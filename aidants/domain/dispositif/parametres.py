"""The figures of the call as parameters: what each is called, its default (DOMAIN §5) and its bounds.

A set of figures is a mapping of codes to whole numbers: cents, months, days, minutes, percents.  What it does not name
has its default.  Which set stood when something was decided is kept with what was decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aidants.domain.activite.formation import Figures
from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.dispositif import errors
from aidants.domain.dispositif.delais import AVIS_DAYS
from aidants.domain.dispositif.financement import Parametres


@dataclass(frozen=True, slots=True)
class Parametre:
    """One figure: ``unit`` is ``euros`` (kept in cents), or the word that follows the number."""

    code: str
    group: str
    label: str
    unit: str
    default: int
    least: int
    most: int


_ASKED, _PUBLIC, _PRIVATE, _PAY, _TIME = (
    "Candidature", "Poste public", "Poste privé", "Versements", "Délais et formation",
)  # fmt: skip
_MILLION = 1_000_000_00
POSTS_EVER = 4000
"""No application asks for more than the whole scheme has (DOMAIN §5, posts)."""
CATALOGUE = (
    # A convention of this service: above it, an application is typed wrong or is a network's.
    Parametre("posts_at_most", _ASKED, "Postes qu’une candidature peut demander, au plus", "postes", 50, 1, POSTS_EVER),
    Parametre("public_forfait", _PUBLIC, "Forfait par poste", "euros", 50_000_00, 100, _MILLION),
    Parametre("public_months", _PUBLIC, "Durée que couvre le forfait", "mois", 24, 1, 120),
    Parametre("smic_monthly", _PUBLIC, "SMIC brut mensuel", "euros", 1_554_58, 100, _MILLION),
    Parametre("smic_full_months", _PUBLIC, "SMIC à 100 % : durée", "mois", 24, 1, 120),
    Parametre("smic_part_percent", _PUBLIC, "SMIC à taux partiel : part", "%", 70, 1, 100),
    Parametre("smic_part_months", _PUBLIC, "SMIC à taux partiel : durée", "mois", 36, 1, 120),
    Parametre("private_months", _PRIVATE, "Contrat court : durée", "mois", 18, 1, 120),
    Parametre("private_amount", _PRIVATE, "Contrat court : montant", "euros", 32_000_00, 100, _MILLION),
    Parametre("private_long_months", _PRIVATE, "Contrat long : durée", "mois", 24, 1, 120),
    Parametre("private_long_amount", _PRIVATE, "Contrat long : montant", "euros", 40_000_00, 100, _MILLION),
    Parametre("share_1", _PAY, "Premier versement : part", "%", 20, 0, 100),
    Parametre("month_1", _PAY, "Premier versement : après le début", "mois", 0, 0, 120),
    Parametre("share_2", _PAY, "Deuxième versement : part", "%", 30, 0, 100),
    Parametre("month_2", _PAY, "Deuxième versement : après le début", "mois", 6, 0, 120),
    Parametre("share_3", _PAY, "Dernier versement : part", "%", 50, 0, 100),
    Parametre("month_3", _PAY, "Dernier versement : après le début", "mois", 12, 0, 120),
    Parametre("avis_days", _TIME, "Avis de la préfecture, puis « sans avis »", "jours", AVIS_DAYS, 1, 90),
    Parametre("conseiller_hours", _TIME, "Formation d’un conseiller", "heures", 350, 1, 2000),
    Parametre("aidant_hours", _TIME, "Formation d’un autre aidant", "heures", 7, 1, 200),
    Parametre("training_months", _TIME, "Fin de la formation après le début du poste", "mois", 4, 1, 24),
    Parametre("work_months", _TIME, "Travail après la formation", "mois", 20, 1, 60),
    Parametre("certification_months", _TIME, "Certification après la formation", "mois", 6, 1, 24),
)
DEFAULTS: Mapping[str, int] = {one.code: one.default for one in CATALOGUE}
_FUNDING = (
    "public_forfait", "public_months", "smic_monthly", "smic_full_months", "smic_part_percent", "smic_part_months",
    "private_months", "private_amount", "private_long_months", "private_long_amount",
)  # fmt: skip


def whole(given: Mapping[str, int]) -> dict[str, int]:
    """Return every figure: those given, the defaults of the others, and nothing that is not a figure."""
    return {code: given.get(code, default) for code, default in DEFAULTS.items()}


def funding(given: Mapping[str, int]) -> Parametres:
    """Return the figures that the rules of funding read."""
    found = whole(given)
    parts = tuple((found[f"share_{rank}"], found[f"month_{rank}"]) for rank in (1, 2, 3))
    return Parametres(**{name: found[name] for name in _FUNDING}, instalments=parts)


def training(given: Mapping[str, int]) -> Figures:
    """Return the figures that the rules of training read."""
    found = whole(given)
    return Figures(
        conseiller_minutes=found["conseiller_hours"] * 60,
        aidant_minutes=found["aidant_hours"] * 60,
        training_months=found["training_months"],
        work_months=found["work_months"],
        certification_months=found["certification_months"],
    )


def may_stand(given: Mapping[str, int]) -> Decision:
    """Return whether a set of figures may stand: within bounds, shares that add up to a whole, in their order."""
    found = whole(given)
    bounded = all(one.least <= found[one.code] <= one.most for one in CATALOGUE)
    shares = found["share_1"] + found["share_2"] + found["share_3"] == 100
    months = found["month_1"] <= found["month_2"] <= found["month_3"]
    private = found["private_months"] < found["private_long_months"]
    return GRANTED if bounded and shares and months and private else Denied(errors.FIGURES_WRONG)
