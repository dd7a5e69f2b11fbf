"""What people answer by text message: each kind of answer has a taker, asked in order; the first that takes it has it.

To add one (« FIN », « STOP »…): a function of :data:`Taker` in a module of its own, and a line in :data:`TAKERS`, where
its answer belongs.  A taker says whether the message was for it; it runs in the transaction that notes the message, so
that the same message, told twice by the provider, acts once.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from aidants.envois.inbox import take_once


@dataclass(frozen=True, slots=True, repr=False)
class Reponse:
    """One message that came in.  ``telephone`` is E.164; ``text`` is as typed.  Never shown by ``repr``."""

    message_id: str
    telephone: str
    text: str

    @property
    def words(self) -> str:
        """What was typed, folded: capitals, accents and punctuation do not count (« Oui ! » is « oui »)."""
        letters = unicodedata.normalize("NFKD", self.text.casefold())
        kept = "".join(one if one.isalnum() else " " for one in letters if not unicodedata.combining(one))
        return " ".join(kept.split())


Taker = Callable[[Reponse, datetime], bool]

TAKERS: tuple[tuple[str, Taker], ...] = ()
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
