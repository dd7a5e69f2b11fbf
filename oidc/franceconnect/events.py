"""The events of a sign-in at FranceConnect.  Facts say for what it was, never who."""

from aidants.domain.events import declare

CALLBACK_REFUSED = declare("franceconnect:refuse", "Retour de FranceConnect refusé", "purpose", "count")
PHONE_OPEN = declare("franceconnect:phone_open", "Identification proposée sur le téléphone de l’usager")
PHONE_REFUSED = declare("franceconnect:phone_refuse", "Identification sur téléphone refusée", "count")
PHONE_END = declare("franceconnect:phone_end", "Identification sur téléphone arrêtée", "outcome")
