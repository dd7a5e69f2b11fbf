"""Sign-in under attack: from many addresses nobody is locked out, from one address many accounts are not tried."""

import pytest
from axes.models import AccessAttempt
from django.test import Client

from aidants.comptes.models import Compte
from aidants.journal.models import Entree
from tests import builders

pytestmark = pytest.mark.django_db
TRIES = 10_000


@pytest.fixture
def who() -> Compte:
    return builders.aidant(builders.structure(), email="camille@example.org")


def attempt(email: str, address: str, password: str = "wrong", code: str = "000000") -> int:
    given = {"email": email, "password": password, "code": code}
    return int(Client(REMOTE_ADDR=address).post("/connexion", given).status_code)


def test_many_addresses_never_lock_the_rightful_person_out(who: Compte) -> None:
    """Ten thousand addresses, each within its allowance; the rows they leave are made as the service makes them."""
    for number in range(12):
        assert attempt(who.email, f"192.0.2.{number}") == 403
    row = AccessAttempt.objects.values().first()
    assert row is not None
    made = (AccessAttempt(**row | {"id": None, "ip_address": f"198.18.{n // 256}.{n % 256}"}) for n in range(TRIES))
    AccessAttempt.objects.bulk_create(made)
    assert attempt(who.email, "203.0.113.9", builders.PASSWORD, builders.totp_code(who)) == 302
    who.refresh_from_db()
    assert who.code_failures == 0, "a wrong password never reaches the codes"


def test_one_address_is_slowed_over_many_accounts_then_let_go(who: Compte) -> None:
    for number in range(40):
        assert attempt(f"nobody{number}@example.org", "192.0.2.1") == 403
    assert attempt("nobody41@example.org", "192.0.2.1") == 429
    assert attempt(who.email, "192.0.2.1", builders.PASSWORD, builders.totp_code(who)) == 429
    assert attempt(who.email, "192.0.2.2", builders.PASSWORD, builders.totp_code(who)) == 302


@pytest.mark.writes("compte:sign_in_refused")
def test_one_household_of_ipv6_is_one_address(who: Compte) -> None:
    for number in range(40):
        attempt(f"nobody{number}@example.org", f"2001:db8:1:2::{number:x}")
    assert attempt("nobody@example.org", "2001:db8:1:2:ffff::1") == 429
    assert attempt("nobody@example.org", "2001:db8:1:3::1") == 403


@pytest.mark.usefixtures("one_minute")
def test_the_attack_does_not_flood_the_journal(who: Compte) -> None:
    """One entry a minute and a reason."""
    for number in range(60):
        attempt(f"nobody{number}@example.org", "192.0.2.1")
    entries = Entree.objects.filter(event="compte:sign_in_refused").order_by("reason")
    assert list(entries.values_list("reason", flat=True)) == ["compte.sign_in_refused", "limite.attente"]
