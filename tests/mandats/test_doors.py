"""Each national role finds its pages from its home page, and each door that it finds opens."""

import pytest
from django.urls import reverse

from aidants.comptes.models import Fonction
from aidants.domain.roles import NATIONAL_ROLES, Role
from mandats.pages.doors import DOORS, doors_of
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", NATIONAL_ROLES)
def test_every_door_shown_opens_and_no_other_is_shown(role: Role) -> None:
    who = builders.compte()
    Fonction.objects.create(compte=who, role=role.value)
    browser = builders.signed_in(who)
    home = browser.get("/accueil").content.decode()
    for door in DOORS:
        address = reverse(door.route)
        if role in door.roles:
            assert f'href="{address}"' in home
            assert browser.get(address).status_code == 200, door.route
    assert home.count("Ouvrir<span") == len(doors_of([role.value]))


def test_nobody_in_particular_finds_none() -> None:
    assert doors_of([]) == []
