"""The screens that stop mandats: accueil, referent, administrateur, instructeur, and paper forms."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from aidants.comptes.models import Compte, Fonction
from aidants.domain.roles import Role
from aidants.habilitation.models import HabilitationStructure
from aidants.journal.models import Entree
from aidants.structures.models import Affectation
from mandats.pages.service.forms_paper import _of_the_day
from mandats.registre.models import Avis, Document, Mandat
from mandats.registre.services.contestations import object_to_use
from mandats.registre.services.many import acteur_usager
from tests import builders
from tests.mandats import pages_desk
from tests.mandats.pages_desk import UNKNOWN, Desk, text
from tests.mandats.pdf_readers import words_of

pytestmark = pytest.mark.django_db

CALLER = {"family_name": "dubois", "day": "24", "month": "8", "year": "1962", "structure": "démonstration"}


@pytest.fixture
def desk() -> Desk:
    return pages_desk.desk()


@pytest.fixture
def mandat(desk: Desk) -> Mandat:
    return desk.mandat(demarches=("logement", "justice"))


def national(role: Role) -> tuple[Compte, Client]:
    who = builders.compte()
    Fonction.objects.create(compte=who, role=role)
    return who, builders.signed_in(who)


def referent(desk: Desk) -> tuple[Compte, Client]:
    who = builders.compte()
    Affectation.objects.create(compte=who, structure=desk.place, is_referent=True, started_at=builders.NOW)
    return who, builders.signed_in(who)


def scan() -> SimpleUploadedFile:
    output = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(output, "JPEG")
    return SimpleUploadedFile("formulaire.jpg", output.getvalue(), "image/jpeg")


def fresh(mandat: Mandat) -> Mandat:
    return Mandat.objects.get(pk=mandat.pk)


# --- accueil ---


@pytest.mark.writes("accueil:find")
@pytest.mark.reaches("GET mandats:accueil_letter")
def test_the_accueil_finds_stops_and_writes_without_a_demarche(mandat: Mandat, query_count: Any) -> None:
    _, browser = national(Role.ACCUEIL)
    browser.get("/accueil-telephonique")
    with query_count(16):
        page = text(browser.post("/accueil-telephonique", CALLER))
    assert mandat.reference in page
    assert "Logement" not in page
    assert "Justice" not in page
    assert (Entree.objects.latest("id").event, Entree.objects.latest("id").subject_id) == ("accueil:find", None)
    answer = browser.post(f"/accueil-telephonique/suspendre/{mandat.id}", follow=True)
    assert "Suspendu" in text(answer)
    assert fresh(mandat).suspension_way == "accueil"
    listed = text(browser.get("/accueil-telephonique/lettres"))
    assert mandat.usager.full_name in listed
    address = f"/accueil-telephonique/lettres/{mandat.usager_id}/{mandat.structure_id}"
    printed = words_of(browser.get(address).content)
    assert "suspendu" in printed
    assert "Logement" not in printed
    letter = Avis.objects.get(office="accueil")
    browser.post("/accueil-telephonique/lettres/remise", {"avis": [str(letter.id)], "how": "poste"})
    assert Avis.objects.get(office="accueil").handed_how == "poste"
    assert "Aucune lettre" in text(browser.get("/accueil-telephonique/lettres"))


@pytest.mark.parametrize(
    "change", [{"family_name": "dubo"}, {"day": "25"}, {"structure": "ailleurs"}, {"family_name": "D’Ailleurs"}]
)
def test_all_three_must_be_right(mandat: Mandat, change: dict[str, str]) -> None:
    _, browser = national(Role.ACCUEIL)
    page = text(browser.post("/accueil-telephonique", CALLER | change))
    assert "Rien à ce nom" in page
    assert mandat.reference not in page


@pytest.mark.writes("accueil:find_refused")
@pytest.mark.usefixtures("one_minute")
def test_who_finds_nothing_again_and_again_waits_and_others_do_not(mandat: Mandat) -> None:
    _, fishing = national(Role.ACCUEIL)
    for number in range(30):
        assert fishing.post("/accueil-telephonique", CALLER | {"family_name": f"nom{number}"}).status_code == 200
    answer = fishing.post("/accueil-telephonique", CALLER)
    assert (answer.status_code, "Trop de recherches sans résultat" in text(answer)) == (429, True)
    assert int(answer["Retry-After"]) > 0
    assert mandat.reference not in text(answer)
    assert 'value="dubois"' in text(answer)
    assert Entree.objects.filter(event="accueil:find_refused").count() == 1
    assert mandat.reference in text(national(Role.ACCUEIL)[1].post("/accueil-telephonique", CALLER))


def test_a_mistyped_date_keeps_what_was_typed(mandat: Mandat) -> None:
    _, browser = national(Role.ACCUEIL)
    answer = browser.post("/accueil-telephonique", CALLER | {"year": "62"})
    assert (answer.status_code, 'value="dubois"' in text(answer)) == (422, True)


@pytest.mark.parametrize("role", [Role.INSTRUCTEUR, Role.PREFECTURE, Role.ADMINISTRATEUR])
def test_no_other_role_opens_the_accueil(mandat: Mandat, role: Role) -> None:
    _, browser = national(role)
    for path in ("/accueil-telephonique", "/accueil-telephonique/lettres", "/accueil-telephonique/formulaire"):
        assert browser.get(path).status_code == 403
    assert browser.post(f"/accueil-telephonique/suspendre/{mandat.id}").status_code == 403
    assert fresh(mandat).suspended_at is None


def test_the_accueil_opens_nothing_of_a_structure(mandat: Mandat) -> None:
    _, browser = national(Role.ACCUEIL)
    for path in (f"/mandats/{mandat.id}", "/mandats", "/a-remettre", f"/mandats/{mandat.id}/releve"):
        assert browser.get(path).status_code in (403, 404), path
    assert browser.post(f"/accueil-telephonique/suspendre/{UNKNOWN}").status_code == 404
    assert browser.get(f"/accueil-telephonique/lettres/{UNKNOWN}/{UNKNOWN}").status_code == 404


@pytest.mark.writes("document:add_revocation")
def test_a_form_received_by_post_ends_the_mandat_and_is_kept(mandat: Mandat) -> None:
    who, browser = national(Role.ACCUEIL)
    given = {"reference": mandat.reference, "scan": scan(), "code": builders.totp_code(who)}
    assert "est arrêté" in text(browser.post("/accueil-telephonique/formulaire", given, follow=True))
    ended = fresh(mandat)
    assert ended.motif == "revocation"
    kept = Document.objects.get(mandat=mandat, kind="revocation")
    assert (kept.created_by, kept.content_type) == (who, "image/jpeg")
    assert Avis.objects.get(kind="fin").channel == "email"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"code": "000000"}, "code"),
        ({"reference": "GAP7-K3XW-9C"}, "comporte une erreur"),
        ({"reference": "GAP7-K3XW-9B"}, "n’existe pas"),
        ({"scan": SimpleUploadedFile("x.jpg", b"rien", "image/jpeg")}, "n’est pas accepté"),
    ],
)
def test_a_form_that_is_not_right_ends_nothing(mandat: Mandat, change: dict[str, Any], told: str) -> None:
    who, browser = national(Role.ACCUEIL)
    given = {"reference": mandat.reference, "scan": scan(), "code": builders.totp_code(who)} | change
    answer = browser.post("/accueil-telephonique/formulaire", given)
    assert (answer.status_code, told in text(answer)) == (422, True)
    assert fresh(mandat).ended_at is None
    assert not Document.objects.filter(kind="revocation").exists()


@pytest.mark.reaches("GET mandats:certificate")
def test_any_aidant_of_the_structure_enters_the_form(desk: Desk, mandat: Mandat) -> None:
    colleague = builders.aidant(desk.place)
    browser = builders.signed_in(colleague)
    given = {"scan": scan(), "code": builders.totp_code(colleague)}
    answer = browser.post(f"/mandats/{mandat.id}/arret/formulaire", given)
    assert answer["Location"] == f"/mandats/{mandat.id}"
    assert fresh(mandat).motif == "revocation"
    page = text(browser.get(f"/mandats/{mandat.id}"))
    assert "Formulaire d’arrêt signé" in page
    assert "Attestation de fin" in page
    assert browser.get(f"/mandats/{mandat.id}/attestation").content.startswith(b"%PDF-")


def test_the_empty_form_is_for_anybody() -> None:
    printed = Client().get("/formulaire-d-arret")
    typeset = _of_the_day.cache_info().misses
    for _ in range(3):
        assert Client().get("/formulaire-d-arret").status_code == 200
    assert _of_the_day.cache_info().misses <= typeset + 1, "a day may have ended meanwhile"
    assert "J’arrête mon mandat" in words_of(printed.content)


# --- referent, administrateur, instructeur ---


def test_a_referent_renounces_by_reference_and_the_reason_stays_inside(desk: Desk, mandat: Mandat) -> None:
    who, browser = referent(desk)
    given = {"reference": mandat.reference, "reason": "conflit", "code": builders.totp_code(who)}
    assert "a renoncé" in text(browser.post("/equipe/renonciation", given, follow=True))
    assert fresh(mandat).motif == "renonciation"
    assert b'"reason":"conflit"' in bytes(Entree.objects.get(event="mandat:revoke").body)
    told = Avis.objects.get(kind="fin")
    assert "confiance" not in told.texte


def test_a_referent_reaches_no_mandat_of_another_structure(mandat: Mandat) -> None:
    elsewhere = pages_desk.desk("Mairie d’ailleurs", siret="99999920500029")
    who, browser = referent(elsewhere)
    given = {"reference": mandat.reference, "reason": "autre", "code": builders.totp_code(who)}
    answer = browser.post("/equipe/renonciation", given)
    assert (answer.status_code, "n’existe pas" in text(answer)) == (422, True)
    assert fresh(mandat).ended_at is None


def test_an_aidant_who_is_no_referent_does_not_renounce(desk: Desk) -> None:
    assert desk.client.get("/equipe/renonciation").status_code == 403


@pytest.mark.parametrize(
    ("motif", "proof"),
    [("deces", "acte_deces"), ("tutelle", "jugement"), ("insolvabilite", "jugement_insolvabilite")],
)
def test_what_ends_mandats_by_law_ends_all_of_a_person_s(mandat: Mandat, motif: str, proof: str) -> None:
    place = builders.structure("Médiathèque", siret="99999930300013")
    person = builders.identite(sub_digest=mandat.usager.sub_digest)
    other = builders.mandat(builders.aidant(place), place, person, now=mandat.accepted_at)
    who, browser = national(Role.ADMINISTRATEUR)
    given = {"reference": mandat.reference, "motif": motif, "proof": proof, "code": builders.totp_code(who)}
    other_s = "avis_tuteur" if motif == "deces" else "acte_deces"
    wrong = browser.post("/administration/deces-ou-tutelle", given | {"proof": other_s})
    assert (wrong.status_code, "ne prouve pas" in text(wrong)) == (422, True)
    answer = browser.post("/administration/deces-ou-tutelle", given, follow=True)
    assert "2 mandats, dans toutes les structures" in text(answer)
    assert {fresh(one).motif for one in (mandat, other)} == {motif}
    channels = set(Avis.objects.filter(kind="fin").values_list("channel", "office"))
    assert channels == ({("courrier", "accueil")} if motif == "deces" else {("email", "structure")})
    again = browser.post("/administration/deces-ou-tutelle", given | {"code": builders.totp_code(who)})
    assert "déjà pris fin" in text(again)


def test_a_structure_ends_in_two_gestures(desk: Desk, mandat: Mandat) -> None:
    who, browser = national(Role.INSTRUCTEUR)
    first = {"siret": "999 999 105 00011", "motif": "liquidation"}
    page = text(browser.post("/habilitations/fin-de-structure", first))
    assert "<strong>1</strong>" in page
    assert HabilitationStructure.objects.get().ended_at is None
    second = {"siret": desk.place.siret, "motif": "liquidation", "count": "2", "code": builders.totp_code(who)}
    wrong = browser.post("/habilitations/fin-de-structure/confirmation", second)
    assert (wrong.status_code, "Ce n’est pas le nombre" in text(wrong)) == (422, True)
    right = second | {"count": "1", "code": builders.totp_code(who)}
    assert "n’est plus habilitée" in text(
        browser.post("/habilitations/fin-de-structure/confirmation", right, follow=True)
    )
    assert HabilitationStructure.objects.get().motif == "liquidation"
    gone = browser.post("/habilitations/fin-de-structure", first)
    assert "Aucune structure habilitée" in text(gone)


@pytest.mark.parametrize(
    ("change", "told"), [({"siret": "123"}, "comporte une erreur"), ({"motif": "deces"}, "Choisissez une raison")]
)
def test_a_structure_badly_named_is_told(change: dict[str, str], told: str) -> None:
    _, browser = national(Role.ADMINISTRATEUR)
    answer = browser.post("/habilitations/fin-de-structure", {"siret": "99999910500011", "motif": "fermeture"} | change)
    assert answer.status_code == 422
    assert told in text(answer)


# --- objections ---


def test_an_objection_is_read_by_referent_and_instructeur_and_answered_once(desk: Desk, mandat: Mandat) -> None:
    use = builders.utilisation(mandat)
    assert object_to_use(use.id, acteur_usager(mandat.usager_id), "Jamais.", mandat.accepted_at)
    _, browser = referent(desk)
    page = text(browser.get("/desaccords"))
    assert "Jamais." in page
    assert mandat.reference in page
    assert mandat.usager.family_name not in page
    _, other = national(Role.INSTRUCTEUR)
    read = text(other.get("/desaccords"))
    assert "Jamais." in read
    assert "Répondre à la personne" not in read
    address = f"/desaccords/{use.contestation.id}/reponse"
    assert other.post(address, {"answer": "non"}).status_code == 403
    assert "Réponse envoyée" in text(browser.post(address, {"answer": "C’était une erreur."}, follow=True))
    assert "déjà été donnée" in text(browser.post(address, {"answer": "encore"}, follow=True))
    assert Avis.objects.get(kind="reponse").mandat == mandat
    assert desk.client.get("/desaccords").status_code == 403


def test_a_referent_elsewhere_reads_and_answers_nothing(desk: Desk, mandat: Mandat) -> None:
    use = builders.utilisation(mandat)
    object_to_use(use.id, acteur_usager(mandat.usager_id), "Jamais.", mandat.accepted_at)
    _, browser = referent(pages_desk.desk("Mairie d’ailleurs", siret="99999920500029"))
    assert "Aucun désaccord" in text(browser.get("/desaccords"))
    assert browser.post(f"/desaccords/{use.contestation.id}/reponse", {"answer": "non"}).status_code == 404
