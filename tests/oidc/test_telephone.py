"""FranceConnect on the usager's own telephone: the desk waits, the telephone signs in; no mishap changes anything."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from mandats.registre.models import Brouillon
from oidc.franceconnect.models import LienTelephone
from oidc.franceconnect.telephones import open_link
from tests import builders
from tests.mandats import pages_desk
from tests.mandats.pages_desk import text
from tests.oidc.franceconnect_desk import Desk as Telephone
from tests.oidc.franceconnect_desk import simulated_franceconnect
from tests.together import at_once, wait_for_locks

_REFRESH = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')


@pytest.fixture
def franceconnect(db: None) -> Iterator[str]:
    with simulated_franceconnect() as base:
        yield base


@pytest.fixture
def desk(franceconnect: str) -> pages_desk.Desk:
    return pages_desk.desk()


@pytest.fixture
def telephone(franceconnect: str) -> Telephone:
    return Telephone(franceconnect, Client())


@pytest.fixture
def brouillon(desk: pages_desk.Desk) -> Brouillon:
    return desk.brouillon()


def at(brouillon: Brouillon, what: str = "") -> str:
    return f"/franceconnect/brouillon/{brouillon.id}/telephone{what}"


def shows(desk: pages_desk.Desk, brouillon: Brouillon) -> tuple[str, str]:
    """Open a link at the desk; return its code and its number."""
    assert desk.client.post(at(brouillon, "/ouvrir"))["Location"] == at(brouillon)
    page = text(desk.client.get(at(brouillon)))
    code = re.search(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b", page)
    number = re.search(r'phone__number">(\d\d)<', page)
    assert code
    assert number
    assert "<svg" in page
    return code.group(), number[1]


def state(desk: pages_desk.Desk, brouillon: Brouillon) -> str:
    return text(desk.client.get(at(brouillon, "/etat")))


def takes(telephone: Telephone, code: str) -> Any:
    return telephone.ours.post("/telephone", {"code": code}, follow=True)


def leaves(telephone: Telephone, number: str) -> str:
    """Touch the number; return FranceConnect's address."""
    page = text(telephone.ours.post("/telephone/nombre", {"number": number}))
    found = _REFRESH.search(page)
    assert found, page
    return found[1].replace("&amp;", "&")


def identified(brouillon: Brouillon) -> bool:
    brouillon.refresh_from_db()
    return brouillon.identity_sealed is not None


@pytest.mark.reaches(
    "GET oidc:fc_phone_number",
    "GET oidc:fc_phone_state",
    "GET oidc:fc_phone_wait",
    "POST oidc:fc_phone_enter",
    "POST oidc:fc_phone_number",
)
def test_the_usager_signs_in_on_their_own_telephone(
    desk: pages_desk.Desk, telephone: Telephone, brouillon: Brouillon
) -> None:
    code, number = shows(desk, brouillon)
    assert state(desk, brouillon) == "ouvert"
    page = text(takes(telephone, code.lower()))
    assert "CCAS de Démonstration" in page
    assert "Camille Martin" in page
    assert f'value="{number}"' in page
    assert state(desk, brouillon) == "pris"
    assert code not in text(desk.client.get(at(brouillon)))
    address = leaves(telephone, number)
    assert state(desk, brouillon) == "parti"
    end = telephone.close(telephone.ours.get(telephone.sign_in(address)))
    assert end.status_code == 200
    assert "C’est fait" in text(end)
    assert telephone.state()["sso_ouvertes"] == 0
    assert identified(brouillon)
    assert state(desk, brouillon) == "identifie"
    assert desk.client.get(at(brouillon))["Location"] == f"/mandats/brouillons/{brouillon.id}/identite"
    assert telephone.ours.session.is_empty()
    assert telephone.ours.get(f"/mandats/brouillons/{brouillon.id}/identite").status_code == 302


@pytest.mark.writes("franceconnect:phone_end")
def test_a_wrong_number_stops_everything(desk: pages_desk.Desk, telephone: Telephone, brouillon: Brouillon) -> None:
    code, number = shows(desk, brouillon)
    takes(telephone, code)
    wrong = next(str(one) for one in LienTelephone.objects.get().choices if str(one) != number)
    answer = telephone.ours.post("/telephone/nombre", {"number": wrong})
    assert answer.status_code == 409
    assert "Ce n’était pas le nombre" in text(answer)
    assert state(desk, brouillon) == "nombre"
    assert telephone.ours.post("/telephone/nombre", {"number": number}).status_code == 409
    assert "n’était pas celui-ci" in text(desk.client.get(at(brouillon), follow=True))
    assert not identified(brouillon)


def test_another_telephone_comes_too_late(desk: pages_desk.Desk, telephone: Telephone, brouillon: Brouillon) -> None:
    code, number = shows(desk, brouillon)
    takes(telephone, code)
    other = Client()
    answer = other.post("/telephone", {"code": code})
    assert answer.status_code == 409
    assert "a déjà servi sur un autre téléphone" in text(answer)
    assert other.post("/telephone/nombre", {"number": number}).status_code == 404
    assert takes(telephone, code).status_code == 200
    assert leaves(telephone, number)


@pytest.mark.writes("franceconnect:phone_refuse")
@pytest.mark.parametrize("code", ["", "AAAAA-AAAAA", "x" * 400])
def test_an_unknown_code_opens_nothing(telephone: Telephone, code: str) -> None:
    answer = telephone.ours.post("/telephone", {"code": code})
    assert answer.status_code == 404
    assert "n’existe pas ou n’est plus valable" in text(answer)
    assert telephone.ours.get("/telephone/nombre").status_code == 404


