"""The events of a sign-in by ProConnect."""

from aidants.domain.events import declare

PROCONNECT_LINK = declare("proconnect:link", "Compte relié à ProConnect")
AGENT_ENTER = declare("agent:enter", "Agent d’une administration reconnu par ProConnect")
AGENT_LEAVE = declare("agent:leave", "Agent d’une administration parti")
