"""Who may declare the end of a mandat."""

from dataclasses import replace

from aidants.domain.acteur import SYSTEME, Acteur, Kind
from aidants.domain.roles import Role
from mandats.registre.models import Mandat
from mandats.registre.services.many import acteur_usager
from tests import builders


def aidant(mandat: Mandat) -> Acteur:
    return builders.acteur(mandat.aidant, mandat.structure)


def national(role: Role) -> Acteur:
    return Acteur(Kind.COMPTE, builders.compte().id, None, role)


def by(mandat: Mandat, who: str) -> Acteur:
    return {
        "usager": acteur_usager(mandat.usager_id),
        "aidant": aidant(mandat),
        "referent": replace(aidant(mandat), role=Role.REFERENT),
        "accueil": national(Role.ACCUEIL),
        "administrateur": national(Role.ADMINISTRATEUR),
        "systeme": SYSTEME,
    }[who]
