"""What a page refuses to somebody known is told once, and says nothing of what is there."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Fonction
from aidants.dispositif.models import Comite
from aidants.journal.models import Entree, RefusCompte
from mandats.registre.models import Mandat
from tests import builders
from tests.aidants.entries import append
from tests.mandats.usager_desk import codes, inside, mandat
from tests.oidc.verification_desk import PATH, administration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_minute")]
__all__ = ["administration", "codes", "inside", "mandat"]
OUT_OF_REACH = "acces.out_of_reach"


def bodies(event: str) -> list[dict[str, Any]]:
    """Return what the entries of an event hold, but for their time."""
    rows = Entree.objects.filter(event=event).order_by("id").values_list("body", flat=True)
    return [{**json.loads(bytes(row)), "at": 0} for row in rows]


def asked(client: Client, path: str, **post: str) -> int:
    return (client.post(path, post) if post else client.get(path)).status_code


@pytest.mark.writes("acces:unknown")
def test_a_foreign_object_and_an_unknown_one_leave_the_same_entry(mandat: Mandat) -> None:
    place = builders.structure("Mairie d’ailleurs", siret="99999920500029")
    told = []
    for identifier in (mandat.id, uuid4()):
        stranger = builders.aidant(place)
        assert asked(builders.signed_in(stranger), f"/mandats/{identifier}") == 404
        told.append(json.dumps(bodies("acces:unknown")[-1]).replace(str(stranger.id), "X"))
    assert told[0] == told[1]
    one = json.loads(told[0])
    assert (one["acteur"]["kind"], one["structure"], one["subject"]) == ("compte", str(place.id), None)
    assert (one["reason"], one["facts"]) == (OUT_OF_REACH, {"route": "mandats:detail", "count": 1})


def test_a_hundred_tries_of_a_minute_are_one_entry_a_page_and_are_counted(mandat: Mandat) -> None:
    stranger = builders.signed_in(builders.aidant(builders.structure()))
    for _ in range(10):
        assert asked(stranger, f"/mandats/{uuid4()}") == 404
    assert asked(stranger, f"/mandats/{mandat.id}/document") == 404
    assert [one["facts"]["route"] for one in bodies("acces:unknown")] == ["mandats:detail", "mandats:document"]
    assert sorted(RefusCompte.objects.values_list("kind", "count")) == [
        (f"acces:unknown/{OUT_OF_REACH}", 1),
        (f"acces:unknown/{OUT_OF_REACH}", 10),
    ]


def test_an_usager_who_asks_another_s_mandat_or_a_certificate_of_no_end_is_told(inside: Client, mandat: Mandat) -> None:
    other = builders.mandat(mandat.aidant, mandat.structure, builders.identite(sub_digest="b" * 64), now=timezone.now())
    assert asked(inside, f"/usager/mandats/{other.id}") == 404
    assert asked(inside, f"/usager/mandats/{mandat.id}/attestation") == 404
    told = bodies("acces:unknown")
    assert {one["acteur"]["id"] for one in told} == {str(mandat.usager_id)}
    assert [one["facts"]["route"] for one in told] == ["mandats:usager_mandat", "mandats:usager_certificate"]


def test_an_aidant_who_asks_a_certificate_of_no_end_is_told(mandat: Mandat) -> None:
    assert asked(builders.signed_in(mandat.aidant), f"/mandats/{mandat.id}/attestation") == 404
    assert [one["facts"]["route"] for one in bodies("acces:unknown")] == ["mandats:certificate"]


def test_a_site_that_asks_what_is_not_its_own_is_told(administration: Any) -> None:
    given = json.dumps({"receipt": "x.y.z", "suite": "acceptee"})
    headers = {"Authorization": administration.credentials()}
    answer = Client().post(f"{PATH}/suites", given, content_type="application/json", headers=headers)
    assert answer.status_code == 404
    assert [one.event for one in Entree.objects.filter(acteur_id=administration.client.id).exclude(reason="")] == [
        "verification:suite_refused"
    ]


@pytest.mark.writes("acces:refuse")
def test_a_form_of_another_session_is_told_of_anybody() -> None:
    who = builders.compte()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(who)
    for client in (browser, Client(enforce_csrf_checks=True)):
        assert client.post("/deconnexion").status_code == 403
    assert [one["acteur"]["kind"] for one in bodies("acces:refuse")] == ["compte", "anonyme"]
    assert {one["reason"] for one in bodies("acces:refuse")} == {"acces.form_expired"}


@pytest.mark.writes("acces:no_effect")
def test_an_act_that_changed_nothing_is_told(mandat: Mandat) -> None:
    browser = builders.signed_in(mandat.aidant)
    assert asked(browser, f"/mandats/{mandat.id}/volet/a-recopier", once="serves once") == 302
    (one,) = bodies("acces:no_effect")
    assert (one["reason"], one["facts"]["count"]) == ("acces.without_effect", 1)


@pytest.mark.writes("acces:no_effect", "comite:open")
def test_a_refusal_shown_on_a_form_is_told_with_its_reason() -> None:
    who = builders.compte()
    Fonction.objects.create(compte=who, role="instructeur")
    browser = builders.signed_in(who)
    day = {"held_on": f"{timezone.now().year + 1}-03-10"}
    assert [asked(browser, "/instruction/comites", **day) for _ in range(2)] == [302, 422]
    assert Comite.objects.count() == 1
    assert [one["reason"] for one in bodies("acces:no_effect")] == ["comite.exists"]


def test_what_is_nobody_s_is_not_told(mandat: Mandat) -> None:
    """An address that leads nowhere, a tile that is not there yet, a private page asked before the sign-in."""
    append()
    browser = builders.signed_in(mandat.aidant)
    before = Entree.objects.count()
    for client in (browser, Client()):
        assert asked(client, "/nulle-part") == 404
        answer = client.get("/journal/tile/0/999")
        assert (answer.status_code, "Cookie" in answer.get("Vary", "")) == (404, False)
    assert asked(Client(), f"/mandats/{UUID(int=0)}") == 302
    assert (Entree.objects.count(), RefusCompte.objects.count()) == (before, 0)
