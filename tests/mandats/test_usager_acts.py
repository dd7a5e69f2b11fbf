"""What the usager does on their page beyond stopping one mandat: suspend, resume, stop all, object, take away."""

import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core import mail
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Fonction
from aidants.domain.decisions import Denied
from aidants.domain.roles import Role
from aidants.envois.models import Envoi
from aidants.envois.sending import send_due
from aidants.journal.models import Entree
from aidants.structures.models import Affectation
from mandats.domain import errors_droits
from mandats.domain.codes import grouped
from mandats.pages.usager import session as usager_session
from mandats.registre.models import Contestation, Mandat
from mandats.registre.services.contestations import answer_objection
from mandats.registre.services.corrections import correct_utilisation
from mandats.registre.services.volet import REVOCATION, CodesVolet, check_code, renew_codes
from tests import builders
from tests.mandats.pages_desk import UNKNOWN, text
from tests.mandats.pdf_readers import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure(email="")
    who = builders.aidant(place, given_name="Camille", family_name="Martin")
    return builders.mandat(who, place, now=timezone.now(), demarches=("logement", "famille"))


@pytest.fixture
def other(mandat: Mandat) -> Mandat:
    """A mandat of the same person in another structure."""
    place = builders.structure("Médiathèque", siret="99999930300013")
    person = builders.identite(sub_digest=mandat.usager.sub_digest)
    return builders.mandat(builders.aidant(place), place, person, now=timezone.now())


@pytest.fixture
def by_code(mandat: Mandat) -> Client:
    codes = renew_codes(mandat.id, builders.acteur(mandat.aidant, mandat.structure), timezone.now())
    assert isinstance(codes, CodesVolet)
    client = Client()
    given = {
        "reference": mandat.reference,
        "code": grouped(codes.revocation),
        "day": "24",
        "month": "8",
        "year": "1962",
    }
    assert client.post("/usager", given)["Location"] == "/usager/mandats"
    return client


@pytest.fixture
def by_franceconnect(mandat: Mandat) -> Client:
    client = Client()
    session = client.session
    session[usager_session._KEY] = {
        "usager": str(mandat.usager_id),
        "mandat": "",
        "way": "franceconnect",
        "since": int(timezone.now().timestamp()),
        "until": int(timezone.now().timestamp()) + usager_session.SECONDS,
    }
    session.save()
    return client


def page_of(mandat: Mandat) -> str:
    return f"/usager/mandats/{mandat.id}"


def fresh(mandat: Mandat) -> Mandat:
    return Mandat.objects.get(pk=mandat.pk)


@pytest.mark.writes("mandat:resume", "mandat:suspend")
def test_suspending_and_resuming_are_the_usagers(by_code: Client, mandat: Mandat) -> None:
    answer = by_code.post(f"{page_of(mandat)}/suspendre", follow=True)
    assert "Ce mandat est suspendu" in text(answer)
    assert fresh(mandat).suspension_way == "page_usager"
    assert "Remettre ce mandat en route" in text(by_code.get(f"{page_of(mandat)}/reprendre"))
    assert "Ce mandat est en cours" in text(by_code.post(f"{page_of(mandat)}/reprendre", follow=True))
    assert fresh(mandat).suspended_at is None
    assert [entry.event for entry in Entree.objects.filter(subject_id=mandat.id).order_by("id")][-2:] == [
        "mandat:suspend",
        "mandat:resume",
    ]


@pytest.mark.parametrize(("how", "state"), [("fin", "revocation"), ("suspension", "")])
@pytest.mark.reaches("GET mandats:usager_stop_all", "POST mandats:usager_stop_all")
def test_all_mandats_in_all_structures(
    by_franceconnect: Client, mandat: Mandat, other: Mandat, how: str, state: str
) -> None:
    listed = text(by_franceconnect.get("/usager/mandats"))
    assert "Arrêter ou suspendre tous mes mandats" in listed
    page = text(by_franceconnect.get("/usager/tout-arreter"))
    assert mandat.reference in page
    assert other.reference in page
    assert "2 mandats" in text(by_franceconnect.post("/usager/tout-arreter", {"how": how}, follow=True))
    assert {fresh(one).motif for one in (mandat, other)} == {state}
    assert all(fresh(one).ended_at or fresh(one).suspended_at for one in (mandat, other))
    assert "rien à arrêter" in text(by_franceconnect.get("/usager/tout-arreter")) or not state


