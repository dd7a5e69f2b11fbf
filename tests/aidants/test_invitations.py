"""Invitations: sent by a referent, opened by a code that serves once, accepted in three steps."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp

from aidants.comptes.models import Compte, Fonction
from aidants.domain.cartes import seed_of
from aidants.domain.decisions import Denied
from aidants.domain.errors import INVITATION_GONE
from aidants.journal.models import Entree
from aidants.structures import invitations
from aidants.structures.invitations import Accepted, Invite, accept, purge_invitations
from aidants.structures.models import Affectation, Invitation, Structure
from tests import builders
from tests.aidants.mailbox import invitation_code, is_them, link_code, messages_to, subjects_to

pytestmark = pytest.mark.django_db

PASSWORD = "girafe marteau violet tempete"
INVITED = {
    "given_name": "Zoé", "family_name": "Le Goff-d’Arc", "email": "Zoe@Mairie.example",
    "profession": "Conseillère numérique", "roles": ["aidant"], "statut": "agent_public",
}  # fmt: skip


def referent(place: Structure, **fields: Any) -> Compte:
    made = builders.compte(**fields)
    Affectation.objects.create(compte=made, structure=place, is_referent=True, started_at=builders.NOW)
    return made


@pytest.fixture
def place() -> Structure:
    return builders.structure()


@pytest.fixture
def desk(place: Structure) -> Client:
    """Sign a referent in."""
    return builders.signed_in(referent(place, email="sylvie@mairie.example"))


def code(desk: Client) -> dict[str, str]:
    """Return a code of now of whoever sits at this desk."""
    return {"code": builders.totp_code(Compte.objects.get(pk=desk.session["_auth_user_id"]))}


def invite(desk: Client, **changes: Any) -> Any:
    return desk.post("/equipe/invitation", INVITED | code(desk) | changes)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def opened(code: str) -> tuple[Client, Any]:
    """Follow the link as a browser does, and post the code that its script read."""
    browser = Client()
    return browser, browser.post("/invitation", {"code": code}, follow=True)


def typed_seed(page: str) -> bytes:
    shown = re.search(r'class="seed">([A-Z2-7 ]+)<', page)
    assert shown
    seed = seed_of(shown[1])
    assert seed is not None
    return seed


def test_from_the_invitation_to_the_recovery_codes(desk: Client, place: Structure) -> None:
    assert invite(desk)["Location"] == "/equipe"
    assert "zoe@mairie.example" in text(desk.get("/equipe"))
    browser, page = opened(link_code("zoe@mairie.example"))
    assert "Est-ce bien vous" in text(page)
    assert "Le Goff-d’Arc" in text(page)
    assert "votre référent la corrigera" in text(page)
    assert is_them(browser, "zoe@mairie.example")["Location"] == "/bienvenue"
    page = browser.get("/bienvenue")
    seed = typed_seed(text(page))
    wrong = browser.post("/bienvenue/application", {"first_code": "000000", "new_password": PASSWORD})
    assert wrong.status_code == 403
    assert typed_seed(text(wrong)) == seed, "the QR code already scanned still serves"
    done = browser.post("/bienvenue/application", {"first_code": f"{totp(seed):06d}", "new_password": PASSWORD})
    assert done["Location"] == "/compte/secours"
    assert "Étape 3 sur 3" in text(browser.get("/compte/secours"))
    codes = re.findall(r'class="reference">(\d{4} \d{4} \d{4})<', text(browser.post("/compte/secours")))
    assert len(set(codes)) == 10
    who = Compte.objects.get(email="zoe@mairie.example")
    assert (who.full_name, who.profession) == ("Zoé Le Goff-d’Arc", "Conseillère numérique")
    standing = who.affectations.get()
    assert (standing.structure_id, standing.is_aidant, standing.is_referent) == (place.id, True, False)
    assert browser.get("/compte").status_code == 200
    browser.post("/deconnexion")
    given = {"email": who.email, "password": PASSWORD, "code": codes[3]}
    assert browser.post("/connexion", given)["Location"] == "/"
    assert Client().post("/connexion", given).status_code == 403, "a recovery code serves once"
    told = subjects_to("zoe@mairie.example")
    assert "Un moyen de connexion a été ajouté à votre compte" in told
    assert "Une invitation a été acceptée" in subjects_to("sylvie@mairie.example")
    events = set(Entree.objects.values_list("event", flat=True))
    assert events >= {"invitation:send", "invitation:accept", "compte:factor_add", "compte:recovery_codes_make"}


@pytest.mark.writes("invitation:accept", "role:grant")
def test_a_mail_scanner_spends_nothing(desk: Client) -> None:
    invite(desk)
    code = link_code("zoe@mairie.example")
    for method in ("get", "head", "options"):
        getattr(Client(), method)("/invitation")
    assert code not in messages_to("zoe@mairie.example")[0].text.split("#")[0]
    scanner, _ = opened(code)
    scanner.get("/invitation/identite")
    assert not Invitation.objects.get().accepted_at
    browser, _ = opened(code)
    assert is_them(browser, "zoe@mairie.example")["Location"] == "/bienvenue"


def test_an_invitation_serves_once(desk: Client) -> None:
    invite(desk)
    code = link_code("zoe@mairie.example")
    first, _ = opened(code)
    second, _ = opened(code)
    assert is_them(first, "zoe@mairie.example")["Location"] == "/bienvenue"
    assert second.post("/invitation/identite")["Location"] == "/invitation"
    _, page = opened(code)
    assert page.status_code == 410
    assert "prévenez-le" in text(page)
    assert Compte.objects.filter(email="zoe@mairie.example").count() == 1


def test_one_older_than_seven_days_is_refused(desk: Client) -> None:
    invite(desk)
    Invitation.objects.update(expires_at=timezone.now())
    assert opened(link_code("zoe@mairie.example"))[1].status_code == 410
    assert "trop ancienne" in text(desk.get("/equipe"))


@pytest.mark.parametrize("code", ["", "aaaaa-aaaaa-aaaaa-aaaaa", "x" * 64, "é" * 20, "' OR 1=1 --"])
def test_a_guessed_code_opens_nothing(desk: Client, code: str) -> None:
    invite(desk)
    _, page = opened(code)
    assert page.status_code in (200, 410)
    assert "Est-ce bien vous" not in text(page)


@pytest.mark.writes("invitation:refuse_code", "invitation:send_code")
def test_a_forwarded_invitation_opens_nothing_without_the_mailbox(desk: Client) -> None:
    invite(desk)
    code = link_code("zoe@mairie.example")
    thief, _ = opened(code)
    forged = {"email": "thief@evil.example", "family_name": "Voleur", "role": "administrateur"}
    assert thief.post("/invitation/identite", forged)["Location"] == "/invitation/code"
    sent = invitation_code("zoe@mairie.example")
    assert sent not in text(thief.get("/invitation/code"))
    assert not messages_to("thief@evil.example")
    assert "Saisissez le code du message." in text(thief.post("/invitation/code", {"code": ""}))
    for guess in (f"{number:06d}" for number in range(5) if f"{number:06d}" != sent.replace(" ", "")):
        assert thief.post("/invitation/code", {"code": guess}).status_code == 403
    assert thief.get("/bienvenue")["Location"] == "/connexion"
    assert not Compte.objects.filter(email__in=("zoe@mairie.example", "thief@evil.example")).exists()
    assert not Fonction.objects.exists()
    assert Entree.objects.filter(event="invitation:refuse_code").exists()


def test_the_code_serves_once_in_the_browser_that_asked_and_for_five_tries(desk: Client) -> None:
    invite(desk)
    link = link_code("zoe@mairie.example")
    mine, _ = opened(link)
    thief, _ = opened(link)
    assert mine.post("/invitation/identite")["Location"] == "/invitation/code"
    assert thief.post("/invitation/identite").status_code == 429, "one message a minute"
    read_aloud = invitation_code("zoe@mairie.example")
    assert thief.post("/invitation/code", {"code": read_aloud}).status_code == 403, "another browser, another code"
    for _ in range(4):
        assert mine.post("/invitation/code", {"code": "x"}).status_code == 403
    assert mine.post("/invitation/code", {"code": read_aloud}).status_code == 403, "five tries were made"
    Invitation.objects.update(code_sent_at=timezone.now() - timedelta(minutes=2))
    assert is_them(mine, "zoe@mairie.example")["Location"] == "/bienvenue"
    assert mine.post("/invitation/code", {"code": invitation_code("zoe@mairie.example")})["Location"] == "/invitation"
    told = subjects_to("zoe@mairie.example")
    assert "Votre invitation a été acceptée" in told
    assert told.count("Votre code pour accepter l’invitation") == 2


def test_a_code_dies_after_a_quarter_of_an_hour_and_ten_leave_at_most(desk: Client) -> None:
    invite(desk)
    mine, _ = opened(link_code("zoe@mairie.example"))
    mine.post("/invitation/identite")
    Invitation.objects.update(code_sent_at=timezone.now() - timedelta(minutes=15))
    assert mine.post("/invitation/code", {"code": invitation_code("zoe@mairie.example")}).status_code == 403
    Invitation.objects.update(code_sends=9)
    assert is_them(mine, "zoe@mairie.example")["Location"] == "/bienvenue"
    Invitation.objects.update(accepted_at=None, code_sent_at=timezone.now() - timedelta(hours=1))
    again, _ = opened(link_code_of_invitation("zoe@mairie.example"))
    assert again.post("/invitation/identite").status_code == 429


def link_code_of_invitation(email: str) -> str:
    found = (re.search(r"/invitation#([a-z0-9-]{23})\n", message.text) for message in messages_to(email))
    return next(match[1] for match in found if match)


@pytest.mark.writes("invitation:cancel")
def test_sending_again_kills_the_first_code(desk: Client) -> None:
    invite(desk)
    first = link_code("zoe@mairie.example")
    waiting = Invitation.objects.get()
    again = f"/equipe/invitations/{waiting.id}/renvoi"
    for given in ({}, {"code": "000000"}):
        assert desk.post(again, given).status_code == 422
    assert opened(first)[1].status_code == 200, "nothing left, nothing died"
    assert "zoe@mairie.example" in text(desk.get(again))
    assert desk.post(again, code(desk))["Location"] == "/equipe"
    second = link_code("zoe@mairie.example")
    assert opened(first)[1].status_code == 410
    assert opened(second)[1].status_code == 200
    desk.post(f"/equipe/invitations/{Invitation.objects.get(cancelled_at=None).id}/annulation")
    assert opened(second)[1].status_code == 410


def test_who_left_before_choosing_a_factor_may_be_invited_again(desk: Client) -> None:
    invite(desk)
    is_them(opened(link_code("zoe@mairie.example"))[0], "zoe@mairie.example")
    assert invite(desk)["Location"] == "/equipe"
    browser, _ = opened(link_code("zoe@mairie.example"))
    assert is_them(browser, "zoe@mairie.example")["Location"] == "/bienvenue"
    assert Affectation.objects.filter(compte__email="zoe@mairie.example").count() == 1


@pytest.mark.writes("invitation:accept_refused")
def test_who_has_an_account_signs_in_to_accept(desk: Client, place: Structure) -> None:
    elsewhere = builders.structure("CCAS voisin", siret="99999920500029")
    who = builders.aidant(elsewhere, email="zoe@mairie.example")
    mine = builders.signed_in(who)
    invite(desk)
    code = link_code("zoe@mairie.example")
    stranger, _ = opened(code)
    asked = stranger.post("/invitation/identite")
    assert asked.status_code == 409
    assert "Se connecter" in text(asked)
    other = builders.signed_in(builders.aidant(elsewhere))
    other.post("/invitation", {"code": code})
    assert other.post("/invitation/identite").status_code == 403
    mine.post("/invitation", {"code": code})
    assert mine.post("/invitation/identite")["Location"] == "/"
    assert who.affectations.filter(ended_at=None).count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"roles": ["administrateur"]},
        {"roles": []},
        {"given_name": "<b>Zoé</b>"},
        {"family_name": "Goff\r\nBcc: all@evil.example"},
        {"family_name": "https://evil.example"},
        {"email": "zoe@mairie.example\nBcc: all@evil.example"},
        {"email": "zoe@mairie.example, other@evil.example"},
        {"profession": "x\r\nSubject: evil"},
        {"given_name": ""},
    ],
)
def test_what_is_no_name_no_address_and_no_role_of_a_team_is_refused(desk: Client, changes: dict[str, Any]) -> None:
    assert invite(desk, **changes).status_code == 422
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("given", [{"code": ""}, {"code": "000000"}, {"code": "", "passkey": "{}"}], ids=str)
def test_the_code_of_the_sign_in_invites_nobody(desk: Client, given: dict[str, str]) -> None:
    refused = invite(desk, roles=["referent"], **given)
    assert refused.status_code == 422
    assert not Invitation.objects.exists()
    page = text(refused)
    for kept in ("Zoé", "Zoe@Mairie.example", "Conseillère numérique"):
        assert f'value="{kept}"' in page, "a refusal loses nothing typed"
    assert re.search(r'value="referent"[^>]*checked', page)
    assert 'value="000000"' not in page


@pytest.mark.writes("invitation:send")
def test_a_forged_host_changes_no_link(desk: Client) -> None:
    assert desk.post("/equipe/invitation", INVITED, headers={"Host": "evil.example"}).status_code == 400
    desk.post("/equipe/invitation", INVITED | code(desk), headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in messages_to("zoe@mairie.example")[0].text


def test_only_a_referent_of_the_structure_invites(place: Structure) -> None:
    aidant = builders.signed_in(builders.aidant(place))
    assert aidant.get("/equipe").status_code == 403
    assert invite(aidant).status_code == 403
    elsewhere = builders.structure("CCAS voisin", siret="99999920500029")
    waiting = builders.signed_in(referent(place))
    invite(waiting)
    stranger, made = builders.signed_in(referent(elsewhere)), Invitation.objects.get()
    for act in ("renvoi", "annulation"):
        assert stranger.post(f"/equipe/invitations/{made.id}/{act}").status_code == 404
    assert "zoe@mairie.example" not in text(stranger.get("/equipe"))


def test_names_of_old_invitations_are_forgotten(desk: Client) -> None:
    invite(desk)
    purge_invitations(timezone.now() + timedelta(days=36))
    assert Invitation.objects.exists()
    purge_invitations(timezone.now() + timedelta(days=38))
    assert not Invitation.objects.exists()


@pytest.mark.writes("invitation:refuse")
def test_fifty_a_day_and_no_more(desk: Client, place: Structure) -> None:
    invite(desk)
    row = Invitation.objects.values().get()
    for number in range(49):
        Invitation.objects.create(**row | {"id": uuid4(), "email": f"a{number}@x.example", "digest": str(number)})
    assert invite(desk, email="last@mairie.example").status_code == 429


def test_somebody_of_the_team_is_not_invited_twice(desk: Client, place: Structure) -> None:
    who = builders.aidant(place)
    builders.signed_in(who)
    assert invite(desk, email=who.email).status_code == 409


def test_a_referent_is_told_that_the_service_corrects_their_name(desk: Client) -> None:
    assert invite(desk, roles=["referent"]).status_code == 302
    _, page = opened(link_code("zoe@mairie.example"))
    assert "un instructeur du service la corrigera" in text(page)


def test_the_first_administrateur_of_an_install(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("--email=ines@service.example", "--given-name=Inès", "--family-name=Laurent")
    call_command("create_compte", *names, "--role=administrateur")
    link = capsys.readouterr().out.strip()
    browser, _ = opened(link.partition("#")[2])
    assert is_them(browser, "ines@service.example")["Location"] == "/bienvenue"
    assert Fonction.objects.get(compte__email="ines@service.example").role == "administrateur"
    builders.structure()
    at = "--siret=99999910500011"
    for wrong in (("--role=administrateur", at), (), (at,), (at, "--aidant"), (at, "--aidant", "--statut=stagiaire")):
        with pytest.raises(CommandError):
            call_command("create_compte", *names, *wrong)


def test_a_second_role_by_command_leaves_the_first_link_standing(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("--email=ines@service.example", "--given-name=Inès", "--family-name=Laurent")
    links = []
    for role in ("administrateur", "instructeur", "instructeur"):
        call_command("create_compte", *names, f"--role={role}")
        links.append(capsys.readouterr().out.strip().partition("#")[2])
    assert [opened(link)[1].status_code for link in links] == [200, 410, 200]


@pytest.mark.writes("structure:create")
def test_the_first_structure_of_an_install(capsys: pytest.CaptureFixture[str]) -> None:
    told = ["--name=CCAS", "--street=1 rue", "--postcode=05000", "--city=Gap", "--insee-code=05061"]
    call_command("create_structure", *told, "--siret=99999910500011")
    assert Structure.objects.get().id.hex == capsys.readouterr().out.strip().replace("-", "")
    for wrong in ("--siret=99999910500011", "--siret=12345678901234"):
        with pytest.raises(CommandError):
            call_command("create_structure", *told, wrong)
    names = ("--email=odile@mairie.example", "--given-name=Odile", "--family-name=Rambaud")
    call_command("create_compte", *names, "--siret=99999910500011", "--referent")
    assert Invitation.objects.get().expires_at - timezone.now() > timedelta(days=6)


@pytest.mark.parametrize("how", ["no referent any more", "account closed"])
def test_an_invitation_does_not_outlive_the_right_of_who_sent_it(how: str) -> None:
    """A referent about to leave would otherwise come back by an invitation to another address of theirs."""
    place, who = builders.structure(), builders.compte()
    held = Affectation.objects.create(compte=who, structure=place, is_referent=True, started_at=builders.NOW)
    invited = Invite("retour@example.org", "Zoé", "Le Goff", is_referent=True)
    made = invitations.invite(place, invited, builders.acteur(who, place), timezone.now())
    assert isinstance(made, Invitation)
    if how == "account closed":
        Compte.objects.filter(pk=who.pk).update(is_active=False)
    else:
        Affectation.objects.filter(pk=held.pk).update(ended_at=timezone.now())
    again = Invitation.objects.select_related("structure", "invited_by").get()
    assert accept(again, None, timezone.now()) == Denied(INVITATION_GONE)
    assert not Compte.objects.filter(email="retour@example.org").exists()
    Compte.objects.filter(pk=who.pk).update(is_active=True)
    Affectation.objects.filter(pk=held.pk).update(ended_at=None)
    again = Invitation.objects.select_related("structure", "invited_by").get()
    assert isinstance(accept(again, None, timezone.now()), Accepted)
