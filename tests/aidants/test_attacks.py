"""Who would get in, or further than they may: each attack through the front door, and what it meets."""

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.comptes.sessions.store import LAST_ACT_AT
from aidants.envois.sending import send_due
from aidants.habilitation.models import Dossier
from aidants.journal.models import Entree
from aidants.structures.models import Affectation, Invitation
from tests import builders
from tests.aidants.dispositif import scheme
from tests.aidants.mailbox import forget_password
from tests.aidants.training_desk import organisme
from tests.bench import tries

pytestmark = pytest.mark.django_db
TRIES = 100
HTML = "<img src=x onerror=alert(1)>"
INVITED: dict[str, Any] = {
    "given_name": "Zoé", "family_name": "Petit", "profession": "Agente", "email": "zoe@mairie.example",
    "roles": ["aidant"], "statut": "salarie",
}  # fmt: skip


def referent(place: Any, **fields: Any) -> Compte:
    made = builders.compte(**fields)
    Affectation.objects.create(compte=made, structure=place, is_referent=True, started_at=builders.NOW)
    return made


def test_a_role_is_not_raised_by_a_form_s_field() -> None:
    place = builders.structure()
    who = builders.aidant(place)
    desk = builders.signed_in(who)
    raised = {
        "is_staff": "on", "is_superuser": "on", "is_referent": "on", "is_aidant": "on", "role": "administrateur",
        "roles": ["referent", "administrateur"], "structure": str(place.id), "fonction": "instructeur",
    }  # fmt: skip
    for path in (
        "/compte/mot-de-passe",
        "/compte/application",
        "/structures",
        "/invitation/identite",
        "/equipe/invitation",
    ):
        # The change is allowed, so that the fields are read and not only the guard met.
        desk.post("/compte/confirmation", builders.factor(who))
        desk.post(path, raised | {"code": builders.totp_code(who), "new_password": "girafe marteau violet tempete"})
    who.refresh_from_db()
    assert who.check_password("girafe marteau violet tempete"), "the form was taken, and nothing of the rest"
    standing = who.affectations.get()
    assert (who.is_staff, standing.is_referent, standing.is_aidant) == (False, False, True)
    assert not Fonction.objects.filter(compte=who).exists()
    assert desk.get("/equipe").status_code == 403
    assert desk.get("/registre/sites").status_code == 403


def test_a_flag_of_the_framework_opens_nothing_without_role_and_factor() -> None:
    who = builders.compte(is_staff=True)
    stranger = Client()
    stranger.force_login(who, backend="aidants.comptes.backend.ComptesBackend")
    # As fresh as can be: nothing but the second factor is missing.
    session = stranger.session
    session[LAST_ACT_AT] = int(time.time())
    session.save()
    for path in ("/registre/sites", "/cartes", "/administration/droits", "/imports"):
        assert stranger.get(path)["Location"] == f"/connexion?next={quote(path, safe='')}", path
        assert builders.signed_in(who).get(path).status_code == 403, path


def test_a_referent_reaches_no_aidant_of_another_structure() -> None:
    mine, theirs = builders.structure(), builders.structure("CCAS voisin", siret="99999920400012")
    victim = builders.aidant(theirs, given_name="Ailleurs", family_name="Personne")
    desk, code = builders.signed_in(who := referent(mine)), builders.totp_code
    place = victim.affectations.get()
    before = (
        Affectation.objects.filter(pk=place.pk).values().get(),
        Compte.objects.filter(pk=victim.pk).values().get(),
    )
    given = {"recognised": "voix", "channel": "email", "motif": "depart", "is_referent": "on"}
    for path in (f"/equipe/{victim.id}/aide", f"/equipe/{victim.id}/reouverture", f"/equipe/{victim.id}/place"):
        assert desk.post(path, given | {"code": code(who)}).status_code == 404, path
    assert desk.get(f"/equipe/{victim.id}/aide").status_code == 404
    assert victim.full_name not in desk.get("/equipe").content.decode()
    after = (Affectation.objects.filter(pk=place.pk).values().get(), Compte.objects.filter(pk=victim.pk).values().get())
    assert after == before


