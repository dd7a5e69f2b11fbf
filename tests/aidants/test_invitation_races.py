"""Invitations sent at once, by a referent, a trusted system or files: nobody makes a mailing of them."""

from functools import partial
from uuid import uuid4

from aidants.domain.acteur import SYSTEME, Acteur
from aidants.domain.decisions import Denied
from aidants.domain.errors import INVITATIONS_TOO_MANY
from aidants.domain.fiches import FicheAidant
from aidants.structures.imports import import_aidants
from aidants.structures.invitations import A_DAY, Invite, invite
from aidants.structures.models import Affectation, Invitation, Structure
from aidants.structures.upkeep import keep_aidant
from tests import builders
from tests.builders import NOW
from tests.together import at_once


def nearly_full(place: Structure, acteur: Acteur) -> None:
    """Send all the invitations of a day into a structure but two."""
    first = invite(place, _invited(0), acteur, NOW)
    assert isinstance(first, Invitation)
    row = Invitation.objects.values().get(pk=first.pk)
    Invitation.objects.bulk_create(
        Invitation(**row | {"id": uuid4(), "email": f"b{number}@x.example", "digest": f"{place.id.hex}{number}"})
        for number in range(A_DAY - 3)
    )


def referent_of(place: Structure) -> Acteur:
    who = builders.compte()
    Affectation.objects.create(compte=who, structure=place, is_referent=True, started_at=NOW)
    return builders.acteur(who, place)


def test_invitations_sent_at_once_stop_at_fifty_a_day(committed_db: str) -> None:
    place = builders.structure()
    acteur = referent_of(place)
    nearly_full(place, acteur)
    answers = at_once(*(partial(invite, place, _invited(number), acteur, NOW) for number in range(1, 6)))
    assert answers.count(Denied(INVITATIONS_TOO_MANY)) == 3
    assert Invitation.objects.count() == A_DAY


def test_a_trusted_system_that_calls_at_once_stops_there_too(committed_db: str) -> None:
    place = builders.structure()
    nearly_full(place, referent_of(place))
    told = ("Agente", True, False, False, "salarie")
    fiches = [FicheAidant("Zoé", "Petit", f"c{number}@x.example", *told) for number in range(5)]
    source = uuid4()
    calls = [
        partial(keep_aidant, source, place, f"n{number}", fiche, SYSTEME, NOW) for number, fiche in enumerate(fiches)
    ]
    answers = at_once(*calls)
    assert answers.count(Denied(INVITATIONS_TOO_MANY)) == 3
    assert Invitation.objects.count() == A_DAY


def test_files_taken_at_once_stop_there_and_do_not_stop_each_other(committed_db: str) -> None:
    """Each names both structures, in another order: one waits for the other."""
    places = [builders.structure(), builders.structure("CCAS voisin", siret="99999920500029")]
    for place in places:
        nearly_full(place, referent_of(place))
    head = "siret,prenom,nom,courriel,roles,statut"
    files = []
    for number in range(4):
        lines = [f"{place.siret},Zoé,Petit,d{number}@{place.siret}.example,aidant,salarie" for place in places]
        files.append("\n".join([head, *(lines if number % 2 else reversed(lines))]))
    answers = at_once(*(partial(import_aidants, file, SYSTEME, NOW) for file in files))
    assert answers.count(2) == 2, answers
    assert [type(answer) for answer in answers].count(list) == 2
    assert Invitation.objects.count() == 2 * A_DAY


def _invited(number: int) -> Invite:
    return Invite(f"a{number}@x.example", "Zoé", "Le Goff", is_aidant=True, statut="salarie")