def test_one_mandats_code_does_not_reach_the_others(by_code: Client, mandat: Mandat, other: Mandat) -> None:
    assert by_code.post("/usager/tout-arreter", {"how": "fin"}).status_code == 404
    for path in ("suspendre", "reprendre"):
        assert by_code.post(f"{page_of(other)}/{path}").status_code == 404
    use = builders.utilisation(other)
    assert by_code.post(f"{page_of(mandat)}/utilisations/{use.id}/desaccord", {}).status_code == 404
    assert by_code.post(f"{page_of(other)}/utilisations/{use.id}/desaccord", {}).status_code == 404
    assert by_code.get(f"{page_of(other)}/attestation").status_code == 404
    assert other.reference not in text(by_code.post("/usager/copie"))
    assert use.body not in text(by_code.get("/usager/releve"))
    assert fresh(other).ended_at is None
    assert not Contestation.objects.exists()


def test_without_a_session_every_act_leads_to_the_entry(mandat: Mandat) -> None:
    use, client = builders.utilisation(mandat), Client()
    for path in ("suspendre", "reprendre", f"utilisations/{use.id}/desaccord"):
        assert client.post(f"{page_of(mandat)}/{path}")["Location"] == "/usager"
    for path in ("tout-arreter", "releve", "releve.pdf"):
        assert client.get(f"/usager/{path}")["Location"] == "/usager"
    for path in ("copie", "releve/courriel"):
        assert client.post(f"/usager/{path}")["Location"] == "/usager"


@pytest.mark.writes("utilisation:answer", "utilisation:object", "utilisation:object_refused")
def test_objecting_tells_referent_and_instructeur_and_shows_the_answer(by_code: Client, mandat: Mandat) -> None:
    use = builders.utilisation(mandat)
    referent, instructeur = builders.compte("referent@example.org"), builders.compte("instructeur@example.org")
    Affectation.objects.create(compte=referent, structure=mandat.structure, is_referent=True, started_at=builders.NOW)
    Fonction.objects.create(compte=instructeur, role=Role.INSTRUCTEUR)
    address = f"{page_of(mandat)}/utilisations/{use.id}/desaccord"
    assert "Je n’ai pas demandé cela" in text(by_code.get(address))
    assert "C’est signalé" in text(by_code.post(address, {"words": "Je dormais."}, follow=True))
    send_due(timezone.now())
    told = [sent for sent in mail.outbox if sent.subject == "Un désaccord attend une réponse"]
    assert sorted(sent.to[0] for sent in told) == ["instructeur@example.org", "referent@example.org"]
    assert all(mandat.usager.family_name not in sent.body and "dormais" not in sent.body for sent in told)
    assert "déjà signalé" in text(by_code.post(address, {"words": "encore"}, follow=True))
    acteur = builders.acteur(referent, mandat.structure)
    assert answer_objection(use.contestation.id, replace(acteur, role=Role.REFERENT), "Pardon.", timezone.now())
    page = text(by_code.get(page_of(mandat)))
    assert "Pardon." in page
    entry = Entree.objects.get(event="utilisation:object")
    assert (entry.subject_id, entry.acteur_kind) == (mandat.id, "usager")


@pytest.mark.writes("utilisation:object_refused")
def test_whose_act_it_was_answers_only_where_nobody_else_can(by_code: Client, mandat: Mandat) -> None:
    use = builders.utilisation(mandat)
    by_code.post(f"{page_of(mandat)}/utilisations/{use.id}/desaccord", {"words": "Je dormais."})
    Affectation.objects.filter(compte=mandat.aidant).update(is_referent=True)
    who = replace(builders.acteur(mandat.aidant, mandat.structure), role=Role.REFERENT)
    other = builders.compte("autre@example.org")
    place = Affectation.objects.create(
        compte=other, structure=mandat.structure, is_referent=True, started_at=builders.NOW
    )
    refused = answer_objection(use.contestation.id, who, "C’était moi.", timezone.now())
    assert refused == Denied(errors_droits.OBJECTION_ONE_S_OWN)
    Affectation.objects.filter(pk=place.pk).update(ended_at=timezone.now())
    assert answer_objection(use.contestation.id, who, "C’était moi.", timezone.now())


