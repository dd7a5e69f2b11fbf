"""A text message that came in, and what takes one: the words that takers and :mod:`.reponses` share."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


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
"""Takes a message; says whether it was for it.  Runs in the transaction that notes the message."""
