"""Consent by text message: what an answer means, how often it is asked again, how long it is awaited (DOMAIN §3.5)."""

import hmac
import re
from datetime import timedelta
from enum import StrEnum

DEMANDE_LIVES = timedelta(days=3)
"""How long the answer is awaited: long enough to be read to somebody, short enough to be remembered."""
ASKED_AGAIN = 2
"""An answer that is not understood asks again so many times; the next one refuses."""
VERIFIED = {
    "presence": "La personne a ce téléphone en main devant moi.",
    "rappel": "J’ai appelé ce numéro, la personne a répondu et je l’ai reconnue.",
}
"""How the aidant made sure that the number is the usager's own."""

_YES = re.compile(r"oui(?: je suis d accord| d accord| je signe| j accepte| merci)?")
_NO = re.compile(r"non(?: merci)?")


class Answer(StrEnum):
    """What an answer says."""

    YES = "oui"
    NO = "non"
    UNKNOWN = "incompris"


def read_answer(words: str, code: str) -> Answer:
    """Return what folded ``words`` say: « oui » or the code consent, « non » refuses, the rest is not understood.

    « oui mais… », « oui » with another number, or a code among other words is no consent: consent is never guessed.
    """
    digits = words.replace(" ", "")
    if digits.isdigit():
        return Answer.YES if hmac.compare_digest(digits, code) else Answer.UNKNOWN
    said = words.removesuffix(f" {code}")
    if _YES.fullmatch(said):
        return Answer.YES
    return Answer.NO if _NO.fullmatch(words) else Answer.UNKNOWN


def is_over(unknown_answers: int) -> bool:
    """Tell whether so many answers that were not understood end the request."""
    return unknown_answers > ASKED_AGAIN
