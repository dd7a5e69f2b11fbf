"""The states of a candidature, of a préfet's opinion and of a meeting in the pool, and which may follow which."""

from collections.abc import Mapping
from enum import StrEnum


class EtatCandidature(StrEnum):
    """Where a structure's application stands (DOMAIN §5, review)."""

    BROUILLON = "brouillon"
    DEPOSEE = "deposee"
    EXAMEN = "examen"
    RETENUE = "retenue"
    REFUSEE = "refusee"
    ABANDONNEE = "abandonnee"


ETAT_LABELS: Mapping[EtatCandidature, str] = {
    EtatCandidature.BROUILLON: "En préparation",
    EtatCandidature.DEPOSEE: "Déposée",
    EtatCandidature.EXAMEN: "Examen complémentaire",
    EtatCandidature.RETENUE: "Retenue",
    EtatCandidature.REFUSEE: "Refusée",
    EtatCandidature.ABANDONNEE: "Abandonnée",
}

# What the committee, or the applicant by giving up, makes of an application.
_AFTER: Mapping[EtatCandidature, frozenset[EtatCandidature]] = {
    EtatCandidature.BROUILLON: frozenset({EtatCandidature.DEPOSEE, EtatCandidature.ABANDONNEE}),
    EtatCandidature.DEPOSEE: frozenset(
        {
            EtatCandidature.EXAMEN,
            EtatCandidature.RETENUE,
            EtatCandidature.REFUSEE,
            EtatCandidature.ABANDONNEE,
        }
    ),
    EtatCandidature.EXAMEN: frozenset(
        {
            EtatCandidature.EXAMEN,
            EtatCandidature.RETENUE,
            EtatCandidature.REFUSEE,
            EtatCandidature.ABANDONNEE,
        }
    ),
    EtatCandidature.RETENUE: frozenset(),
    EtatCandidature.REFUSEE: frozenset(),
    EtatCandidature.ABANDONNEE: frozenset(),
}
UNDER_REVIEW = frozenset({EtatCandidature.DEPOSEE, EtatCandidature.EXAMEN})
DECISIONS = (
    EtatCandidature.RETENUE,
    EtatCandidature.EXAMEN,
    EtatCandidature.REFUSEE,
    EtatCandidature.ABANDONNEE,
)


def may_become(state: str, wanted: str) -> bool:
    """Tell whether an application in ``state`` may pass to ``wanted``."""
    return EtatCandidature(wanted) in _AFTER[EtatCandidature(state)]


class SensAvis(StrEnum):
    """The opinion of a préfecture on an application."""

    FAVORABLE = "favorable"
    RESERVE = "reserve"
    DEFAVORABLE = "defavorable"
    SANS_AVIS = "sans_avis"


SENS_LABELS: Mapping[SensAvis, str] = {
    SensAvis.FAVORABLE: "Favorable",
    SensAvis.RESERVE: "Réservé",
    SensAvis.DEFAVORABLE: "Défavorable",
    SensAvis.SANS_AVIS: "Sans avis",
}
GIVEN_BY_PREFECTURE = (SensAvis.FAVORABLE, SensAvis.RESERVE, SensAvis.DEFAVORABLE)


class EtatRelation(StrEnum):
    """Where a structure and a person of the pool stand (DOMAIN §5, matching)."""

    NOUVELLE = "nouvelle"
    INTERESSEE = "interessee"
    NON_INTERESSEE = "non_interessee"
    RECRUTEE = "recrutee"
    FINALISEE = "finalisee"
    RUPTURE = "rupture"


RELATION_LABELS: Mapping[EtatRelation, str] = {
    EtatRelation.NOUVELLE: "Profil ouvert",
    EtatRelation.INTERESSEE: "Structure intéressée",
    EtatRelation.NON_INTERESSEE: "Structure non intéressée",
    EtatRelation.RECRUTEE: "Recrutement annoncé",
    EtatRelation.FINALISEE: "Contrat signé",
    EtatRelation.RUPTURE: "Contrat rompu",
}
RELATION_MEANS: Mapping[EtatRelation, str] = {
    EtatRelation.NOUVELLE: "Elle a ouvert votre profil ; elle n’a ni votre nom ni vos coordonnées.",
    EtatRelation.INTERESSEE: "Elle a maintenant votre nom, vos coordonnées et votre CV : elle vous contactera.",
    EtatRelation.NON_INTERESSEE: "Elle ne donne pas suite. Les autres structures voient toujours votre profil.",
    EtatRelation.RECRUTEE: "Elle prépare votre contrat ; aucune autre ne peut vous recruter. "
    "Ce n’est pas entendu entre vous ? Dites-le-lui, ou écrivez-nous.",
    EtatRelation.FINALISEE: "Une invitation à ouvrir votre compte part à votre adresse.",
    EtatRelation.RUPTURE: "Vous pouvez de nouveau montrer votre profil.",
}
"""What each state means to the person of the pool, in a message and on their page."""
_RELATION_AFTER: Mapping[EtatRelation, frozenset[EtatRelation]] = {
    EtatRelation.NOUVELLE: frozenset({EtatRelation.INTERESSEE, EtatRelation.NON_INTERESSEE}),
    EtatRelation.INTERESSEE: frozenset({EtatRelation.NON_INTERESSEE, EtatRelation.RECRUTEE}),
    EtatRelation.NON_INTERESSEE: frozenset({EtatRelation.INTERESSEE}),
    # A recruitment announced and not signed goes back: the person is free again.
    EtatRelation.RECRUTEE: frozenset({EtatRelation.INTERESSEE, EtatRelation.NON_INTERESSEE, EtatRelation.FINALISEE}),
    EtatRelation.FINALISEE: frozenset({EtatRelation.RUPTURE}),
    EtatRelation.RUPTURE: frozenset({EtatRelation.INTERESSEE}),
}
# A person who is in one of these is nobody else's: the database says so too.
TAKEN = frozenset({EtatRelation.RECRUTEE, EtatRelation.FINALISEE})


def relation_may_become(state: str, wanted: str) -> bool:
    """Tell whether a meeting in ``state`` may pass to ``wanted``."""
    return EtatRelation(wanted) in _RELATION_AFTER[EtatRelation(state)]
