"""What the State grants for a contract, its instalments, and what stays due at a rupture (DOMAIN §5, funding).

Amounts are whole cents.  Figures are parameters; where DOMAIN is silent, the docstring says that the rule is a
convention of this service.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from aidants.domain.decisions import Denied
from aidants.domain.dispositif import errors
from aidants.domain.months import add_months


class Bareme(StrEnum):
    """A funding rule, named by the call."""

    FORFAIT_PUBLIC = "forfait_public"
    SMIC_2_ANS = "smic_2_ans"
    SMIC_3_ANS = "smic_3_ans"
    FORFAIT_PRIVE = "forfait_prive"


class TypeContrat(StrEnum):
    """A kind of contract: any may be funded (DOMAIN §5)."""

    CDI = "cdi"
    CDD = "cdd"
    CONTRAT_DE_PROJET = "contrat_de_projet"
    TITULAIRE = "titulaire"
    PEC = "pec"


TYPE_LABELS: Mapping[TypeContrat, str] = {
    TypeContrat.CDI: "CDI",
    TypeContrat.CDD: "CDD",
    TypeContrat.CONTRAT_DE_PROJET: "Contrat de projet (fonction publique)",
    TypeContrat.TITULAIRE: "Fonctionnaire",
    TypeContrat.PEC: "Parcours emploi compétences (CUI-CAE)",
}
WITHOUT_TERM = frozenset({TypeContrat.CDI, TypeContrat.TITULAIRE})


class MotifRupture(StrEnum):
    """Why a contract ended before its term; told to nobody but the structure and the operateur."""

    DEMISSION = "demission"
    LICENCIEMENT = "licenciement"
    COMMUN_ACCORD = "commun_accord"
    ESSAI = "essai"
    DECES = "deces"
    AUTRE = "autre"


RUPTURE_LABELS: Mapping[MotifRupture, str] = {
    MotifRupture.DEMISSION: "Démission",
    MotifRupture.LICENCIEMENT: "Licenciement",
    MotifRupture.COMMUN_ACCORD: "Commun accord",
    MotifRupture.ESSAI: "Fin de la période d’essai",
    MotifRupture.DECES: "Décès",
    MotifRupture.AUTRE: "Autre motif",
}


@dataclass(frozen=True, slots=True)
class Parametres:
    """The figures of the calls of 2020-2021.

    ``smic_monthly``  gross, 35 hours, on 1 January 2021 (décret n° 2020-1598): 1 554,58 €
    ``instalments``   (share in percent, months after the start): a convention of this service
    """

    public_forfait: int = 50_000_00
    public_months: int = 24
    smic_monthly: int = 1_554_58
    smic_full_months: int = 24
    smic_part_percent: int = 70
    smic_part_months: int = 36
    private_months: int = 18
    private_amount: int = 32_000_00
    private_long_months: int = 24
    private_long_amount: int = 40_000_00
    instalments: tuple[tuple[int, int], ...] = field(default=((20, 0), (30, 6), (50, 12)))


DEFAULTS = Parametres()
MOST_AHEAD = 12


def label_of_rule(rule: Bareme, figures: Parametres = DEFAULTS) -> str:
    """Return a funding rule as people read it, with its figures."""
    short, long = euros(figures.private_amount), euros(figures.private_long_amount)
    return {
        Bareme.FORFAIT_PUBLIC: f"Public : {euros(figures.public_forfait)} par poste sur {figures.public_months} mois",
        Bareme.SMIC_2_ANS: f"Public : SMIC à 100 % pendant {figures.smic_full_months} mois",
        Bareme.SMIC_3_ANS: f"Public : SMIC à {figures.smic_part_percent} % pendant {figures.smic_part_months} mois",
        Bareme.FORFAIT_PRIVE: (
            f"Privé : {short} dès {figures.private_months} mois, {long} dès {figures.private_long_months} mois"
        ),
    }[rule]


def whole_months(starts_on: date, ends_on: date) -> int:
    """Return how many whole months a contract lasts, its last day included."""
    after, months = ends_on + timedelta(days=1), 0
    while add_months(starts_on, months + 1) <= after:
        months += 1
    return months


def may_start(starts_on: date, opened_on: date, today: date) -> bool:
    """Tell whether a contract that starts then may be funded by the call that opened on ``opened_on``.

    Not before the call: the State pays for recruitments that the call brought about, not for those that it found made.
    No end of the call bounds it: a post of a rupture is filled again long after.  Not beyond ``MOST_AHEAD`` months from
    ``today``, a convention of this service: the post would be held, and counted as recruited, with nobody at work.
    """
    return opened_on <= starts_on <= add_months(today, MOST_AHEAD)


def funded_months(bareme: Bareme, starts_on: date, ends_on: date | None, figures: Parametres = DEFAULTS) -> int:
    """Return the months over which a grant is spread: the rule's, or the contract's when it is shorter.

    A contract without a term counts as long as the rule.
    """
    most = {
        Bareme.FORFAIT_PUBLIC: figures.public_months,
        Bareme.SMIC_2_ANS: figures.smic_full_months,
        Bareme.SMIC_3_ANS: figures.smic_part_months,
        Bareme.FORFAIT_PRIVE: figures.private_long_months,
    }[bareme]
    return most if ends_on is None else min(most, whole_months(starts_on, ends_on))


def _before_cost(bareme: Bareme, months: int, figures: Parametres) -> int:
    if bareme is Bareme.FORFAIT_PUBLIC:
        # « 50 000 € per post over 2 years »: a shorter contract gets its share, by month.
        return figures.public_forfait * months // figures.public_months
    if bareme is Bareme.SMIC_2_ANS:
        return figures.smic_monthly * months
    if bareme is Bareme.SMIC_3_ANS:
        return figures.smic_monthly * figures.smic_part_percent * months // 100
    if months >= figures.private_long_months:
        return figures.private_long_amount
    return figures.private_amount if months >= figures.private_months else 0


def granted(
    bareme: Bareme, starts_on: date, ends_on: date | None, cost_monthly: int, figures: Parametres = DEFAULTS
) -> int | Denied:
    """Return the amount granted, in cents: the rule's, never above what the contract costs over the funded months.

    ``cost_monthly``: what the employer spends a month, in cents.  Denied for a contract too short to be funded.
    """
    months = funded_months(bareme, starts_on, ends_on, figures)
    amount = _before_cost(bareme, months, figures)
    if amount == 0:
        return Denied(errors.CONTRACT_TOO_SHORT)
    return min(amount, cost_monthly * months)


@dataclass(frozen=True, slots=True)
class Echeance:
    """One instalment: its rank, the first day when it may be paid, its amount in cents."""

    rank: int
    due_on: date
    amount: int


def instalments(amount: int, starts_on: date, figures: Parametres = DEFAULTS) -> tuple[Echeance, ...]:
    """Return the instalments of a grant; their sum is the grant to the cent, the last takes what rounding left."""
    found, left = [], amount
    for rank, (share, months) in enumerate(figures.instalments, start=1):
        part = left if rank == len(figures.instalments) else amount * share // 100
        found.append(Echeance(rank, add_months(starts_on, months), part))
        left -= part
    return tuple(found)


def earned_at_rupture(
    amount: int, bareme: Bareme, starts_on: date, ends_on: date | None, last_day: date, figures: Parametres = DEFAULTS
) -> int:
    """Return what stays due of a grant when a contract breaks: by day worked of those funded, ``last_day`` included."""
    over = add_months(starts_on, funded_months(bareme, starts_on, ends_on, figures))
    funded, worked = (over - starts_on).days, (last_day - starts_on).days + 1
    return amount * max(0, min(worked, funded)) // funded


PUBLISHED_BUDGET = 250
"""Millions of euros, as announced."""
PUBLISHED_PARTS: Mapping[str, int] = {"Postes": 200, "Kits d’inclusion": 40, "Aidants Connect": 5}
"""Millions of euros, as published: they add to 245.  Both are shown, neither is corrected (DOMAIN §5, budget)."""


def euros(cents: int) -> str:
    """Return an amount as people read it: ``50 000 €``, ``1 554,58 €``; its spaces do not break."""
    whole, part = divmod(cents, 100)
    text = f"{whole:,}".replace(",", "\u202f")
    return f"{text},{part:02d}\u00a0€" if part else f"{text}\u00a0€"
