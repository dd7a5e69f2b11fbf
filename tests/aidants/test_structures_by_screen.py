"""Structures by screen: created, found, renamed, deactivated, put back, merged; old actes stay as they were signed."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.errors import STRUCTURE_NOT_HABILITEE, STRUCTURE_STATE_GONE
from aidants.envois.sending import send_due
from aidants.habilitation.models import HabilitationStructure
from aidants.habilitation.selectors import may_act_for
from aidants.habilitation.structures import resume_structure
from aidants.journal.models import Entree
from aidants.structures.models import Affectation, Invitation, Structure
from mandats.registre.models import Mandat
from mandats.registre.services.closure import end_mandats_of_closed
from tests import builders
from tests.aidants.mailbox import messages_to

pytestmark = pytest.mark.django_db
LA_POSTE = "35600000000048"


@pytest.fixture
def ines() -> Compte:
    made = builders.compte("ines@mandats.example")
    Fonction.objects.create(compte=made, role="administrateur")
    return made


@pytest.fixture
def desk(ines: Compte) -> Client:
    return builders.signed_in(ines)


def typed(who: Compte, **fields: str) -> dict[str, str]:
    return {
        "name": "Médiathèque « Les Écrins »",
        "siret": "999 999 301 00014",
        "kind": "Bibliothèque ou médiathèque",
        "street": "3 rue des Livres",
        "postcode": "05000",
        "city": "Gap",
        "insee_code": "05061",
        "time_zone": "Europe/Paris",
        "telephone": "04 99 99 00 07",
        "email": "",
        "code": builders.totp_code(who),
    } | fields


@pytest.mark.writes("structure:create")
def test_a_structure_is_created_habilitated_and_its_first_referent_invited(desk: Client, ines: Compte) -> None:
    siret = "99999910500011"
    answer = desk.post("/registre/structures/nouvelle", typed(ines, siret="999 999 105 00011"))
    made = Structure.objects.get()
    assert answer["Location"] == f"/registre/structures/{made.id}/referent"
    assert (made.siret, made.telephone, made.kind) == (siret, "+33499990007", "Bibliothèque ou médiathèque")
    assert HabilitationStructure.objects.get().structure == made
    events = Entree.objects.filter(subject_id=made.id).values_list("event", flat=True)
    assert sorted(events) == ["habilitation:validate", "structure:create"]
    someone = {"given_name": "Zoé", "family_name": "Petit", "email": "zoe@ecrins.example", "profession": "Directrice"}
    referent = f"/registre/structures/{made.id}/referent"
    for code in ("", "000000"):
        refused = desk.post(referent, {**someone, "roles": ["referent"], "code": code})
        assert refused.status_code == 422
        assert 'value="zoe@ecrins.example"' in refused.content.decode(), "a refusal loses nothing typed"
    assert not Invitation.objects.exists()
    desk.post(referent, {**someone, "roles": ["referent"], "code": builders.totp_code(ines)})
    send_due(timezone.now())
    assert mail.outbox[-1].to == ["zoe@ecrins.example"]
    page = desk.get(f"/registre/structures/{made.id}").content.decode()
    assert "Aucun référent" in page
    assert "Invitations en attente</dt><dd>1" in page
    assert "04 99 99 00 07" in page
    assert "Heure locale</dt><dd>Paris" in page


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"siret": "99999910500012"}, "SIRET n’existe pas"),
        ({"siret": "9999991050001"}, "SIRET n’existe pas"),
        ({"siret": ""}, "Remplissez"),
        ({"name": ""}, "Remplissez"),
        ({"postcode": "5000"}, "cinq chiffres"),
        ({"insee_code": "2a1"}, "cinq signes"),
        ({"telephone": "12"}, "numéro"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"code": "000000"}, "code"),
    ],
)
def test_what_is_badly_typed_comes_back_whole(desk: Client, ines: Compte, fields: dict[str, str], why: str) -> None:
    answer = desk.post("/registre/structures/nouvelle", typed(ines, siret=LA_POSTE) | fields)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert "3 rue des Livres" in answer.content.decode()
    assert not Structure.objects.exists()


@pytest.mark.writes("structure:refuse")
def test_la_poste_is_a_structure_and_a_siret_stands_once(desk: Client, ines: Compte) -> None:
    assert desk.post("/registre/structures/nouvelle", typed(ines, siret=LA_POSTE)).status_code == 302
    again = desk.post("/registre/structures/nouvelle", typed(ines, siret=LA_POSTE))
    assert again.status_code == 409
    assert "porte déjà ce SIRET" in again.content.decode()
    assert Entree.objects.get(event="structure:refuse").reason == "structure.siret_taken"


def test_the_list_finds_whatever_the_accents(desk: Client, query_count: Any) -> None:
    builders.structure("Médiathèque des Écrins", city="Gap")
    builders.structure("CCAS de Briançon", siret="99999920400012", city="Briançon")
    with query_count(7):
        page = desk.get("/registre/structures?q=mediatheque").content.decode()
    assert "des Écrins" in page
    assert "Briançon" not in page
    assert "CCAS de Briançon" in desk.get("/registre/structures?q=999999204").content.decode()
    assert "Aucune structure ne correspond" in desk.get("/registre/structures?q=<b>rien").content.decode()
    assert "Moins de deux référents" in desk.get("/registre/structures").content.decode()


@pytest.mark.writes("structure:change")
def test_a_renaming_leaves_old_actes_alone_and_new_ones_carry_the_new_name(desk: Client, ines: Compte) -> None:
    place = builders.structure("Ancien nom")
    who = builders.aidant(place)
    old = builders.mandat(who, place, now=timezone.now())
    kept = Mandat.objects.values("frozen_text", "acte", "text_sha256").get(pk=old.pk)
    answer = desk.post(f"/registre/structures/{place.id}/changement", typed(ines, name="Nouveau nom", siret="0" * 14))
    assert answer.status_code == 302
    place.refresh_from_db()
    assert (place.name, place.siret) == ("Nouveau nom", "99999910500011"), "a SIRET never changes"
    assert Mandat.objects.values("frozen_text", "acte", "text_sha256").get(pk=old.pk) == kept
    assert "Ancien nom" in kept["frozen_text"]
    assert "Nouveau nom" in builders.mandat(who, place, now=timezone.now(), demarches=("famille",)).frozen_text
    entry = Entree.objects.get(event="structure:change")
    assert (entry.subject_id, entry.acteur_id) == (place.id, ines.id)
    assert b"nom" not in bytes(entry.body).replace(b'"name"', b"")


@pytest.mark.writes("structure:suspend", "structure:resume")
def test_a_deactivated_structure_uses_nothing_ends_nothing_and_comes_back(desk: Client, ines: Compte) -> None:
    place = builders.structure()
    who = builders.aidant(place)
    mandat = builders.mandat(who, place, now=timezone.now())
    row, doer = mandat.autorisations.get(), builders.acteur(who, place)
    path = f"/registre/structures/{place.id}/service"
    assert desk.post(path, {"motif": "verification", "code": "000000"}).status_code == 422
    desk.post(path, {"motif": "verification", "code": builders.totp_code(ines)})
    assert builders.decided_use(row.id, acteur=doer, now=timezone.now()) == Denied(STRUCTURE_NOT_HABILITEE)
    assert may_act_for(who.id, place.id) == Denied(STRUCTURE_NOT_HABILITEE)
    end_mandats_of_closed(timezone.now())
    mandat.refresh_from_db()
    assert mandat.ended_at is None
    assert "Désactivée depuis" in desk.get(f"/registre/structures/{place.id}").content.decode()
    assert "le temps d’une vérification : plus aucun mandat" in messages_to(who.email)[-1].text
    assert "tout reprend dès qu’il la remet en service" in builders.signed_in(who).get("/mon-droit").content.decode()
    desk.post(path, {"code": builders.totp_code(ines)})
    assert "est de nouveau en service" in messages_to(who.email)[-1].text
    assert builders.decided_use(row.id, acteur=doer, now=timezone.now()) == GRANTED
    told = Entree.objects.filter(subject_id=place.id, event__in=("structure:suspend", "structure:resume"))
    assert told.count() == 2
    late = resume_structure(place.id, builders.acteur(ines, place), timezone.now())
    assert late == Denied(STRUCTURE_STATE_GONE), "somebody was quicker"
    assert Entree.objects.get(subject_id=place.id, event="structure:refuse").reason == STRUCTURE_STATE_GONE.code


@pytest.mark.writes("structure:absorb")
def test_a_merger_moves_people_and_no_mandat(desk: Client, ines: Compte) -> None:
    old, into = builders.structure("CCAS absorbé"), builders.structure("Nouvelle commune", siret="99999920400012")
    who, both = builders.aidant(old), builders.aidant(old)
    Affectation.objects.create(compte=both, structure=into, is_referent=True, started_at=builders.NOW)
    mandat = builders.mandat(who, old, now=timezone.now())
    path = f"/registre/structures/{old.id}/fusion"
    given = {"siret": into.siret, "count": "1"}
    assert desk.post(path, given | {"count": "7", "code": builders.totp_code(ines)}).status_code == 422
    own = desk.post(path, given | {"siret": old.siret, "code": builders.totp_code(ines)})
    assert "ne fusionne pas avec elle-même" in own.content.decode()
    assert desk.post(path, given | {"code": builders.totp_code(ines)})["Location"].endswith(str(into.id))
    end_mandats_of_closed(timezone.now())
    mandat.refresh_from_db()
    assert (mandat.structure_id, mandat.motif) == (old.id, "fermeture")
    assert Affectation.objects.get(compte=who, structure=into).is_aidant
    assert Affectation.objects.filter(compte=both, structure=into).count() == 1
    assert not Mandat.objects.filter(structure=into).exists()
    assert "« CCAS absorbé » a rejoint « Nouvelle commune »" in messages_to(who.email)[-1].text
    browser = builders.signed_in(who)
    assert "Nouvelle commune" in browser.get("/mandats/nouveau").content.decode(), "not the one that is no more"
    browser.post("/structures", {"structure": str(old.id)})
    assert "CCAS absorbé a rejoint une autre structure" in browser.get("/accueil").content.decode()
    assert "Elle n’est plus habilitée depuis" in browser.get("/mon-droit").content.decode()
    entry = Entree.objects.get(event="structure:absorb")
    assert entry.structure_id == into.id
    assert "Fusionnée avec" in desk.get(f"/registre/structures/{old.id}").content.decode()
