"""Who is no professional is no aidant (DOMAIN §4): declared by who brings them in, kept, journaled, refused."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.domain.activite.errors import NOT_A_PROFESSIONAL
from aidants.domain.decisions import Denied
from aidants.domain.errors import STATUT_UNDECLARED
from aidants.journal.models import Entree
from aidants.structures.invitations import Ineligible, Invite, invite, invite_for_service
from aidants.structures.models import Affectation, Invitation, Structure
from tests import builders
from tests.aidants.mailbox import is_them, link_code

pytestmark = pytest.mark.django_db
ASKED: dict[str, Any] = {
    "given_name": "Zoé", "family_name": "Petit", "email": "zoe@mairie.example", "profession": "Agente",
    "roles": ["aidant"], "statut": "agent_public",
}  # fmt: skip


@pytest.fixture
def place() -> Structure:
    return builders.structure()


@pytest.fixture
def desk(place: Structure) -> Client:
    sylvie = builders.compte("sylvie@mairie.example")
    Affectation.objects.create(compte=sylvie, structure=place, is_referent=True, started_at=builders.NOW)
    return builders.signed_in(sylvie)


def code_of(desk: Client) -> dict[str, str]:
    return {"code": builders.totp_code(Compte.objects.get(pk=desk.session["_auth_user_id"]))}


def send(desk: Client, **changes: Any) -> Any:
    return desk.post("/equipe/invitation", ASKED | code_of(desk) | changes)


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize("statut", ["", "benevole", "service_civique", "stagiaire", "elu", "mandataire_judiciaire"])
def test_who_may_not_be_an_aidant_is_not_invited_as_one(desk: Client, statut: str) -> None:
    answer = send(desk, statut=statut)
    assert answer.status_code == 422
    assert ("peut être aidant" in text(answer)) or ("ne peuvent pas être aidants" in text(answer))
    assert not Invitation.objects.exists()
    assert send(desk, statut=statut, roles=["referent"]).status_code == 302, "a referent sees no usager"


@pytest.mark.writes("invitation:refuse")
def test_what_is_declared_of_an_aidant_is_kept_and_asked_by_the_service_too(desk: Client, place: Structure) -> None:
    sylvie = Compte.objects.get(email="sylvie@mairie.example")
    asked = Invite("zoe@mairie.example", "Zoé", "Petit", is_aidant=True)
    acteur, now = builders.acteur(sylvie, place), timezone.now()
    for statut, reason in (("", STATUT_UNDECLARED), ("elu", NOT_A_PROFESSIONAL)):
        assert invite(place, replace(asked, statut=statut), acteur, now) == Denied(reason)
    with pytest.raises(Ineligible):
        invite_for_service(place, asked, acteur, now)
    assert [one.reason for one in Entree.objects.filter(event="invitation:refuse").order_by("id")] == [
        "aidant.statut_undeclared", "dossier.not_a_professional"
    ]  # fmt: skip
    assert send(desk).status_code == 302
    browser = Client()
    browser.post("/invitation", {"code": link_code("zoe@mairie.example")})
    is_them(browser, "zoe@mairie.example")
    assert Affectation.objects.get(compte__email="zoe@mairie.example").statut == "agent_public"
    for event in ("invitation:send", "role:grant"):
        assert b'"statut":"agent_public"' in bytes(Entree.objects.get(event=event).body), event


def test_an_invitation_that_declared_nothing_is_sent_again_with_a_declaration(desk: Client) -> None:
    assert send(desk).status_code == 302
    Invitation.objects.update(statut="")
    address = f"/equipe/invitations/{Invitation.objects.get().id}/renvoi"
    assert 'name="statut"' in text(desk.get(address))
    assert desk.post(address, code_of(desk)).status_code == 422
    assert desk.post(address, code_of(desk) | {"statut": "salarie"}).status_code == 302
    assert Invitation.objects.get(cancelled_at=None).statut == "salarie"
