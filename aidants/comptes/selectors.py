"""The questions asked of accounts.  Never writes."""

from collections.abc import Collection
from uuid import UUID

from aidants.comptes.models import Compte


def names_of_comptes(identifiers: Collection[UUID]) -> dict[UUID, str]:
    """Return the full names of accounts, deactivated ones included."""
    return {compte.id: compte.full_name for compte in Compte.objects.filter(id__in=identifiers).order_by("id")}
