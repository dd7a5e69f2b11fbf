"""The events of a sign-in by ProConnect."""

from aidants.domain.events import declare

PROCONNECT_LINK = declare("proconnect:link", "Compte relié à ProConnect")
