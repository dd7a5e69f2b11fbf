"""The sheet signed by hand, over HTTP: its date, its declaration of seven days, its versions; what it resumes."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from aidants.envois.models import Envoi
from aidants.journal.models import Entree
from mandats.attestation.status_list import SUSPENDED
from mandats.domain.codes import grouped
from mandats.registre.models import Brouillon, Document, Mandat
from mandats.registre.selectors import state_of
from mandats.registre.services.exemplaires import suspend_unscanned
from mandats.registre.services.suspend import suspend_mandat
from mandats.registre.services.volet import CodesVolet, renew_codes
from mandats.verification.statuses import statuses_at
from mandats.verification.usager_access import acteur_usager
from tests import builders
from tests.mandats import consent_desk as ways
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text
from tests.mandats.usager_desk import page_of


@pytest.fixture
def desk(db: None) -> Desk:
    builders.keys()
    return pages_desk.desk()


def usager_of(mandat: Mandat) -> Client:
    """Return the usager on their own page, by the codes of their volet."""
    codes = renew_codes(mandat.id, builders.acteur(mandat.aidant, mandat.structure), timezone.now())
    assert isinstance(codes, CodesVolet)
    client, (year, month, day) = Client(), mandat.usager.birthdate.split("-")
    given = {"reference": mandat.reference, "code": grouped(codes.revocation), "day": day, "month": month}
    assert client.post("/usager", given | {"year": year}).status_code == 302
    return client


def test_a_sheet_signed_elsewhere_keeps_its_date(desk: Desk) -> None:
    brouillon = desk.identified()
    ways.prints(desk, brouillon)
    printed = timezone.now() - timedelta(days=3)
    Document.objects.filter(brouillon=brouillon).update(created_at=printed)
    day = (timezone.localdate() - timedelta(days=2)).isoformat()
    scan = SimpleUploadedFile("photo.png", builders.signature_png(), "image/png")
    given = {"text_sha256": ways.digest(desk, brouillon), "signed_on": day, "scan": scan}
    assert desk.client.post(ways.address(brouillon, "accord/papier"), given).status_code == 302
    mandat = ways.accepts(desk, brouillon)
    assert timezone.localtime(mandat.consented_at).date().isoformat() == day


@pytest.mark.parametrize("days", [-1, 1])
def test_an_impossible_date_is_refused(desk: Desk, days: int) -> None:
    brouillon = desk.identified()
    day = (timezone.localdate() + timedelta(days=days)).isoformat()
    answer = ways.hands_scan(desk, brouillon, signed_on=day)
    assert answer.status_code == 422
    assert "Cette date n’est pas possible" in text(answer)
    assert ways.declares(desk, brouillon, signed_on=day).status_code == 422


@pytest.mark.writes("document:print_exemplaire")
def test_a_heic_photograph_is_told_what_to_do(desk: Desk) -> None:
    brouillon = desk.identified()
    answer = ways.hands_scan(desk, brouillon, content=b"\0\0\0\x18ftypheic\0\0\0\0")
    assert answer.status_code == 422
    assert "format HEIC" in text(answer)


@pytest.mark.reaches("POST mandats:add_sheet")
def test_a_declaration_stands_seven_days_then_the_mandat_stops_until_the_sheet_comes(desk: Desk) -> None:
    brouillon = desk.identified()
    assert ways.declares(desk, brouillon).status_code == 302
    mandat = ways.accepts(desk, brouillon)
    assert mandat.scan_due_at
    use, due = mandat.autorisations.get().id, mandat.scan_due_at
    assert suspend_unscanned(due - timedelta(seconds=1)) == 0
    # Nobody has to write it: at that second the use is refused and the list says so.
    assert builders.decided_use(use, acteur=desk.acteur, now=due - timedelta(seconds=1))
    assert not builders.decided_use(use, acteur=desk.acteur, now=due)
    row = mandat.autorisations.get()
    assert statuses_at(row.status_list, due - timedelta(seconds=1)) == {}
    assert statuses_at(row.status_list, due) == {row.status_index: SUSPENDED}
    assert state_of(mandat, due) == "suspendu"
    assert suspend_unscanned(due) == 1
    assert suspend_unscanned(due) == 0
    assert not builders.decided_use(use, acteur=desk.acteur, now=due)
    assert Envoi.objects.filter(purpose="scan_manquant", channel="email").count() == 1
    told = mandat.avis.get()
    assert "n’a pas encore ajouté la feuille que vous avez signée. Vous n’avez rien à faire" in told.texte
    assert "Vous seul" not in told.texte
    own = text(usager_of(mandat).get(page_of(mandat)))
    assert "La structure doit d’abord ajouter la feuille que vous avez signée." in own
    assert "Remettre en route" not in own
    page = text(desk.client.get(f"/mandats/{mandat.id}"))
    assert "la feuille signée n’a pas été ajoutée à temps" in page
    scan = SimpleUploadedFile("photo.png", builders.signature_png(), "image/png")
    answer = desk.client.post(f"/mandats/{mandat.id}/feuille-signee", {"scan": scan}, follow=True)
    assert "Le mandat reprend" in text(answer)
    assert builders.decided_use(use, acteur=desk.acteur, now=timezone.now())
    assert list(Entree.objects.filter(event="mandat:resume").values_list("subject_id", flat=True)) == [mandat.id]


def test_the_sheet_resumes_nothing_that_the_usager_stopped(desk: Desk) -> None:
    brouillon = desk.identified()
    ways.declares(desk, brouillon)
    mandat = ways.accepts(desk, brouillon)
    assert suspend_mandat(mandat.id, acteur_usager(mandat.usager_id), way="sms", now=timezone.now())
    assert mandat.scan_due_at
    assert suspend_unscanned(mandat.scan_due_at) == 0
    scan = SimpleUploadedFile("photo.png", builders.signature_png(), "image/png")
    desk.client.post(f"/mandats/{mandat.id}/feuille-signee", {"scan": scan})
    mandat.refresh_from_db()
    assert mandat.suspended_at
    assert mandat.scan_due_at is None


def test_a_suspension_asked_while_the_sheet_is_missing_outlives_the_sheet(desk: Desk) -> None:
    brouillon = desk.identified()
    ways.declares(desk, brouillon)
    mandat = ways.accepts(desk, brouillon)
    assert mandat.scan_due_at
    suspend_unscanned(mandat.scan_due_at)
    assert suspend_mandat(mandat.id, acteur_usager(mandat.usager_id), way="sms", now=timezone.now())
    scan = SimpleUploadedFile("photo.png", builders.signature_png(), "image/png")
    desk.client.post(f"/mandats/{mandat.id}/feuille-signee", {"scan": scan})
    mandat.refresh_from_db()
    assert mandat.suspended_at


def test_a_declaration_too_old_concludes_nothing(desk: Desk) -> None:
    brouillon = desk.identified()
    ways.declares(desk, brouillon)
    Brouillon.objects.filter(pk=brouillon.pk).update(declared_at=timezone.now() - timedelta(days=7))
    answer = desk.client.post(ways.address(brouillon, "acceptation"), {"code": desk.code()})
    assert answer.status_code == 422
    assert "a plus de 7 jours" in text(answer)


@pytest.mark.reaches("GET mandats:add_sheet")
def test_a_replaced_scan_is_a_new_version_and_the_old_one_stays(desk: Desk) -> None:
    brouillon = desk.identified()
    assert ways.hands_scan(desk, brouillon).status_code == 302
    mandat = ways.accepts(desk, brouillon)
    before = bytes(mandat.documents.get(kind="scan").content)
    assert desk.client.get(f"/mandats/{mandat.id}/feuille-signee").status_code == 200
    pdf = SimpleUploadedFile("x.png", b"not a picture", "image/png")
    assert desk.client.post(f"/mandats/{mandat.id}/feuille-signee", {"scan": pdf}).status_code == 422
    scan = SimpleUploadedFile("x.png", builders.signature_png() + b"again", "image/png")
    assert desk.client.post(f"/mandats/{mandat.id}/feuille-signee", {"scan": scan}).status_code == 302
    kept = list(mandat.documents.filter(kind="scan").order_by("version"))
    assert [one.version for one in kept] == [1, 2]
    assert bytes(kept[0].content) == before
    answer = desk.client.get(f"/mandats/{mandat.id}/pieces/{kept[1].id}")
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_mandat_agreed_on_the_screen_takes_no_sheet(desk: Desk) -> None:
    assert desk.client.get(f"/mandats/{desk.mandat().id}/feuille-signee").status_code == 404