@pytest.mark.parametrize("field", ["given_name", "family_name", "profession", "email"])
def test_what_is_typed_adds_no_header_to_a_message(field: str, mailoutbox: list[Any]) -> None:
    boss = referent(builders.structure())
    desk = builders.signed_in(boss)
    forged = {field: f"{INVITED[field]}\r\nBcc: tous@evil.example", "code": builders.totp_code(boss)}
    assert desk.post("/equipe/invitation", INVITED | forged).status_code == 422
    send_due(timezone.now())
    assert not mailoutbox
    assert not Invitation.objects.exists()
    rightly = INVITED | {"code": builders.totp_code(boss)}
    assert desk.post("/equipe/invitation", rightly).status_code == 302
    send_due(timezone.now())
    assert [one.recipients() for one in mailoutbox if one.to != [boss.email]] == [["zoe@mairie.example"]]


def test_a_structure_s_name_adds_no_header_to_the_invitation_that_leaves(mailoutbox: list[Any]) -> None:
    boss = referent(builders.structure("CCAS\r\nBcc: tous@evil.example"), given_name="Ève\nBcc: x@evil.example")
    desk = builders.signed_in(boss)
    desk.post("/equipe/invitation", INVITED | {"code": builders.totp_code(boss)})
    send_due(timezone.now())
    (sent,) = [one for one in mailoutbox if one.to == ["zoe@mairie.example"]]
    assert sent.recipients() == ["zoe@mairie.example"]
    assert b"\nBcc" not in sent.message().as_bytes().partition(b"\n\n")[0]


def test_an_usager_s_name_that_is_markup_is_text_on_each_page_that_shows_it() -> None:
    place = builders.structure()
    who = builders.aidant(place)
    mandat = builders.mandat(who, place, builders.identite(family_name=HTML, given_name=HTML), now=timezone.now())
    desk = builders.signed_in(who)
    shown = 0
    for route in ("detail", "declare_use", "revoke", "volet", "releve", "renew", "contacts", "send_copy"):
        page = desk.get(reverse(f"mandats:{route}", args=[mandat.id]))
        assert page.status_code == 200, route
        assert HTML not in page.content.decode(), route
        shown += b"&lt;img" in page.content
    assert HTML not in desk.get("/mandats").content.decode()
    assert b"&lt;img" in desk.get("/mandats").content
    assert shown >= 3


@pytest.mark.parametrize(("step", "status"), [(-2, 403), (-1, 302), (0, 302), (1, 302), (2, 403)])
def test_the_window_of_a_code_is_one_step_each_way_at_the_front_door(
    step: int, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, now = builders.compte(), time.time() // 30 * 30 + 15
    monkeypatch.setattr(time, "time", lambda: now)
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromtimestamp(now, UTC))
    given = {"email": who.email, "password": builders.PASSWORD, "code": builders.totp_code(who, step)}
    assert Client().post("/connexion", given).status_code == status


def test_names_that_are_markup_are_text_on_every_page_that_shows_them() -> None:
    place = builders.structure(HTML, city=HTML, street=HTML, kind=HTML)
    boss = referent(place, given_name=HTML, family_name=HTML, profession=HTML)
    builders.aidant(place, given_name=HTML, family_name=HTML, profession=HTML)
    admin = builders.compte(given_name=HTML, family_name=HTML)
    Fonction.objects.create(compte=admin, role="administrateur")
    Fonction.objects.create(compte=admin, role="instructeur")
    pages = (
        (boss, ("/equipe", "/accueil", "/compte", "/structures", "/structure/demarches", "/structure/annuaire",
                "/journal/structure", "/alertes", "/equipe/invitation")),
        (admin, ("/accueil", "/compte", "/registre/sites", "/journal/recherche", "/cartes", "/imports", "/aide")),
    )  # fmt: skip
    for who, paths in pages:
        browser = builders.signed_in(who)
        for path in paths:
            answer = browser.get(path)
            assert answer.status_code == 200, path
            assert HTML not in answer.content.decode(), path
    assert "&lt;img" in builders.signed_in(boss).get("/equipe").content.decode()
    assert Client().get("/donnees-ouvertes/structures.json")["Content-Type"] == "application/json"


