"""Tells the usager of a use, of its correction, of an end: one avis each, in the transaction of the act."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from aidants.compiled import CompiledRead
from aidants.comptes.models import Compte
from aidants.domain.demarches import DEMARCHES
from aidants.envois.outbox import post_email
from aidants.structures.models import Affectation
from mandats.domain import avis_suites
from mandats.domain.actes import RESERVED_ACTS
from mandats.domain.avis_perimetre import ACTE_RESERVE
from mandats.domain.durees import french_date, french_moment, local_date
from mandats.domain.fins import EXEMPLAIRE
from mandats.domain.utilisations import CHANNELS, MANNERS_TO_USAGER, sentence
from mandats.registre.models import Autorisation, Avis, Correction, Mandat, Utilisation
from mandats.registre.services.avis import ACCUEIL, announce, announce_first

_SHORT = 40
_ONCE = " Ce mandat ne servait qu’une fois : il est terminé."


def usager_page() -> str:
    """Return the address that the usager types, without its scheme."""
    return f"{settings.ISSUER}/usager".partition("://")[2]


def moments(at: datetime, mandat: Mandat) -> dict[str, str]:
    """Return the facts ``jour`` and ``moment`` of an avis, as the clocks of the structure's place show them."""
    zone = mandat.time_zone
    return {"jour": french_date(local_date(at, zone)), "moment": french_moment(at, zone)}


def _names(compte_id: UUID) -> QuerySet[Compte, Any]:
    return Compte.objects.filter(pk=compte_id).values_list("given_name", "family_name")


_NAMES = CompiledRead(_names, UUID(int=1))


def tell_use(use: Utilisation, row: Autorisation, now: datetime) -> Avis:
    """Tell one use, just written; ``row`` is its autorisation, fetched with mandat, usager and structure."""
    (aidant,) = _NAMES.values(use.aidant_id)
    label = DEMARCHES[row.demarche].label
    return announce_first(
        avis_suites.UTILISATION,
        row.mandat,
        now,
        usager=row.usager,
        structure=row.structure.name,
        key=f"utilisation:{use.id}",
        jour=french_date(use.used_on),
        aidant=" ".join(aidant),
        maniere=MANNERS_TO_USAGER[use.manner],
        canal=CHANNELS[use.channel],
        organisme=use.body,
        organisme_court=_cut(use.body),
        demarche=label,
        fait=f" Ce qui a été fait : {sentence(use.description)}" if use.description else "",
        suite=_ONCE if row.mandat.single_use else "",
        page=usager_page(),
    )


def tell_reserved_act(use: Utilisation, row: Autorisation, now: datetime) -> Avis:
    """Tell at once that an act was done which a mandat covers only by its name (DOMAIN §3.2)."""
    return announce_first(
        ACTE_RESERVE,
        row.mandat,
        now,
        usager=row.usager,
        structure=row.structure.name,
        key=f"reserve:{use.id}",
        acte=RESERVED_ACTS[use.reserved_act],
        organisme=use.body,
    )


def tell_correction(correction: Correction, use: Utilisation, row: Autorisation, aidant: str, now: datetime) -> Avis:
    """Tell that a use had been declared by mistake."""
    return announce_first(
        avis_suites.CORRECTION,
        row.mandat,
        now,
        usager=row.usager,
        structure=row.structure.name,
        key=f"correction:{correction.id}",
        jour=french_date(use.used_on),
        aidant=aidant,
        organisme=use.body,
        demarche=DEMARCHES[row.demarche].label,
        raison=correction.reason,
    )


def tell_end(mandat: Mandat, now: datetime, *, by_letter: bool = False) -> Avis:
    """Tell that a mandat has just ended, in the same words whatever the motif; ``by_letter``: the accueil writes."""
    return announce_first(
        avis_suites.FIN,
        mandat,
        now,
        usager=mandat.usager,
        structure=mandat.structure.name,
        key=f"fin:{mandat.id}",
        office=ACCUEIL if by_letter else "",
        page=usager_page(),
        **moments(now, mandat),
    )


_STRUCTURE_TOLD = (
    "Le mandat {reference} a pris fin le {moment} ({zone}). Personne de votre structure ne peut plus s’en servir.\n\n"
    "Rangez ou rendez les papiers de la personne : il n’y a rien d’autre à faire, et rien à lui demander. "
    "Le service ne dit jamais pourquoi un mandat prend fin.\n\n"
    "Ce message vient du {service}. Une question ? Appelez le {accueil}.\n"
)


def tell_structure_of_end(mandat: Mandat, now: datetime) -> None:
    """Tell the mandataire that somebody else ended the mandat: when, and never why nor of whom.

    At the structure's address, or else at its referents': somebody there must know.
    """
    objet = f"Le mandat {mandat.reference} a pris fin"
    text = _STRUCTURE_TOLD.format(
        reference=mandat.reference,
        moment=french_moment(now, mandat.time_zone),
        zone=mandat.time_zone,
        service=settings.SERVICE_NAME,
        accueil=settings.ACCUEIL_TELEPHONE,
    )
    referents = Affectation.objects.filter(
        structure=mandat.structure_id, is_referent=True, ended_at__isnull=True, compte__is_active=True
    )
    own = mandat.structure.email
    for address in [own] if own else sorted(referents.values_list("compte__email", flat=True)):
        post_email(address, objet, text, purpose="fin_structure", now=now, about=mandat.id)


def tell_part_ended(row: Autorisation, mandat: Mandat, now: datetime) -> Avis:
    """Tell that one demarche has ended and that the others go on."""
    facts = moments(now, mandat) | {"demarche": DEMARCHES[row.demarche].label}
    return announce(avis_suites.FIN_PARTIELLE, mandat, now, key=f"fin:{row.id}", **facts)


def tell_suspension(mandat: Mandat, entry: int, now: datetime, *, by_letter: bool = False) -> Avis:
    """Tell a suspension; ``entry`` is the number of its entry in the journal, which makes it one of a kind."""
    facts = moments(now, mandat) | {"page": usager_page()}
    modele = avis_suites.SUSPENSION_EXEMPLAIRE if mandat.suspension_way == EXEMPLAIRE else avis_suites.SUSPENSION
    key, office = (f"suspension:{entry}:lettre", ACCUEIL) if by_letter else (f"suspension:{entry}", "")
    return announce(modele, mandat, now, key=key, office=office, **facts)


def tell_resumption(mandat: Mandat, entry: int, now: datetime) -> Avis:
    """Tell that a suspension is over: who did not ask for it must learn it."""
    return announce(avis_suites.REPRISE, mandat, now, key=f"reprise:{entry}", **moments(now, mandat))


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
