"""The provisioning API: a trusted system keeps structures and aidants, idempotently, and reaches nothing else."""

import base64
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.domain.events import ROLE_CHANGE
from aidants.habilitation.models import HabilitationAidant, HabilitationStructure
from aidants.journal.models import Entree
from aidants.structures.models import Affectation, Invitation, Structure
from mandats.registre.models import Mandat
from mandats.registre.services.closure import end_mandats_of_closed
from oidc.provider.clients import NewClient, UnfitClient, create_client, suspend_client
from oidc.provider.models import Client
from tests import builders
from tests.aidants.mailbox import is_them, link_code, messages_to, subjects_to
from tests.domain.fiches import AIDANT, STRUCTURE
from tests.together import at_once

QueryCount = Callable[[int], AbstractContextManager[Any]]
ROOT = "/api/v1/partenaire"
PLACE = f"{ROOT}/structures/conum-12"


class Partner:
    """One caller and its credentials."""

    def __init__(self, name: str = "La Coop", profile: str = "partenaire", uris: list[str] | None = None) -> None:
        self.client, secret = create_client(NewClient(name, profile, uris or []), timezone.now())
        self.basic = "Basic " + base64.b64encode(f"{self.client.client_id}:{secret}".encode()).decode()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        given = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(Browser(), method)(path, headers={"Authorization": self.basic}, **given)


@pytest.fixture
def coop(db: None) -> Partner:
    return Partner()


@pytest.fixture
def kept(coop: Partner) -> Partner:
    assert coop.call("put", PLACE, STRUCTURE).status_code == 201
    return coop


@pytest.mark.writes("structure:keep")
def test_a_structure_is_made_then_the_same_call_changes_nothing(coop: Partner, query_count: QueryCount) -> None:
    made = coop.call("put", PLACE, STRUCTURE)
    assert made.status_code == 201
    told = {"id": "conum-12", "siret": "99999910500011", "nom": "CCAS de Gap", "habilitee": False, "changed": []}
    assert made.json() == told
    assert made["Cache-Control"] == "no-store"
    row = Structure.objects.get()
    assert (row.time_zone, row.email, row.telephone) == ("Europe/Paris", "contact@ccas.example", "+33499990001")
    with query_count(9):
        again = coop.call("put", PLACE, STRUCTURE)
    assert (again.status_code, again.json()) == (200, told)
    changed = coop.call("put", PLACE, STRUCTURE | {"nom": "CCAS de Gap-Tallard", "telephone": ""})
    assert changed.json()["changed"] == ["name", "telephone"]
    row.refresh_from_db()
    assert (row.name, row.telephone, row.updated_at is not None) == ("CCAS de Gap-Tallard", "", True)
    calls = Entree.objects.filter(event="partenaire:call", acteur_id=coop.client.id)
    assert calls.count() == 3
    assert Entree.objects.filter(event="structure:keep").count() == 2
    assert coop.call("get", PLACE).json()["nom"] == "CCAS de Gap-Tallard"


def test_a_structure_that_exists_is_found_by_its_siret(coop: Partner) -> None:
    existing = builders.structure("Ancien nom", kind="CCAS ou CIAS", telephone="+33499990009")
    unsaid = {name: value for name, value in STRUCTURE.items() if name not in ("type", "telephone")}
    answer = coop.call("put", PLACE, unsaid)
    assert (answer.status_code, answer.json()["habilitee"]) == (200, True)
    assert "name" in answer.json()["changed"]
    assert coop.call("put", PLACE, unsaid).json()["changed"] == []
    existing.refresh_from_db()
    assert existing.name == "CCAS de Gap"
    assert (existing.kind, existing.telephone) == ("CCAS ou CIAS", "+33499990009"), "what is left out erases nothing"
    other = Partner("Plateforme")
    taken = other.call("put", f"{ROOT}/structures/x", STRUCTURE | {"nom": "Autre nom", "courriel": "x@autre.example"})
    assert (taken.status_code, taken.json()["code"]) == (409, "partenaire.structure_kept_by_another")
    existing.refresh_from_db()
    assert existing.name == "CCAS de Gap", "a call that is refused changes nothing of another's structure"
    assert other.call("get", PLACE).status_code == 404, "another's name is as unknown as none"
    assert other.call("get", f"{ROOT}/structures").json() == {"structures": [], "suite": None}


def test_a_siret_never_changes(kept: Partner) -> None:
    answer = kept.call("put", PLACE, STRUCTURE | {"siret": "99999920400012"})
    assert (answer.status_code, answer.json()["code"]) == (409, "partenaire.siret_fixed")
    assert Structure.objects.get().siret == "99999910500011"


