"""Invitations that a referent sends at once: a script or a stolen session makes no mailing of them."""

from functools import partial
from uuid import uuid4

from aidants.domain.decisions import Denied
from aidants.domain.errors import INVITATIONS_TOO_MANY
from aidants.structures.invitations import Invite, invite
from aidants.structures.models import Affectation, Invitation
from tests import builders
from tests.builders import NOW
from tests.together import at_once


def test_invitations_sent_at_once_stop_at_fifty_a_day(committed_db: str) -> None:
    place, who = builders.structure(), builders.compte()
    Affectation.objects.create(compte=who, structure=place, is_referent=True, started_at=NOW)
    acteur = builders.acteur(who, place)
    first = invite(place, _invited(0), acteur, NOW)
    assert isinstance(first, Invitation)
    row = Invitation.objects.values().get()
    for number in range(47):
        Invitation.objects.create(**row | {"id": uuid4(), "email": f"b{number}@x.example", "digest": str(number)})
    answers = at_once(*(partial(invite, place, _invited(number), acteur, NOW) for number in range(1, 6)))
    assert answers.count(Denied(INVITATIONS_TOO_MANY)) == 3
    assert Invitation.objects.count() == 50


def _invited(number: int) -> Invite:
    return Invite(f"a{number}@x.example", "Zoé", "Le Goff", is_aidant=True, statut="salarie")
