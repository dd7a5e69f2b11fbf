"""The delays of the scheme, as parameters."""

from datetime import timedelta

AVIS_DAYS = 15
"""Days that a préfecture has to give its opinion; then « sans avis » (DOMAIN §5, review)."""
AVIS_LIFE = timedelta(days=AVIS_DAYS)
LINK_LIFE = timedelta(days=7)
"""How long a link to a dossier serves: a convention of this service, as for invitations."""
VISIT_LIFE = timedelta(hours=12)
"""How long a browser that opened a dossier by its link may go on."""
BROUILLON_LIFE = timedelta(days=90)
"""An application or a profile that nobody touched for so long, and never submitted, is forgotten."""
POOL_LIFE = timedelta(days=365)
"""A profile that nobody touched for a year leaves the pool and is erased, unless the person was recruited."""