@pytest.mark.writes("partenaire:call")
def test_what_is_wrong_is_told_by_column_and_nothing_is_half_done(coop: Partner) -> None:
    answer = coop.call("put", PLACE, STRUCTURE | {"siret": "1", "usager": "Dubois"})
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert sorted(answer.json()["errors"]) == ["siret", "usager"]
    assert not Structure.objects.exists()
    assert coop.call("put", PLACE, [STRUCTURE]).status_code == 422
    assert coop.call("put", PLACE, "{").status_code == 400
    assert coop.call("put", f"{ROOT}/structures/nadia@ccas.example", STRUCTURE).status_code == 404


def test_an_aidant_is_invited_enrols_and_acts_only_once_habilite(kept: Partner) -> None:
    path = f"{PLACE}/aidants/a-1"
    made = kept.call("put", path, AIDANT)
    assert made.status_code == 201
    assert made.json() == {
        "id": "a-1", "etat": "invite", "roles": ["aidant"], "conseiller": True, "statut": "salarie", "habilite": False,
        "changed": ["invitation"],
    }  # fmt: skip
    assert kept.call("put", path, AIDANT).json()["changed"] == []
    assert subjects_to("zoe@ccas.example") == ["Votre invitation au Service des mandats"]
    browser = Browser()
    browser.post("/invitation", {"code": link_code("zoe@ccas.example")})
    is_them(browser, "zoe@ccas.example")
    told = kept.call("get", path).json()
    assert (told["etat"], told["conseiller"], told["habilite"]) == ("actif", True, False)
    place = Affectation.objects.get()
    assert (place.is_aidant, place.is_referent, place.is_conseiller) == (True, False, True)
    HabilitationAidant.objects.create(affectation=place, validee_at=timezone.now())
    builders.able(place.compte)
    HabilitationStructure.objects.create(structure=place.structure, validee_at=timezone.now())
    assert kept.call("get", path).json()["habilite"] is True
    raised = kept.call("put", path, AIDANT | {"roles": ["aidant", "referent"]}).json()
    assert (raised["changed"], raised["roles"]) == (["is_referent"], ["aidant", "referent"])
    assert Entree.objects.filter(event=ROLE_CHANGE.code, subject_id=place.compte_id).count() == 1
    listed = kept.call("get", f"{PLACE}/aidants")
    assert "zoe" not in listed.content.decode().lower()
    assert [one["id"] for one in listed.json()["aidants"]] == ["a-1"]


def test_a_place_ends_at_once_and_twice_changes_nothing(kept: Partner) -> None:
    place = Structure.objects.get()
    HabilitationStructure.objects.create(structure=place, validee_at=timezone.now())
    who = builders.aidant(place, email="zoe@ccas.example")
    path = f"{PLACE}/aidants/a-1"
    assert kept.call("put", path, AIDANT).json()["etat"] == "actif"
    desk = builders.signed_in(who)
    assert desk.get("/mandats").status_code == 200
    ended = kept.call("post", f"{path}/desactivation", {"motif": "depart"}).json()
    assert (ended["etat"], ended["habilite"], ended["changed"]) == ("parti", False, ["place"])
    assert desk.get("/mandats").status_code in (403, 404)
    assert kept.call("post", f"{path}/desactivation", {"motif": "depart"}).json()["changed"] == []
    assert "Vous n’êtes plus dans l’équipe" in messages_to(who.email)[-1].text
    who.refresh_from_db()
    assert who.is_active, "the account stays"
    assert kept.call("put", path, AIDANT).json()["etat"] == "invite", "who comes back is invited again"
    kept.call("post", f"{path}/desactivation", {"motif": "erreur"})
    assert not Invitation.objects.filter(accepted_at=None, cancelled_at=None).exists()


@pytest.mark.writes("compte:correct_identity", "compte:correct_identity_refused")
def test_a_name_that_the_system_changes_is_corrected_once_and_what_a_referent_corrected_stays(kept: Partner) -> None:
    place, path = Structure.objects.get(), f"{PLACE}/aidants/a-1"
    zoe = builders.aidant(place, email="zoe@ccas.example", given_name="Zoé", family_name="LE GOF")
    assert "family_name" not in kept.call("put", path, AIDANT).json()["changed"], (
        "at its first word, the account stands"
    )
    married = AIDANT | {"nom": "Martinet", "fonction": ""}
    told = kept.call("put", path, married)
    assert (told.status_code, told.json()["changed"]) == (200, ["family_name"])
    assert kept.call("put", path, married).json()["changed"] == []
    Compte.objects.filter(pk=zoe.pk).update(family_name="MARTINET")
    assert kept.call("put", path, married).json()["changed"] == [], "repeating takes nothing back"
    zoe.refresh_from_db()
    assert zoe.family_name == "MARTINET"
    entry = Entree.objects.get(event="compte:correct_identity")
    assert (entry.acteur_id, entry.subject_id, entry.structure_id) == (kept.client.id, zoe.id, place.id)
    assert "Le système qui tient à jour l’équipe de CCAS de Gap" in messages_to(zoe.email)[-1].text
    assert kept.call("put", path, married | {"nom": "<b>"}).status_code == 422
    Fonction.objects.create(compte=zoe, role="instructeur")
    refused = kept.call("put", path, married | {"nom": "Autre"})
    assert (refused.status_code, refused.json()["code"]) == (409, "identity.out_of_reach")


