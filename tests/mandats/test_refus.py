"""The figures of why mandats are refused: what agents told, counted, with nothing small enough to point at somebody."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from mandats.pilotage.refus import refusals
from mandats.registre.models import Mandat, Verification
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure("CCAS au nom bien reconnaissable")
    return builders.mandat(builders.aidant(place), place, now=timezone.now())


def told(mandat: Mandat, count: int, suite: str, motif: str = "", now: datetime | None = None, **fields: Any) -> None:
    """Write that many verifications with what agents then told."""
    at = now or timezone.now()
    given = {"organisation": "CAF de Paris", "way": "page", "demarche": "logement", "answer": "couvre"} | fields
    rows = [
        Verification(
            mandat=mandat, created_at=at, suite=suite, suite_motif=motif, suite_at=at if suite else None, **given
        )
        for _ in range(count)
    ]
    Verification.objects.bulk_create(rows)


def holder(role: str) -> Compte:
    who = builders.compte()
    Fonction.objects.create(compte=who, role=role)
    return who


def test_motifs_and_demarches_are_counted_and_small_numbers_are_not_told(mandat: Mandat) -> None:
    told(mandat, 12, "refusee", "presence")
    told(mandat, 7, "refusee", "consigne", demarche="argent")
    told(mandat, 2, "refusee", "doute", demarche="justice")
    told(mandat, 40, "acceptee")
    told(mandat, 9, "")
    found = refusals(timezone.now())
    assert (found.accepted, found.refused, found.verified) == (40, 21, 70)
    assert [(row.label, row.count) for row in found.motifs] == [
        ("la présence de l’usager est exigée", 12),
        ("notre organisme n’accepte pas ce mandat", None),
        ("un doute sur l’aidant ou sur la demande", None),
    ], "seven would tell two, by subtraction from the total"
    assert [row.count for row in found.demarches] == [12, None, None]


def test_each_total_stands_or_falls_alone(mandat: Mandat) -> None:
    told(mandat, 21, "refusee", "presence")
    told(mandat, 1, "")
    told(mandat, 3, "acceptee")
    found = refusals(timezone.now())
    assert (found.verified, found.accepted, found.refused) == (25, None, 21)
    assert [row.count for row in found.motifs] == [21], "no table tells a total that the page hides"


def test_an_administration_is_named_only_when_its_credentials_prove_it(mandat: Mandat) -> None:
    told(mandat, 8, "refusee", "consigne", organisation="Allocations", authenticated=True)
    told(mandat, 8, "refusee", "consigne", organisation="Un nom que quelqu’un a tapé")
    assert [(row.label, row.count) for row in refusals(timezone.now()).administrations] == [("Allocations", 8)]


def test_of_the_last_twelve_months(mandat: Mandat) -> None:
    told(mandat, 30, "refusee", "doute", now=timezone.now() - timedelta(days=366))
    assert refusals(timezone.now()).is_empty


def test_refusals_of_a_mandat_that_covered_stand_apart(mandat: Mandat) -> None:
    told(mandat, 6, "refusee", "consigne")
    told(mandat, 5, "refusee", "fin", answer="revoque")
    assert refusals(timezone.now()).covered == 6


@pytest.mark.parametrize(("role", "status"), [("administrateur", 200), ("instructeur", 200), ("accueil", 403)])
def test_the_page_is_for_who_steers_the_service(mandat: Mandat, role: str, status: int) -> None:
    told(mandat, 12, "refusee", "presence")
    told(mandat, 2, "acceptee")
    browser = builders.signed_in(holder(role))
    answer = browser.get("/pilotage/refus")
    assert answer.status_code == status
    page = answer.content.decode()
    assert ("la présence de l’usager est exigée" in page) is (status == 200)
    assert "CCAS au nom bien reconnaissable" not in page


def test_query_count(mandat: Mandat, query_count: Callable[[int], Any]) -> None:
    told(mandat, 12, "refusee", "presence")
    browser = builders.signed_in(holder("instructeur"))
    browser.get("/pilotage/refus")
    with query_count(8):  # session, account, factor, role; two of figures; menu: places, roles
        browser.get("/pilotage/refus")


def test_an_aidant_and_a_stranger_do_not_see_them(mandat: Mandat) -> None:
    assert builders.signed_in(mandat.aidant).get("/pilotage/refus").status_code == 403
    assert builders.Client().get("/pilotage/refus").status_code == 302


def test_before_anybody_told_anything_the_page_says_so(mandat: Mandat) -> None:
    page = builders.signed_in(holder("instructeur")).get("/pilotage/refus").content.decode()
    assert "Aucune décision n’a été dite" in page