def test_a_code_that_expired_opens_nothing(desk: pages_desk.Desk, telephone: Telephone, brouillon: Brouillon) -> None:
    code, _ = shows(desk, brouillon)
    LienTelephone.objects.update(expires_at=timezone.now())
    assert telephone.ours.post("/telephone", {"code": code}).status_code == 404
    assert state(desk, brouillon) == "expire"
    assert "Le temps est écoulé" in text(desk.client.get(at(brouillon), follow=True))


@pytest.mark.reaches("POST oidc:fc_phone_cancel")
def test_the_desk_cancels_while_the_usager_is_at_franceconnect(
    desk: pages_desk.Desk, telephone: Telephone, brouillon: Brouillon
) -> None:
    code, number = shows(desk, brouillon)
    takes(telephone, code)
    back = telephone.sign_in(leaves(telephone, number))
    desk.client.post(at(brouillon, "/annuler"))
    end = telephone.close(telephone.ours.get(back))
    assert end.status_code == 409
    assert "L’aidant a annulé" in text(end)
    assert telephone.state()["sso_ouvertes"] == 0
    assert not identified(brouillon)
    assert state(desk, brouillon) == "annule"


def test_a_return_replayed_changes_nothing(desk: pages_desk.Desk, telephone: Telephone, brouillon: Brouillon) -> None:
    code, number = shows(desk, brouillon)
    takes(telephone, code)
    back = telephone.sign_in(leaves(telephone, number))
    telephone.ours.get(back)
    answer = telephone.ours.get(back)
    assert answer.status_code == 400
    assert "a déjà servi" in text(answer)
    assert "brouillons" not in text(answer)
    assert Client().get(back).status_code == 400


def test_franceconnect_refuses_and_both_screens_say_so(
    desk: pages_desk.Desk, telephone: Telephone, brouillon: Brouillon
) -> None:
    code, number = shows(desk, brouillon)
    takes(telephone, code)
    state_sent = re.search(r"state=([0-9a-f]+)", leaves(telephone, number))
    assert state_sent
    end = telephone.ours.get(f"/franceconnect/retour?error=access_denied&state={state_sent[1]}")
    assert end.status_code == 403
    assert "n’est pas allée jusqu’au bout" in text(end)
    assert "n’est pas allée jusqu’au bout" in text(desk.client.get(at(brouillon), follow=True))
    assert not identified(brouillon)


def test_franceconnect_is_down_and_the_telephone_may_try_again(
    desk: pages_desk.Desk, telephone: Telephone, brouillon: Brouillon
) -> None:
    from oidc.franceconnect.configuration import forget

    code, number = shows(desk, brouillon)
    takes(telephone, code)
    forget()
    telephone.panne("down_503", "discovery")
    answer = telephone.ours.post("/telephone/nombre", {"number": number})
    assert answer.status_code == 503
    assert "ne répond pas" in text(answer)
    telephone.panne("none")
    assert _REFRESH.search(text(telephone.ours.post("/telephone/nombre")))


def test_the_desk_s_own_browser_is_no_telephone(desk: pages_desk.Desk, brouillon: Brouillon) -> None:
    code, _ = shows(desk, brouillon)
    assert desk.client.post("/telephone", {"code": code}).status_code == 409
    assert state(desk, brouillon) == "ouvert"


def test_a_new_link_ends_the_one_before(desk: pages_desk.Desk, telephone: Telephone, brouillon: Brouillon) -> None:
    code, _ = shows(desk, brouillon)
    again, number = shows(desk, brouillon)
    assert telephone.ours.post("/telephone", {"code": code}).status_code == 409
    takes(telephone, again)
    assert leaves(telephone, number)


def test_a_link_of_another_structure_is_unknown(desk: pages_desk.Desk, brouillon: Brouillon) -> None:
    shows(desk, brouillon)
    stranger = builders.signed_in(builders.aidant(builders.structure("Mairie d’ailleurs")))
    for path in ("", "/etat"):
        assert stranger.get(at(brouillon, path)).status_code == 404
    for path in ("/ouvrir", "/annuler"):
        assert stranger.post(at(brouillon, path)).status_code == 404
    assert LienTelephone.objects.get().ended_at is None


@pytest.mark.writes("franceconnect:phone_open")
def test_links_are_forgotten_a_day_after(desk: pages_desk.Desk, brouillon: Brouillon) -> None:
    from oidc.franceconnect.telephones import purge_phone_links

    shows(desk, brouillon)
    assert purge_phone_links(timezone.now() + timedelta(days=1)) == 0
    assert purge_phone_links(timezone.now() + timedelta(days=2)) == 1


def test_of_two_links_asked_for_at_once_the_second_ends_the_first(committed_db: str) -> None:
    desk = pages_desk.desk()
    brouillon = desk.brouillon()
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            assert open_link(brouillon.id, desk.acteur, timezone.now())
            posted = threads.submit(at_once, lambda: desk.client.post(at(brouillon, "/ouvrir")))
            wait_for_locks(1)
        (answer,) = posted.result()
    assert (answer.status_code, answer["Location"]) == (302, at(brouillon))
    assert sorted(LienTelephone.objects.values_list("outcome", flat=True)) == ["", "annule"]


def test_a_brouillon_signed_or_gone_meanwhile_opens_no_link(db: None) -> None:
    desk = pages_desk.desk()
    brouillon = desk.brouillon()
    elsewhere = builders.acteur(desk.who, builders.structure("Ailleurs"))
    assert open_link(brouillon.id, elsewhere, timezone.now()) is None
    assert not LienTelephone.objects.exists()
