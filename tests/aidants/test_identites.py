"""Who corrects whose name: the service corrects referents and whoever has none, a second administrateur the service."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import IDENTITY_OUT_OF_REACH
from aidants.journal.models import Entree
from aidants.structures.identite import correct_identity
from aidants.structures.models import Affectation, Structure
from tests import builders
from tests.aidants.mailbox import messages_to

pytestmark = pytest.mark.django_db
NAMES = {"given_name": "Sylvie", "family_name": "ROUX", "profession": "Directrice"}


def holder(*roles: str, **fields: Any) -> Compte:
    made = builders.compte(**fields)
    for role in roles:
        Fonction.objects.create(compte=made, role=role)
    return made


def referent(place: Structure, **fields: Any) -> Compte:
    made = builders.compte(**fields)
    Affectation.objects.create(compte=made, structure=place, is_referent=True, started_at=builders.NOW)
    return made


def send(desk: Client, by: Compte, who: Compte, **typed: str) -> Any:
    """Send the page as a browser does: what it showed comes back beside what is typed."""
    shown = {name: getattr(who, name) for name in NAMES}
    hidden = {f"initial-{name}": value for name, value in shown.items()}
    return desk.post(f"/personnes/{who.id}/nom", {**hidden, **shown, "code": builders.totp_code(by), **typed})


@pytest.mark.reaches("GET aidants:correct_identity", "POST aidants:correct_identity")
@pytest.mark.writes("compte:correct_identity")
def test_an_instructeur_corrects_a_lone_referent(query_count: Any) -> None:
    place, paul = builders.structure(), holder("instructeur")
    sylvie = referent(place, **NAMES | {"family_name": "ROU"})
    desk, address = builders.signed_in(paul), f"/personnes/{sylvie.id}/nom"
    assert address in desk.get(f"/registre/structures/{place.id}").content.decode()
    with query_count(11):
        page = desk.get(address).content.decode()
    assert 'value="ROU"' in page
    for wrong in ({"code": "000000"}, {"code": ""}, {"family_name": ""}, {"family_name": "<b>"}, {"profession": ""}):
        assert send(desk, paul, sylvie, **{"family_name": "ROUX", **wrong}).status_code == 422, wrong
    sylvie.refresh_from_db()
    assert sylvie.family_name == "ROU"
    assert send(desk, paul, sylvie, family_name="ROUX")["Location"] == f"/registre/structures/{place.id}"
    assert send(desk, paul, sylvie).status_code == 302, "what is as it was is written twice by nobody"
    entry = Entree.objects.get(event="compte:correct_identity")
    assert (entry.acteur_id, entry.subject_id) == (paul.id, sylvie.id)
    assert b"ROU" not in bytes(entry.body)
    told = messages_to(sylvie.email)[-1]
    assert "Un instructeur du service a corrigé" in told.text
    assert "Sylvie ROUX, Directrice" in told.text


def test_a_second_administrateur_corrects_who_holds_a_national_role() -> None:
    ines, karim, paul = holder("administrateur"), holder("administrateur"), holder("instructeur", **NAMES)
    desk = builders.signed_in(ines)
    page = desk.get("/registre/fonctions").content.decode()
    assert all(f"/personnes/{one.id}/nom" in page for one in (karim, paul))
    assert f"/personnes/{ines.id}/nom" not in page
    assert send(desk, ines, paul, family_name="VERDIER")["Location"] == "/registre/fonctions"
    assert send(desk, ines, karim, given_name="Karim").status_code == 302
    paul.refresh_from_db()
    assert paul.family_name == "VERDIER"


@pytest.mark.writes("compte:correct_identity_refused")
def test_nobody_else_does_and_nobody_their_own() -> None:
    place = builders.structure()
    paul, other, ines = holder("instructeur"), holder("instructeur"), holder("administrateur")
    sylvie, nadia = referent(place), builders.aidant(place)
    both = builders.aidant(place)
    Fonction.objects.create(compte=both, role="accueil")
    forbidden = [(paul, paul), (paul, other), (paul, nadia), (ines, ines), (ines, nadia), (paul, both)]
    for by, who in forbidden:
        assert send(builders.signed_in(by), by, who, family_name="AUTRE").status_code == 404, (by.email, who.email)
    for by in (nadia, sylvie, holder("accueil")):
        assert send(builders.signed_in(by), by, sylvie, family_name="AUTRE").status_code == 403
    acteur = Acteur(Kind.COMPTE, sylvie.id, place.id, "referent")
    typed = {"family_name": "AUTRE"}
    assert correct_identity(both.id, typed, acteur, timezone.now(), place) == Denied(IDENTITY_OUT_OF_REACH)
    assert not Compte.objects.filter(family_name="AUTRE").exists()
    Affectation.objects.filter(compte=sylvie).update(ended_at=timezone.now())
    assert send(builders.signed_in(paul), paul, nadia, family_name="SEULE").status_code == 302, "nobody else is left"
