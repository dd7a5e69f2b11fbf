"""FranceConnect gives a person another ``sub``: the old mandats stay out of sight, and two persons are asked."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from deploy.demo.data.mandats import demo_identite
from mandats.droits.models import Rapprochement
from mandats.droits.rapprochements import merge, propose_merge, undo
from mandats.registre.models import Mandat
from oidc.provider.subjects import subjects_of, usagers_named
from tests import builders
from tests.oidc.franceconnect_desk import Desk, simulated_franceconnect

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def franceconnect() -> Iterator[str]:
    with simulated_franceconnect() as base:
        yield base


@pytest.fixture
def known_before() -> Mandat:
    place = builders.structure()
    before = replace(demo_identite("madame-d"), sub_digest="0" * 64)
    return builders.mandat(builders.aidant(place), place, before, now=timezone.now())


def enter(franceconnect: str) -> tuple[Desk, str]:
    """Sign the person in at FranceConnect for their own page; return what they read."""
    home = Desk(franceconnect, Client())
    answer = home.close(home.ours.get(home.sign_in(home.leave("/franceconnect/usager"))))
    return home, home.ours.get(answer["Location"], follow=True).content.decode()


@pytest.mark.writes("droits:merge")
def test_the_new_sub_sees_nothing_until_two_persons_decided(franceconnect: str, known_before: Mandat) -> None:
    _, page = enter(franceconnect)
    assert known_before.reference not in page
    made = Rapprochement.objects.get()
    assert (made.usager_id, made.way) == (known_before.usager_id, "usager")
    assert merge(made.id, builders.acteur(builders.compte(), known_before.structure), timezone.now())
    _, page = enter(franceconnect)
    assert known_before.reference in page


@pytest.mark.writes("droits:merge")
def test_a_site_keeps_the_name_it_knew_whichever_record_it_was_given_to(known_before: Mandat) -> None:
    place, who = known_before.structure, known_before.aidant
    after = replace(demo_identite("madame-d"), sub_digest="1" * 64)
    second = builders.mandat(who, place, after, now=timezone.now(), demarches=("justice",))
    (made,) = propose_merge(after, way="usager", now=timezone.now())
    kept, joined, aidant = known_before.usager_id, second.usager_id, who.id
    before = subjects_of("caf.example", usager=joined, aidant=aidant)
    both = subjects_of("ants.example", usager=kept, aidant=aidant)[0]
    assert subjects_of("ants.example", usager=joined, aidant=aidant)[0] != both
    doer = builders.acteur(builders.compte(), place)
    assert merge(made.id, doer, timezone.now())
    assert subjects_of("caf.example", usager=kept, aidant=aidant) == before
    assert subjects_of("ants.example", usager=kept, aidant=aidant)[0] == both
    assert usagers_named("caf.example", [before[0]]) == {kept, joined}
    assert undo(made.id, doer, timezone.now())
    assert subjects_of("caf.example", usager=joined, aidant=aidant) == before
    assert subjects_of("caf.example", usager=kept, aidant=aidant)[0] != before[0]


def test_at_the_desk_nobody_is_told(franceconnect: str, known_before: Mandat) -> None:
    elsewhere = builders.structure("Mairie d’ailleurs", siret="99999920500029")
    brouillon = builders.brouillon(builders.aidant(elsewhere), elsewhere, now=timezone.now())
    desk = Desk(franceconnect, builders.signed_in(brouillon.aidant))
    back = desk.ours.get(desk.sign_in(desk.leave(f"/franceconnect/brouillon/{brouillon.id}")))
    page = desk.ours.get(desk.close(back)["Location"]).content.decode()
    assert Rapprochement.objects.get().way == "brouillon"
    assert known_before.reference not in page
    assert known_before.structure.name not in page
