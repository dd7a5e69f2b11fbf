"""The journal's labels as the usager reads them: said to « vous », with who collected what is theirs.

A label that names nobody else is shown to the usager as the catalogue of events writes it.
"""

from typing import Final

from aidants.domain.events import CATALOGUE
from mandats.domain import events

_BY: Final = " par"
_SAID: Final = {
    events.BROUILLON_OPEN: "Préparation du mandat, commencée par",
    events.BROUILLON_CHANGE: "Préparation du mandat, modifiée par",
    events.BROUILLON_CARD: "Votre réponse à la carte, notée par",
    events.BROUILLON_IDENTIFY: "Votre identité, recueillie par",
    events.BROUILLON_FREEZE: "Le texte vous a été montré par",
    events.CONSENT: "Votre accord, recueilli par",
    events.CONSENT_READ_ALOUD: "Le texte vous a été lu à voix haute par",
    events.CONSENT_CODE_SEND: "Un code vous a été envoyé par",
    events.CONSENT_SMS_ASK: "Votre accord vous a été demandé par SMS, par",
    events.CONTACT_GIVE: "Vos contacts, notés par",
    events.VOLET_PRINT: "Vos codes ont été imprimés par",
    events.VOLET_SHOW: "Vos codes vous ont été montrés par",
    events.AUTORISATION_REVOKE: "Une démarche a été arrêtée",
    events.AUTORISATION_REPLACE: "Une démarche est passée dans un mandat plus récent",
    events.MANDAT_RESUME: "Mandat remis en route",
    events.RELEVE_HAND: "Votre relevé, remis par",
    events.EXPORT_TAKE: "Vous avez pris une copie de vos données",
    events.OBJECTION: "Vous avez dit ne pas avoir demandé une utilisation",
    events.CODE_RENEW: "Vous avez fait un nouveau code",
    events.CODE_CANCEL: "Vous avez annulé un code",
    events.USAGER_ENTER: "Vous avez ouvert votre page",
    events.TITRE_ISSUE: "Vous avez pris une attestation électronique du mandat",
    events.IDENTITY_RECTIFY: "Vos données ont été rectifiées",
    events.CONTACTS_ERASE: "Vos coordonnées ont été effacées",
    events.USAGER_ERASE: "Votre identité a été effacée",
}
_BY_CODE: Final = {event.code: words for event, words in _SAID.items()}


def said_to_usager(code: str, who: str, *, by_usager: bool) -> tuple[str, str]:
    """Return what an entry says and what is left to say of ``who`` acted: nothing once the sentence names them.

    ``code`` is the event's; one that no catalogue knows any more is shown as it stands.
    """
    event = CATALOGUE.get(code)
    written = event.label if event else code
    words = _BY_CODE.get(code, written)
    if words.endswith(_BY):
        if who and not by_usager:
            return f"{words} {who}", ""
        words = words.rpartition(",")[0] or written
    return words, "" if words.startswith("Vous ") else who
