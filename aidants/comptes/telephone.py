"""The professional telephone of an account: known so that it is never taken for an usager's own (DOMAIN §3.5)."""

from datetime import datetime

from django.db import transaction

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur
from aidants.domain.events import TELEPHONE_CHANGE
from aidants.journal.record import record


@transaction.atomic
def change_telephone(compte: Compte, number: str, acteur: Acteur, now: datetime) -> None:
    """Keep a number in E.164, or forget it where ``number`` is empty.  The second factor was given just before."""
    Compte.objects.filter(pk=compte.pk).update(telephone=number)
    record(TELEPHONE_CHANGE, acteur=acteur, at=now, subject=compte.pk, facts={"given": bool(number)})
