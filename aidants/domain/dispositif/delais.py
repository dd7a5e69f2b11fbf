"""The delays of the scheme, as parameters."""

from datetime import timedelta

AVIS_DAYS = 15
"""Days that a préfecture has to give its opinion; then « sans avis » (DOMAIN §5, review)."""
LINK_LIFE = timedelta(days=7)
"""How long a link to a dossier serves: a convention of this service, as for invitations."""
VISIT_LIFE = timedelta(hours=12)
"""How long a browser that opened a dossier by its link may go on."""
BROUILLON_LIFE = timedelta(days=90)
"""An application or a profile that nobody touched for so long, and never submitted, is forgotten."""
POOL_LIFE = timedelta(days=365)
"""A profile that nobody touched for a year leaves the pool and is erased, unless the person was recruited."""
WITHDRAWN_LIFE = timedelta(days=30)
"""A profile that its person took out of the pool is erased a month later: time to change one's mind."""
RECRUITED_LIFE = timedelta(days=90)
"""After the contract is registered, what a CV and a profile said serves no more: three months, a trial period."""
DECIDED_LIFE = timedelta(days=2 * 365)
"""Persons of a dossier refused, given up or closed: two years, as CNIL advises for applicants."""
RETAINED_LIFE = timedelta(days=5 * 365)
"""Persons of a retained application, and of a contract that is over: five years (C. civ. 2224)."""
ACCOUNTS_LIFE = timedelta(days=10 * 365)
"""The pay that justified public money: ten years after the contract, as accounts are kept (C. com. L. 123-22)."""
VALIDATED_LIFE = timedelta(days=365)
"""Persons named by a validated habilitation dossier: they have accounts since, or will not have any."""
UNANSWERED_LIFE = timedelta(days=365)
"""An habilitation dossier sent back for changes that nobody made."""
CRA_LIFE = timedelta(days=3 * 365)
"""An activity report; what its month adds up to stays."""
CALL_LIFE = timedelta(days=365)
"""A call of the national line that ended; its number was forgotten at once."""
WAITING_LIFE = timedelta(days=30)
"""A call that nobody took: calling back after a month would help nobody, and its number is forgotten."""
