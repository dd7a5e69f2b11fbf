"""The events of a sign-in at FranceConnect.  Facts say for what it was, never who."""

from aidants.domain.events import declare

CALLBACK_REFUSED = declare("franceconnect:refuse", "Retour de FranceConnect refusé", "purpose", "count")
