"""Two at once, on the real database, with real threads."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from aidants.domain.acteur import Acteur, Kind
from aidants.journal.models import Entree
from mandats.domain.motifs import MotifDeFin
from mandats.registre.models import Utilisation
from mandats.registre.services.revoke import revoke_autorisation, revoke_mandat
from oidc.provider.models import AccessToken, Connexion, PairwiseSubject
from oidc.provider.subjects import subjects_of
from tests import builders
from tests.oidc import flow
from tests.together import at_once, wait_for_locks


def events(*wanted: str) -> list[str]:
    return list(Entree.objects.filter(event__in=wanted).order_by("id").values_list("event", flat=True))


@pytest.mark.spec("RFC 6749", "4.1.2")
def test_of_parallel_exchanges_of_a_code_one_wins(committed_db):
    """All four ask before any answer: none replays what another received."""
    at, asked = flow.desk(), flow.site("franceconnect")
    code = flow.code_of(at, asked)
    with ThreadPoolExecutor(1) as apart:
        with transaction.atomic():
            Connexion.objects.select_for_update().get()
            asking = apart.submit(at_once, *[partial(flow.exchange, asked, code)] * 4)
            wait_for_locks(4)
        answers = asking.result()
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}
    token = next(answer for answer in answers if answer.status_code == 200).json()["access_token"]
    assert flow.userinfo(token).status_code == 200, "the winner's token lives"
    assert AccessToken.objects.count() == 1
    assert events("connexion:redeem", "connexion:replay") == ["connexion:redeem"]
    assert flow.exchange(asked, code).status_code == 400
    assert flow.userinfo(token).status_code == 401, "who asks afterwards replays"
    assert events("connexion:replay") == ["connexion:replay"]


def test_a_request_answered_in_two_tabs_at_once_gives_one_code(committed_db):
    at, asked = flow.desk(), flow.site()
    page = flow.choice_page(at.browser, asked)
    tabs = [flow.Browser(), flow.Browser()]
    for tab in tabs:
        tab.cookies = at.browser.cookies
    chosen = {"autorisation": str(at.autorisation().id)}
    answers = at_once(*(lambda tab=tab: tab.post(page, chosen) for tab in tabs))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert Connexion.objects.count() == Utilisation.objects.count() == 1


def test_a_revocation_during_the_exchange_leaves_nothing_usable(committed_db):
    at, asked = flow.desk(), flow.site()
    doer = Acteur(Kind.COMPTE, at.aidant.id, at.place.id, "aidant")
    code = flow.code_of(at, asked)

    _, answer = at_once(
        lambda: revoke_mandat(at.mandat.id, doer, motif=MotifDeFin.REVOCATION, way="aidant", now=timezone.now()),
        lambda: flow.exchange(asked, code),
    )
    if answer.status_code == 200:
        token = answer.json()["access_token"]
        assert flow.userinfo(token).status_code == 401
        assert flow.introspect(asked, token).json() == {"active": False}
    else:
        assert answer.json()["error"] == "invalid_grant"
    assert events("mandat:revoke", "utilisation:refuse").count("mandat:revoke") == 1
    assert events("utilisation:refuse")


@pytest.mark.parametrize("all_of_it", [True, False], ids=["the mandat", "one demarche"])
def test_a_choice_that_waited_for_a_revocation_is_refused(committed_db, all_of_it):
    """What the choice reads while it waits is read again: nothing is used that was stopped meanwhile."""
    at, asked = flow.desk(), flow.site()
    chosen, now = at.autorisation(), timezone.now()
    usager = Acteur(Kind.USAGER, at.mandat.usager_id)
    page = flow.choice_page(at.browser, asked)
    with ThreadPoolExecutor(1) as apart:
        with transaction.atomic():
            if all_of_it:
                revoked = revoke_mandat(at.mandat.id, usager, motif=MotifDeFin.REVOCATION, way="page", now=now)
            else:
                revoked = revoke_autorisation(chosen.id, usager, way="page", now=now)
            assert revoked
            answering = apart.submit(at_once, lambda: at.browser.post(page, {"autorisation": str(chosen.id)}))
            wait_for_locks(1)
        [answer] = answering.result()
    assert answer.status_code == 409
    assert not Connexion.objects.exists()
    assert not Utilisation.objects.exists()
    assert events("utilisation:refuse") == ["utilisation:refuse"]


def test_releases_at_once_write_one_entry(committed_db):
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    answers = at_once(*[lambda: flow.userinfo(token)] * 4)
    assert {answer.status_code for answer in answers} == {200}
    assert events("identite:release") == ["identite:release"]


def test_a_pairwise_subject_is_drawn_once(committed_db):
    who = builders.compte()
    pairs = at_once(*[lambda: subjects_of("site.example", usager=who.id, aidant=who.id)] * 4)
    assert len(set(pairs)) == 1
    assert PairwiseSubject.objects.count() == 2
