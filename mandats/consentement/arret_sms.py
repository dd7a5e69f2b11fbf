"""« FIN » and « STOP » by text message (DOMAIN §3.4): the number's own mandats, ended or suspended at once.

A number without any standing mandat is answered nothing: strangers make us send nothing.
"""

from datetime import datetime

from django.conf import settings

from aidants.envois.outbox import post_sms
from mandats.consentement.entrants import Reponse
from mandats.registre.models import Mandat
from mandats.registre.services.many import revoke_by_number, suspend_number
from mandats.registre.services.told import usager_page

_STOPPED = (
    "Suspendu : {which}. Plus personne ne peut s’en servir. Pour reprendre : {page}. "
    "Pour arrêter : FIN et la référence."
)
_ENDED = "Mandat {reference} ({structure}) : arrêté. Plus personne ne peut s’en servir. Une question ? {accueil}"
_WHICH = "Quel mandat arrêter ? Répondez {which}. Pour tout suspendre : STOP"
_SHORT = 20


def take_stop(reponse: Reponse, now: datetime) -> bool:
    """Suspend every mandat of the number and list them."""
    if reponse.words != "stop":
        return False
    rows = suspend_number(reponse.telephone, now)
    if rows:
        which = ", ".join(f"{row.reference} {_name(row)}" for row in rows)
        _answer(reponse, _STOPPED.format(which=which, page=usager_page()), now)
    return bool(rows)


def take_fin(reponse: Reponse, now: datetime) -> bool:
    """End the mandat named, or the only one; ask which when there are several."""
    word, _, named = reponse.words.partition(" ")
    if word != "fin":
        return False
    outcome = revoke_by_number(reponse.telephone, named, now)
    if isinstance(outcome, Mandat):
        told = {"reference": outcome.reference, "structure": _name(outcome), "accueil": settings.ACCUEIL_TELEPHONE}
        _answer(reponse, _ENDED.format(**told), now)
        return True
    if outcome:
        which = " ou ".join(f"FIN {row.reference} ({_name(row)})" for row in outcome)
        _answer(reponse, _WHICH.format(which=which), now)
    return bool(outcome)


def _name(row: Mandat) -> str:
    return row.structure.name if len(row.structure.name) <= _SHORT else f"{row.structure.name[: _SHORT - 1]}."


def _answer(reponse: Reponse, text: str, now: datetime) -> None:
    post_sms(reponse.telephone, text, purpose="arret_sms", now=now)