def test_names_that_an_instructeur_reads_are_text_whoever_typed_them() -> None:
    """A structure that applies, one that asks for its habilitation, a training body: none has an account."""
    given = {"siret": "99999910500011", "etat": "en_instruction", "submitted_at": builders.NOW}
    dossier = Dossier.objects.create(email="a@b.example", name=HTML, created_at=builders.NOW, **given)
    body = organisme(name=HTML)
    asked = scheme.reviewed(name=HTML)
    passage = scheme.passage(asked)
    who = scheme.holder("instructeur")
    browser = builders.signed_in(who)
    for path in (
        "/habilitation/dossiers",
        f"/habilitation/dossiers/{dossier.id}",
        "/organismes",
        f"/organismes/{body.id}",
        "/instruction/candidatures",
        f"/instruction/candidatures/{asked.id}",
        f"/instruction/comites/{passage.comite_id}",
        f"/instruction/comites/{passage.comite_id}/{passage.id}",
    ):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert HTML not in page.content.decode(), path
        assert "&lt;img" in page.content.decode(), path


@pytest.mark.parametrize(
    "path", ["/", "/connexion", "/mot-de-passe/oublie", "/nous-ecrire", "/.well-known/security.txt"]
)
def test_a_forged_host_is_refused_everywhere(path: str) -> None:
    assert Client().get(path, headers={"Host": "evil.example"}).status_code == 400
    answer = Client().get(path, headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in answer.content.decode()


def test_a_forged_host_stands_in_no_link_of_a_message(mailoutbox: list[Any], settings: Any) -> None:
    who, path = builders.aidant(builders.structure()), "/mot-de-passe/oublie"
    assert Client().post(path, {"email": who.email}, headers={"Host": "evil.example"}).status_code == 400
    send_due(timezone.now())
    assert not mailoutbox
    forged = {"X-Forwarded-Host": "evil.example", "Origin": "https://evil.example", "Forwarded": "host=evil.example"}
    forget_password(who.email, headers=forged)
    send_due(timezone.now())
    (sent,) = mailoutbox
    assert "evil.example" not in sent.message().as_string()
    assert f"{settings.ISSUER}/mot-de-passe/" in sent.body


def test_a_deactivated_person_is_out_at_the_next_request_on_every_device() -> None:
    """Five seconds are promised; nothing is remembered from the sign-in: the next request already is refused."""
    place = builders.structure()
    who = builders.aidant(place)
    devices = [builders.signed_in(who) for _ in range(3)]
    Compte.objects.filter(pk=who.pk).update(is_active=False)
    for device in devices:
        for path in ("/accueil", "/mandats", "/mandats/nouveau", "/compte"):
            assert device.get(path)["Location"].startswith("/connexion"), path


def test_tries_from_many_addresses_go_through_the_front_door_and_lock_nobody_out() -> None:
    """Each try is a request from an address of its own.  Ten thousand of them: ``make bench``, sign_in_tries."""
    with tries.cheap_hashes():
        who = builders.aidant(builders.structure(), email="camille@example.org")
        assert tries.assail(who.email, TRIES) == {403}
        assert tries.enters(who)
    who.refresh_from_db()
    assert who.code_failures == 0, "a wrong password never reaches the codes"
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(count) FROM journal_refus_compte WHERE kind LIKE 'compte:sign_in_refused%'")
        assert cursor.fetchone()[0] == TRIES
    assert Entree.objects.filter(event="compte:sign_in_refused").count() <= TRIES
