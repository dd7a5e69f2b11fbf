"""What expired is forgotten, and nothing else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mandats.registre.models import Utilisation
from oidc.provider.models import AccessToken, Connexion, Interaction
from oidc.provider.purge import purge_expired
from tests.oidc import flow

pytestmark = pytest.mark.django_db


def test_nothing_that_lives_is_purged():
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    flow.choice_page(at.browser, asked)
    purge_expired(timezone.now())
    assert flow.userinfo(token).status_code == 200
    assert Interaction.objects.count() == 2


def test_a_replay_is_told_for_an_hour_then_all_is_forgotten_but_the_use():
    at, asked = flow.desk(), flow.site()
    code = flow.code_of(at, asked)
    assert flow.exchange(asked, code).status_code == 200
    purge_expired(timezone.now() + timedelta(minutes=45))
    assert not AccessToken.objects.exists()
    assert not Interaction.objects.exists()
    assert flow.exchange(asked, code).json()["error"] == "invalid_grant"
    assert Connexion.objects.get().revoked_at is not None
    purge_expired(timezone.now() + timedelta(hours=2))
    assert not Connexion.objects.exists()
    assert Utilisation.objects.count() == 1
