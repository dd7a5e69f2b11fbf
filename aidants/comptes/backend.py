"""Who a session belongs to, read at each request by a statement written once a process.

Everything else is Django's own: how a password is checked, and that an account deactivated since is nobody.  One that
closed because nobody came is checked like an open one: its holder, and nobody else, is told so.
"""

from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from aidants.compiled import CompiledRead
from aidants.comptes.models import Compte


def _by_id(compte_id: UUID) -> QuerySet[Compte]:
    return Compte.objects.filter(pk=compte_id)


_COMPTE = CompiledRead(_by_id, UUID(int=1))
NAME = "aidants.comptes.backend.ComptesBackend"
"""How a session names who vouches for its account."""
FORMER_NAME = "django.contrib.auth.backends.ModelBackend"
"""How sessions of the release before named it."""


class ComptesBackend(ModelBackend):
    """Django's backend over our own read."""

    def get_user(self, user_id: UUID) -> Compte | None:
        """Return the account while it may sign in."""
        compte = _COMPTE.first(user_id)
        return compte if super().user_can_authenticate(compte) else None

    def user_can_authenticate(self, user: Compte | AnonymousUser | None) -> bool:
        """Let a password be checked of an open account, and of one closed for absence, which opens no session."""
        return super().user_can_authenticate(user) or (isinstance(user, Compte) and user.is_closed_for_absence)
