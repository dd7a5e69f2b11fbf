"""« ANNULER », answered by the number that was replaced: the change of contact is undone."""

from datetime import datetime

from mandats.consentement.entrants import Reponse
from mandats.registre.services.contacts import undo_change, undoable_by_telephone


def take_undo(reponse: Reponse, now: datetime) -> bool:
    """Undo the changes that this number may undo; ``False`` when it says something else or has none."""
    if reponse.words != "annuler":
        return False
    changes = undoable_by_telephone(reponse.telephone, now)
    for change in changes:
        undo_change(change.id, way="sms", now=now)
    return bool(changes)
