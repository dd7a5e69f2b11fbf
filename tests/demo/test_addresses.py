"""What the demo tells people and sites of the service's addresses is what the service answers to."""

import re

import pytest
from django.urls import resolve, reverse

from deploy.demo import launch, sites


def test_franceconnect_comes_back_to_addresses_of_ours() -> None:
    assert reverse("oidc:fc_callback") == sites.CALLBACK
    assert reverse("oidc:fc_logout_return") == sites.LOGOUT_CALLBACK


@pytest.mark.parametrize("path", re.findall(r"\{sites\.service\}(/[a-z/]+)", launch._WELCOME))
def test_every_address_printed_exists(path: str) -> None:
    assert resolve(path).view_name