@pytest.mark.writes("role:refuse")
def test_a_new_aidant_is_declared_a_professional_once(kept: Partner) -> None:
    path, plain = f"{PLACE}/aidants/a-1", AIDANT | {"conseiller": False}
    refused = kept.call("put", path, plain)
    assert (refused.status_code, refused.json()["code"]) == (422, "aidant.statut_undeclared")
    assert kept.call("put", path, plain | {"statut": "benevole"}).json()["errors"].keys() == {"statut"}
    assert not Invitation.objects.exists()
    assert kept.call("put", path, plain | {"statut": "salarie"}).status_code == 201
    assert kept.call("put", path, plain).json()["changed"] == [], "what was declared stands"
    assert subjects_to("zoe@ccas.example") == ["Votre invitation au Service des mandats"]
    old = builders.aidant(Structure.objects.get(), email="old@ccas.example")
    known = plain | {"courriel": old.email}
    assert kept.call("put", f"{PLACE}/aidants/a-2", known).status_code == 201, "an aidant before it was asked"
    chief = builders.compte("chief@ccas.example")
    held = Affectation.objects.create(
        compte=chief, structure=Structure.objects.get(), is_referent=True, started_at=builders.NOW
    )
    both = plain | {"courriel": chief.email, "roles": ["aidant", "referent"]}
    assert kept.call("put", f"{PLACE}/aidants/a-3", both).status_code == 422
    told = kept.call("put", f"{PLACE}/aidants/a-3", both | {"statut": "agent_public"}).json()
    assert (told["changed"], told["statut"]) == (["is_aidant", "statut"], "agent_public")
    held.refresh_from_db()
    assert (held.is_aidant, held.statut) == (True, "agent_public")


def test_the_last_referent_is_not_taken_away(kept: Partner) -> None:
    place = Structure.objects.get()
    builders.aidant(place, email="zoe@ccas.example")
    Affectation.objects.update(is_referent=True)
    path = f"{PLACE}/aidants/a-1"
    assert kept.call("put", path, AIDANT | {"roles": ["referent", "aidant"]}).status_code == 201
    for answer in (kept.call("put", path, AIDANT), kept.call("post", f"{path}/desactivation", {"motif": "depart"})):
        assert (answer.status_code, answer.json()["code"]) == (409, "structure.last_referent")
    gone = builders.compte(is_active=False)
    Affectation.objects.create(compte=gone, structure=place, is_referent=True, started_at=builders.NOW)
    assert kept.call("put", path, AIDANT).status_code == 409, "who cannot sign in answers for nobody"
    assert kept.call("get", path).json()["roles"] == ["aidant", "referent"]


def test_an_account_s_address_is_never_changed_from_outside(kept: Partner) -> None:
    path = f"{PLACE}/aidants/a-1"
    kept.call("put", path, AIDANT)
    moved = kept.call("put", path, AIDANT | {"courriel": "thief@evil.example"})
    assert (moved.status_code, moved.json()["code"]) == (409, "partenaire.aidant_address_fixed")
    twice = kept.call("put", f"{PLACE}/aidants/a-2", AIDANT)
    assert (twice.status_code, twice.json()["code"]) == (409, "partenaire.aidant_kept_by_another")
    assert not messages_to("thief@evil.example")


def test_a_structure_ends_with_all_its_mandats_and_a_mad_script_is_stopped(kept: Partner) -> None:
    place = Structure.objects.get()
    HabilitationStructure.objects.create(structure=place, validee_at=timezone.now())
    mandat = builders.mandat(builders.aidant(place), place, now=timezone.now())
    for body in ({}, {"motif": "deces"}, {"motif": "fermeture", "x": 1}, {"motif": ["fermeture"]}):
        assert kept.call("post", f"{PLACE}/desactivation", body).status_code == 422
    ended = kept.call("post", f"{PLACE}/desactivation", {"motif": "fermeture"}).json()
    assert (ended["habilitee"], ended["changed"]) == (False, ["habilitation"])
    assert kept.call("post", f"{PLACE}/desactivation", {"motif": "fermeture"}).json()["changed"] == []
    end_mandats_of_closed(timezone.now() + timedelta(seconds=1))
    assert Mandat.objects.get(pk=mandat.pk).motif == "fermeture"
    entry = Entree.objects.get(event="structure:end")
    row = {field.attname: getattr(entry, field.attname) for field in Entree._meta.concrete_fields}
    for _ in range(19):
        Entree.objects.create(**{name: value for name, value in row.items() if name != "id"})
    stopped = kept.call("post", f"{PLACE}/desactivation", {"motif": "fermeture"})
    assert (stopped.status_code, stopped["Retry-After"]) == (429, "3600")