@pytest.mark.writes("volet:print")
@pytest.mark.reaches("POST mandats:usager_new_codes")
def test_lost_codes_are_made_anew_by_franceconnect_alone(
    by_code: Client, by_franceconnect: Client, mandat: Mandat
) -> None:
    assert by_code.post(f"{page_of(mandat)}/codes").status_code == 404
    page = text(by_franceconnect.post(f"{page_of(mandat)}/codes"))
    shown = re.search(r'id="revocation">([0-9 ]+)<', page)
    assert shown
    assert check_code(mandat.id, REVOCATION, shown[1], timezone.now())
    given = {"reference": mandat.reference, "code": shown[1], "day": "24", "month": "8", "year": "1962"}
    assert Client().post("/usager", given)["Location"] == "/usager/mandats"
    assert Entree.objects.filter(event="volet:print", acteur_kind="usager").exists()


def test_a_correction_stands_beside_the_use(by_code: Client, mandat: Mandat) -> None:
    use = builders.utilisation(mandat)
    correct_utilisation(use.id, builders.acteur(mandat.aidant, mandat.structure), "Erreur de dossier", timezone.now())
    assert "Erreur de dossier" in text(by_code.get(page_of(mandat)))


def test_the_account_to_read_to_print_and_by_email(by_franceconnect: Client, mandat: Mandat, other: Mandat) -> None:
    builders.utilisation(mandat)
    builders.utilisation(other, body="Mairie de Gap")
    page = text(by_franceconnect.get("/usager/releve"))
    assert "CAF des Hautes-Alpes" in page
    assert "Mairie de Gap" in page
    printed = words_of(by_franceconnect.get("/usager/releve.pdf").content)
    assert "Mairie de Gap" in printed
    assert "part à votre adresse" in text(by_franceconnect.post("/usager/releve/courriel", follow=True))
    assert Envoi.objects.filter(purpose="releve").count() == 1


@pytest.mark.writes("document:attest_end")
@pytest.mark.reaches("GET mandats:usager_certificate")
def test_the_certificate_comes_with_the_end(by_code: Client, mandat: Mandat) -> None:
    assert by_code.get(f"{page_of(mandat)}/attestation").status_code == 404
    by_code.post(f"{page_of(mandat)}/arreter")
    assert "attestation de fin" in text(by_code.get(page_of(mandat)))
    printed = words_of(by_code.get(f"{page_of(mandat)}/attestation").content)
    assert mandat.reference in printed
    assert "révoqué" not in printed


@pytest.mark.writes("usager:take_copy")
def test_a_copy_of_everything_or_of_one_mandat(
    by_franceconnect: Client, by_code: Client, mandat: Mandat, other: Mandat
) -> None:
    builders.utilisation(mandat)
    whole = zipfile.ZipFile(io.BytesIO(by_franceconnect.post("/usager/copie").content))
    told = json.loads(whole.read("donnees.json"))
    assert {one["reference"] for one in told["mandats"]} == {mandat.reference, other.reference}
    one = json.loads(by_code.post("/usager/copie").content)
    assert [found["reference"] for found in one["mandats"]] == [mandat.reference]
    entry = Entree.objects.filter(event="usager:take_copy").latest("id")
    assert (entry.subject_id, entry.structure_id) == (mandat.usager_id, None)


def test_the_page_stays_light_and_needs_no_script(by_code: Client, mandat: Mandat, query_count: Any) -> None:
    for number in range(40):
        builders.utilisation(mandat, body=f"Organisme numéro {number}", description="Appel. " * 20)
    by_code.get(page_of(mandat))
    with query_count(11):
        answer = by_code.get(page_of(mandat))
    sheets = re.findall(r'(?:href|src)="/static/([^"]+)"', text(answer))
    weights = [Path(str(finders.find(sheet))).stat().st_size for sheet in sheets]
    assert sheets == ["usager/page.css"]
    assert len(answer.content) + sum(weights) <= 60 * 1024
    assert "10 de plus" in text(answer)
    assert "<script" not in text(answer)
    assert by_code.get(f"{page_of(mandat)}/utilisations/{UNKNOWN}/desaccord").status_code == 404
