"""What people answer by text message: each kind of answer has a taker, asked in order; the first that takes it has it.

To add one (« FIN », « STOP »…): a function of :data:`mandats.consentement.entrants.Taker` in a module of its own, and a
line in :data:`TAKERS`, where its answer belongs.  A taker says whether the message was for it; it runs in the
transaction that notes the message, so that the same message, told twice by the provider, acts once.
"""

from datetime import datetime

from django.db import transaction

from aidants.envois.inbox import take_once
from mandats.consentement.arret_sms import take_fin, take_stop
from mandats.consentement.contacts import take_undo
from mandats.consentement.entrants import Reponse, Taker
from mandats.consentement.sms import take_answer

TAKERS: tuple[tuple[str, Taker], ...] = (
    ("contact", take_undo),
    ("stop", take_stop),
    ("fin", take_fin),
    # Last: to a request that waits, whatever is not understood is an answer.
    ("accord", take_answer),
)
"""Name and taker, in the order in which they are asked."""


@transaction.atomic
def receive(reponse: Reponse, now: datetime) -> str:
    """Hand a message to who takes it; return its name, ``""`` when nobody did or when it had come already.

    Nothing is answered to a number that nobody expects: a stranger makes us send nothing.
    """
    row = take_once(reponse.message_id, now)
    if row is None:
        return ""
    row.taken_as = next((name for name, taker in TAKERS if taker(reponse, now)), "")
    row.save(update_fields=("taken_as",))
    return row.taken_as
