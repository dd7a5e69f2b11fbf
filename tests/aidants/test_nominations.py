"""National roles by screen: one administrateur gives and withdraws them, two are needed for that very role."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import (
    LAST_ADMINISTRATEUR,
    NOMINATION_GONE,
    NOMINATION_SAME_PERSON,
    ROLE_HELD,
    ROLE_OF_ONESELF,
)
from aidants.envois.sending import send_due
from aidants.journal.models import Entree
from aidants.structures.invitations import Invite
from aidants.structures.models import Invitation, Nomination
from aidants.structures.nominations import answer_nomination, give_role, withdraw_role
from tests import builders
from tests.together import at_once, wait_for_locks


def admin() -> Compte:
    made = builders.compte()
    Fonction.objects.create(compte=made, role="administrateur")
    return made


def doer(who: Compte) -> Acteur:
    return Acteur(Kind.COMPTE, who.id, None, "administrateur")


def post(who: Compte, **fields: str) -> Any:
    given = {"given_name": "Zoé", "family_name": "Petit", "profession": "Agente", "departement": ""}
    return builders.signed_in(who).post("/registre/fonctions", {**given, "code": builders.totp_code(who), **fields})


@pytest.mark.django_db
@pytest.mark.writes("role:grant", "role:withdraw")
def test_a_role_given_to_an_account_opens_its_pages_and_withdrawn_closes_them() -> None:
    ines, paul = admin(), builders.compte()
    theirs = builders.signed_in(paul)
    assert theirs.get("/journal/recherche").status_code == 403
    assert post(ines, email=paul.email, role="instructeur").status_code == 302
    assert theirs.get("/journal/recherche").status_code == 200
    held = Fonction.objects.get(compte=paul)
    answer = builders.signed_in(ines).post(f"/registre/fonctions/{held.id}/retrait", {"code": builders.totp_code(ines)})
    assert answer.status_code == 302
    assert theirs.get("/journal/recherche")["Location"].startswith("/connexion"), "its sessions are closed"
    assert builders.signed_in(paul).get("/journal/recherche").status_code == 403
    events = Entree.objects.filter(subject_id=paul.id, event__startswith="role:").order_by("id")
    assert [(one.event, one.acteur_id) for one in events] == [("role:grant", ines.id), ("role:withdraw", ines.id)]


@pytest.mark.django_db
def test_who_has_no_account_is_invited() -> None:
    assert post(admin(), email="Neuf@anct.example", role="prefecture", departement="05").status_code == 302
    made = Invitation.objects.get()
    assert (made.email, made.role, made.departement) == ("neuf@anct.example", "prefecture", "05")
    send_due(timezone.now())
    assert "« Préfecture" in mail.outbox[-1].body


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [{"role": "prefecture"}, {"role": "referent"}, {"role": "aidant"}, {"role": ""}, {"code": "000000"}],
    ids=str,
)
def test_what_makes_no_sense_gives_nothing(fields: dict[str, str]) -> None:
    who = builders.compte()
    answer = post(admin(), **{"email": who.email, "role": "accueil"} | fields)
    assert answer.status_code == 422
    assert not Fonction.objects.filter(compte=who).exists()


@pytest.mark.django_db
@pytest.mark.writes("nomination:ask", "nomination:answer", "nomination:refuse")
def test_an_administrateur_takes_two_persons_and_neither_is_the_same() -> None:
    ines, karim, zoe = admin(), admin(), builders.compte()
    assert post(ines, email=zoe.email, role="administrateur").status_code == 302
    asked = Nomination.objects.get()
    assert not Fonction.objects.filter(compte=zoe).exists()
    now = timezone.now()
    assert answer_nomination(asked.id, doer(ines), approve=True, now=now) == Denied(NOMINATION_SAME_PERSON)
    assert answer_nomination(asked.id, doer(zoe), approve=True, now=now) == Denied(NOMINATION_SAME_PERSON)
    page = builders.signed_in(karim).get("/registre/fonctions").content.decode()
    assert f"/registre/fonctions/demandes/{asked.id}" in page
    browser = builders.signed_in(karim)
    given = {"answer": "approuver", "code": builders.totp_code(karim)}
    assert browser.post(f"/registre/fonctions/demandes/{asked.id}", given).status_code == 302
    assert Fonction.objects.get(compte=zoe).role == "administrateur"
    assert answer_nomination(asked.id, doer(karim), approve=True, now=now) == Denied(NOMINATION_GONE)
    refused = Entree.objects.filter(event="nomination:refuse").values_list("reason", flat=True)
    assert set(refused) == {NOMINATION_SAME_PERSON.code, NOMINATION_GONE.code}


@pytest.mark.django_db
def test_two_administrateurs_always_remain_and_nobody_withdraws_themselves() -> None:
    ines, karim = admin(), admin()
    his = Fonction.objects.get(compte=karim)
    now = timezone.now()
    assert withdraw_role(his.id, doer(karim), now) == Denied(ROLE_OF_ONESELF)
    assert withdraw_role(his.id, doer(ines), now) == Denied(LAST_ADMINISTRATEUR)
    third = admin()
    asked = withdraw_role(his.id, doer(ines), now)
    assert isinstance(asked, Nomination)
    assert answer_nomination(asked.id, doer(karim), approve=True, now=now) == Denied(ROLE_OF_ONESELF)
    assert answer_nomination(asked.id, doer(third), approve=True, now=now)
    his.refresh_from_db()
    assert his.ended_at == now


@pytest.mark.django_db
@pytest.mark.writes("role:refuse")
def test_nobody_gives_themselves_a_role() -> None:
    ines = admin()
    mine = Invite(ines.email, "I", "L", role="instructeur")
    assert give_role(mine, doer(ines), timezone.now()) == Denied(ROLE_OF_ONESELF)
    assert Entree.objects.get(event="role:refuse").subject_id == ines.id


def test_of_two_answers_at_once_one_counts(committed_db: str) -> None:
    ines, others, zoe = admin(), [admin(), admin()], builders.compte()
    asked = give_role(Invite(zoe.email, "Z", "P", role="administrateur"), doer(ines), timezone.now())
    assert isinstance(asked, Nomination)
    found: list[Any] = []

    def answer(who: Compte, approve: bool) -> None:
        found.append(answer_nomination(asked.id, doer(who), approve=approve, now=timezone.now()))
        connection.close()

    threads = [threading.Thread(target=answer, args=pair) for pair in zip(others, (True, False), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Denied) for one in found) == 1


def test_two_administrateurs_remain_whoever_answers_at_once(committed_db: str) -> None:
    """Three are there, two withdrawals were asked; the second answer counts what the first one left."""
    one, two, three = admin(), admin(), admin()
    now = timezone.now()
    first = withdraw_role(Fonction.objects.get(compte=two).id, doer(one), now)
    second = withdraw_role(Fonction.objects.get(compte=one).id, doer(two), now)
    assert isinstance(first, Nomination)
    assert isinstance(second, Nomination)
    answers = [partial(answer_nomination, asked.id, doer(three), approve=True, now=now) for asked in (first, second)]
    with ThreadPoolExecutor(1) as apart:
        with transaction.atomic():
            list(Fonction.objects.select_for_update().order_by("id"))
            answering = apart.submit(at_once, *answers)
            wait_for_locks(2)
        given = answering.result()
    assert given.count(Denied(LAST_ADMINISTRATEUR)) == 1
    assert Fonction.objects.filter(ended_at__isnull=True).count() == 2


def test_two_who_ask_for_one_person_at_once_make_one_request(committed_db: str) -> None:
    with transaction.atomic():
        askers = [doer(admin()) for _ in range(2)]
        invited = Invite(email="neuf@anct.example", given_name="Zoé", family_name="Petit", role="administrateur")
    now = timezone.now()
    given = at_once(*[partial(give_role, invited, one, now) for one in askers])
    assert Nomination.objects.get() in given
    assert Denied(ROLE_HELD) in given
