"""Who may apply for funded posts, to which call, and why not (DOMAIN §5, applicants).

The first call is the public one: CGCT L. 5111-1 and the bodies that DOMAIN names; associations, the économie sociale et
solidaire and companies come with the second; a large network has posts of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.dispositif import errors
from aidants.domain.errors import ErrorCode
from aidants.domain.siret import is_siret


class Porteur(StrEnum):
    """A kind of applicant, as the form offers it."""

    COLLECTIVITE = "collectivite"
    GROUPEMENT = "groupement"
    GRAND_PARIS = "grand_paris"
    TERRITORIAL = "territorial"
    LYON = "lyon"
    OUTRE_MER = "outre_mer"
    ASSOCIATION = "association"
    ESS = "ess"
    ENTREPRISE = "entreprise"
    RESEAU = "reseau"
    CCAS = "ccas"
    ETAT = "etat"
    PARTICULIER = "particulier"


LABELS: Mapping[Porteur, str] = {
    Porteur.COLLECTIVITE: "Commune, département ou région",
    Porteur.GROUPEMENT: (
        "Groupement : communauté de communes ou d’agglomération, métropole, syndicat, pôle d’équilibre territorial"
    ),
    Porteur.GRAND_PARIS: "Métropole du Grand Paris",
    Porteur.TERRITORIAL: "Établissement public territorial du Grand Paris",
    Porteur.LYON: "Métropole de Lyon",
    Porteur.OUTRE_MER: "Collectivité d’outre-mer",
    Porteur.ASSOCIATION: "Association",
    Porteur.ESS: "Autre acteur de l’économie sociale et solidaire (coopérative, mutuelle, fondation)",
    Porteur.ENTREPRISE: "Entreprise",
    Porteur.RESEAU: "Grand réseau national",
    Porteur.CCAS: "CCAS, CIAS, caisse des écoles",
    Porteur.ETAT: "Service ou établissement de l’État",
    Porteur.PARTICULIER: "Particulier",
}
SOURCES: Mapping[Porteur, str] = {
    Porteur.COLLECTIVITE: "Constitution, art. 72 ; CGCT L. 5111-1",
    Porteur.GROUPEMENT: "CGCT L. 5111-1, second alinéa",
    Porteur.GRAND_PARIS: "CGCT L. 5219-1",
    Porteur.TERRITORIAL: "CGCT L. 5219-2",
    Porteur.LYON: "CGCT L. 3611-1",
    Porteur.OUTRE_MER: "Constitution, art. 73 et 74",
    Porteur.ASSOCIATION: "loi du 1er juillet 1901",
    Porteur.ESS: "loi n° 2014-856, art. 1er",
    Porteur.ENTREPRISE: "second appel",
    Porteur.RESEAU: "postes propres",
}
PUBLIC = (
    Porteur.COLLECTIVITE,
    Porteur.GROUPEMENT,
    Porteur.GRAND_PARIS,
    Porteur.TERRITORIAL,
    Porteur.LYON,
    Porteur.OUTRE_MER,
)
PRIVATE = (Porteur.ASSOCIATION, Porteur.ESS, Porteur.ENTREPRISE)
# Kinds that no call may open, and what each is told.
NEVER: Mapping[Porteur, ErrorCode] = {
    Porteur.CCAS: errors.KIND_CCAS,
    Porteur.ETAT: errors.KIND_ETAT,
    Porteur.PARTICULIER: errors.KIND_PARTICULIER,
}
RESEAUX: Mapping[str, str] = {"emmaus_connect": "Emmaüs Connect", "croix_rouge": "Croix-Rouge française"}
# INSEE's legal categories that begin so are bodies of public law; an association is a 92.
PUBLIC_CATEGORY = "7"


@dataclass(frozen=True, slots=True)
class Appel:
    """A call, as rules read it: its kinds, its first day, its last day if it has one."""

    kinds: tuple[str, ...]
    opens_on: date
    closes_on: date | None = None


@dataclass(frozen=True, slots=True)
class Demande:
    """What an application asks, and what stands that day.

    ``recruited`` and ``total`` are the national figures: the calls close when all are recruited (DOMAIN §5, posts);
    ``posts_at_most`` is what one application may ask.
    """

    kind: str
    siret: str
    reseau: str
    posts_asked: int
    places: int
    appels: Sequence[Appel]
    today: date
    recruited: int
    total: int
    posts_at_most: int


def appel_for(kind: str, appels: Sequence[Appel], today: date) -> Appel | Denied:
    """Return the call that ``kind`` may answer that day, or why there is none."""
    own = sorted((one for one in appels if kind in one.kinds), key=lambda one: one.opens_on)
    for one in own:
        if one.opens_on <= today and (one.closes_on is None or today <= one.closes_on):
            return one
    if any(today < one.opens_on for one in own):
        return Denied(errors.CALL_NOT_OPEN_YET)
    return Denied(errors.CALL_CLOSED if own else errors.KIND_WITHOUT_CALL)


def _kind_may_apply(asked: Demande) -> Decision:
    """Closed list: what it does not name may not apply."""
    if asked.kind not in tuple(Porteur):
        return Denied(errors.KIND_WITHOUT_CALL)
    refused = NEVER.get(Porteur(asked.kind))
    return Denied(refused) if refused else GRANTED


def _call_is_open(asked: Demande) -> Decision:
    """The public call first, the others at their date."""
    if asked.kind in NEVER:
        return GRANTED
    found = appel_for(asked.kind, asked.appels, asked.today)
    return found if isinstance(found, Denied) else GRANTED


def _posts_are_left(asked: Demande) -> Decision:
    """Calls close when all are recruited, not merely allotted."""
    return GRANTED if asked.recruited < asked.total else Denied(errors.ALL_RECRUITED)


def _siret_is_well_formed(asked: Demande) -> Decision:
    """14 digits with their check (INSEE), La Poste's exception included."""
    return GRANTED if is_siret(asked.siret) else Denied(errors.SIRET_WRONG)


def _network_is_named(asked: Demande) -> Decision:
    """Posts of their own are for the networks of the list."""
    named = asked.kind != Porteur.RESEAU or asked.reseau in RESEAUX
    return GRANTED if named else Denied(errors.NETWORK_UNKNOWN)


def _asks_posts(asked: Demande) -> Decision:
    """From one post to the call's figure."""
    return GRANTED if 1 <= asked.posts_asked <= asked.posts_at_most else Denied(errors.POSTS_OUT_OF_RANGE)


def _names_a_place(asked: Demande) -> Decision:
    """People are received somewhere."""
    return GRANTED if asked.places else Denied(errors.NO_PLACE)


CHECKS = (
    _kind_may_apply,
    _call_is_open,
    _posts_are_left,
    _network_is_named,
    _siret_is_well_formed,
    _asks_posts,
    _names_a_place,
)


def reasons_against(asked: Demande) -> list[ErrorCode]:
    """Return every reason why this application cannot be submitted that day; none when it can."""
    verdicts = (check(asked) for check in CHECKS)
    return [one.reason for one in verdicts if isinstance(one, Denied)]