def test_who_may_not_call_is_refused(coop: Partner) -> None:
    assert Browser().get(f"{ROOT}/structures").status_code == 401
    alloc = Partner("Allocations", "administration", ["https://alloc.example.org/retour"])
    franceconnect = Partner("FranceConnect", "franceconnect", ["https://fc.example.org/retour"])
    for other in (alloc, franceconnect):
        assert other.call("get", f"{ROOT}/structures").status_code == 401
        assert other.call("put", PLACE, STRUCTURE).status_code == 401
    question = {"reference": "x", "code": "x", "family_name": "x", "birthdate": "1962-08-24", "demarche": "logement"}
    assert coop.call("post", "/api/v1/verifications", question).status_code == 401, "a partenaire verifies nothing"
    suspend_client(coop.client.client_id, timezone.now())
    assert coop.call("get", f"{ROOT}/structures").status_code == 401


def test_a_partenaire_signs_nobody_in(coop: Partner) -> None:
    asked = {"client_id": coop.client.client_id, "redirect_uri": "https://x.example/", "response_type": "code"}
    assert Browser().get("/authorize", asked | {"scope": "openid"}).status_code == 400
    with pytest.raises(UnfitClient):
        create_client(NewClient("x", "partenaire", ["https://x.example/"]), timezone.now())
    with pytest.raises(UnfitClient):
        create_client(NewClient("x", "partenaire", [], demarches=["logement"]), timezone.now())
    assert Client.objects.count() == 1


def test_files_hold_no_name_and_no_formula(kept: Partner) -> None:
    kept.call("put", PLACE, STRUCTURE | {"nom": "=cmd|'/c calc'!A0"})
    kept.call("put", f"{PLACE}/aidants/-1", AIDANT)
    structures = kept.call("get", f"{ROOT}/structures.csv").content.decode()
    assert "'=cmd" in structures
    aidants = kept.call("get", f"{PLACE}/aidants.csv").content.decode()
    assert "'-1,invite,aidant,oui,non" in aidants
    assert "Zo" not in aidants


def test_pages_of_two_hundred(coop: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    from oidc.provider import provisioning

    monkeypatch.setattr(provisioning, "PAGE", 2)
    for number, siret in enumerate(("99999910500011", "99999920400012", "99999930300012")):
        assert coop.call("put", f"{ROOT}/structures/s{number}", STRUCTURE | {"siret": siret}).status_code == 201
    first = coop.call("get", f"{ROOT}/structures").json()
    assert ([one["id"] for one in first["structures"]], first["suite"]) == (["s0", "s1"], "s1")
    last = coop.call("get", f"{ROOT}/structures?apres=s1").json()
    assert ([one["id"] for one in last["structures"]], last["suite"]) == (["s2"], None)


def test_eight_calls_at_once_make_one_structure_and_one_invitation(committed_db: str) -> None:
    coop = Partner()

    def puts(path: str, body: dict[str, Any]) -> list[int]:
        return sorted(at_once(*[lambda: coop.call("put", path, body).status_code] * 8))

    assert puts(PLACE, STRUCTURE) == [200] * 7 + [201]
    assert puts(f"{PLACE}/aidants/a-1", AIDANT) == [200] * 7 + [201]
    assert Structure.objects.count() == Invitation.objects.count() == 1


def test_calls_at_once_end_no_more_than_a_day_allows(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    coop = Partner()
    monkeypatch.setattr("oidc.provider.provisioning.ENDS_A_DAY", 1)
    for number, siret in enumerate(("99999910500011", "99999920400012")):
        assert coop.call("put", f"{ROOT}/structures/s{number}", STRUCTURE | {"siret": siret}).status_code == 201
    with transaction.atomic():
        for place in Structure.objects.order_by("id"):
            HabilitationStructure.objects.create(structure=place, validee_at=timezone.now())
    ends = [
        partial(coop.call, "post", f"{ROOT}/structures/s{number}/desactivation", {"motif": "fermeture"})
        for number in range(2)
    ]
    assert sorted(answer.status_code for answer in at_once(*ends)) == [200, 429]
    assert Entree.objects.filter(event="structure:end").count() == 1
