"""The record of a mandat over HTTP: its papers, the volet, uses, ends; and nothing for another structure."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from aidants.journal.models import Entree
from aidants.journal.sequence import integrate
from mandats.domain.durees import local_date
from mandats.registre.models import CodeUsager, Mandat, Utilisation
from mandats.registre.papers import produce_document
from mandats.registre.services.suspend import suspend_mandat
from tests import builders
from tests.mandats import pages_desk
from tests.mandats.pages_desk import UNKNOWN, Desk, text

QueryCount = Callable[[int], AbstractContextManager[Any]]


@pytest.fixture
def desk(db: None) -> Desk:
    return pages_desk.desk()


def events(mandat: Mandat) -> list[str]:
    return list(Entree.objects.filter(subject_id=mandat.id).order_by("id").values_list("event", flat=True))


def use(mandat: Mandat, **change: str) -> dict[str, str]:
    """Return a declaration as it is typed."""
    row = mandat.autorisations.get()
    return {
        "autorisation": str(row.id),
        "channel": "telephone",
        "manner": "avec",
        "body": "CAF des Hautes-Alpes",
        "description": "Appel pour le dossier.",
        "used_on": local_date(timezone.now(), mandat.time_zone).isoformat(),
    } | change


def test_record_shows_the_mandat_and_journals_its_opening(desk: Desk, query_count: QueryCount) -> None:
    mandat = desk.mandat()
    produce_document(mandat.id, desk.acteur, timezone.now())
    desk.client.get("/accueil")
    integrate(timezone.now())
    with query_count(16):
        page = text(desk.client.get(f"/mandats/{mandat.id}"))
    for shown in (
        mandat.reference,
        "Angela Claire Louise DUBOIS",
        "24 août 1962",
        "heure de Paris",
        "En cours",
        "Inscrit au journal, n° ",
    ):
        assert shown in page
    assert events(mandat)[-1] == "mandat:consult"


def test_a_bare_suspended_or_ended_mandat_offers_only_what_can_be_done(desk: Desk) -> None:
    mandat = desk.mandat()
    acts = ("utilisation", "volet", "arret")

    def offered() -> list[str]:
        page = text(desk.client.get(f"/mandats/{mandat.id}"))
        return [act for act in acts if f"/mandats/{mandat.id}/{act}" in page]

    assert offered() == ["utilisation", "volet", "arret"]
    suspend_mandat(mandat.id, desk.acteur, way="telephone", now=timezone.now())
    assert offered() == ["volet", "arret"]
    desk.client.post(f"/mandats/{mandat.id}/arret", {"code": desk.code()})
    assert offered() == []


def test_the_pdf_is_shown_as_ours_and_pieces_are_handed_over_as_files(desk: Desk) -> None:
    mandat = desk.mandat()
    pdf = desk.client.get(f"/mandats/{mandat.id}/document")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf["Content-Disposition"] == f'inline; filename="mandat-{mandat.reference}.pdf"'
    assert bytes(mandat.documents.get(kind="mandat").content) == pdf.content
    assert desk.client.get(f"/mandats/{mandat.id}/document").content == pdf.content
    signature = mandat.documents.get(kind="signature")
    piece = desk.client.get(f"/mandats/{mandat.id}/pieces/{signature.id}")
    assert piece["Content-Disposition"].startswith("attachment; ")
    assert piece["X-Content-Type-Options"] == "nosniff"
    assert (piece["Content-Type"], piece["Cache-Control"]) == ("image/png", "no-store")
    assert piece.content == bytes(signature.content)
    assert events(mandat).count("document:consult") == 3


def test_the_volet_is_printed_once_and_its_codes_are_nowhere_else(desk: Desk) -> None:
    mandat = desk.mandat()
    address = f"/mandats/{mandat.id}/volet"
    assert "ne marcheront plus" in text(desk.client.get(address))
    assert not CodeUsager.objects.exists()
    printed = desk.client.post(address, {"large": "on"})
    assert printed.content.startswith(b"%PDF-")
    assert printed["Cache-Control"] == "no-store"
    assert CodeUsager.objects.filter(ended_at__isnull=True).count() == 2
    desk.client.post(address)
    assert CodeUsager.objects.filter(ended_at__isnull=True).count() == 2
    assert CodeUsager.objects.count() == 4
    assert not re.search(r"\d{4} \d{4} \d{4} \d{4}", text(desk.client.get(f"/mandats/{mandat.id}")))
    assert events(mandat).count("volet:print") == 2


def test_declaring_a_use_takes_two_gestures(desk: Desk) -> None:
    mandat = desk.mandat()
    address = f"/mandats/{mandat.id}/utilisation"
    assert "checked" in text(desk.client.get(address))
    read_again = text(desk.client.post(address, use(mandat)))
    assert "Est-ce bien cela\u00a0?" in read_again
    assert not Utilisation.objects.exists()
    corrected = text(desk.client.post(address, use(mandat) | {"correct": "1"}))
    assert 'value="CAF des Hautes-Alpes"' in corrected
    answer = desk.client.post(address, use(mandat) | {"confirmed": "1"})
    assert answer["Location"] == f"/mandats/{mandat.id}"
    done = Utilisation.objects.get()
    assert (done.channel, done.body, done.aidant) == ("telephone", "CAF des Hautes-Alpes", desk.who)
    assert "CAF des Hautes-Alpes, par téléphone" in text(desk.client.get(f"/mandats/{mandat.id}"))


@pytest.mark.parametrize(
    "change",
    [
        {"body": ""},
        {"description": ""},
        {"channel": "pigeon"},
        {"manner": ""},
        {"used_on": "hier"},
        {"autorisation": str(UNKNOWN)},
    ],
)
def test_a_use_badly_told_keeps_what_was_typed(desk: Desk, change: dict[str, str]) -> None:
    mandat = desk.mandat()
    answer = desk.client.post(f"/mandats/{mandat.id}/utilisation", use(mandat, **change) | {"confirmed": "1"})
    assert answer.status_code == 422
    assert ("Appel pour le dossier." in text(answer)) == ("description" not in change)
    assert not Utilisation.objects.exists()


def test_a_use_before_the_mandat_is_refused_and_keeps_what_was_typed(desk: Desk) -> None:
    mandat = desk.mandat()
    before = local_date(mandat.accepted_at - timedelta(days=2), mandat.time_zone).isoformat()
    answer = desk.client.post(f"/mandats/{mandat.id}/utilisation", use(mandat, used_on=before) | {"confirmed": "1"})
    assert (answer.status_code, "Appel pour le dossier." in text(answer)) == (422, True)
    assert not Utilisation.objects.exists()


def test_stopping_asks_for_a_fresh_code(desk: Desk) -> None:
    mandat = desk.mandat()
    address = f"/mandats/{mandat.id}/arret"
    assert "On ne peut pas revenir en arrière" in text(desk.client.get(address))
    assert desk.client.post(address, {"code": "000000"}).status_code == 422
    mandat.refresh_from_db()
    assert mandat.ended_at is None
    answer = desk.client.post(address, {"code": desk.code()}, follow=True)
    assert "C’est arrêté" in text(answer)
    mandat.refresh_from_db()
    assert (mandat.ended_at is None, mandat.motif) == (False, "revocation")
    again = desk.client.post(address, {"code": desk.code()}, follow=True)
    assert "Ce mandat avait déjà pris fin" in text(again)


def test_stopping_one_demarche_leaves_the_others(desk: Desk) -> None:
    mandat = desk.mandat(demarches=("logement", "social"))
    row = mandat.autorisations.get(demarche="social")
    address = f"/mandats/{mandat.id}/demarches/{row.id}/arret"
    assert "Social - Santé" in text(desk.client.get(address))
    desk.client.post(address, {"code": desk.code()})
    standing = mandat.autorisations.filter(ended_at__isnull=True).values_list("demarche", flat=True)
    assert list(standing) == ["logement"]
    mandat.refresh_from_db()
    assert mandat.ended_at is None
    assert "Arrêtée le" in text(desk.client.get(f"/mandats/{mandat.id}"))


@pytest.mark.parametrize("foreign", [True, False])
def test_a_foreign_mandat_answers_like_an_unknown_one(desk: Desk, foreign: bool) -> None:
    mandat = desk.mandat()
    row, paper = mandat.autorisations.get(), mandat.documents.get()
    before = events(mandat)
    other = pages_desk.desk("Ailleurs")
    wanted = mandat.id if foreign else UNKNOWN
    pages = ("", "/document", f"/pieces/{paper.id}", "/volet", "/utilisation", "/arret", f"/demarches/{row.id}/arret")
    statuses = {other.client.get(f"/mandats/{wanted}{page}").status_code for page in pages}
    acts = ("/volet", "/utilisation", "/arret", f"/demarches/{row.id}/arret")
    statuses |= {other.client.post(f"/mandats/{wanted}{act}", {"code": other.code()}).status_code for act in acts}
    assert statuses == {404}
    assert events(mandat) == before
    mandat.refresh_from_db()
    assert mandat.ended_at is None


def test_what_belongs_to_another_mandat_is_unknown_here(desk: Desk) -> None:
    mine, other = desk.mandat(), desk.mandat(builders.identite())
    row, paper = other.autorisations.get(), other.documents.get()
    assert desk.client.get(f"/mandats/{mine.id}/pieces/{paper.id}").status_code == 404
    assert desk.client.post(f"/mandats/{mine.id}/demarches/{row.id}/arret", {"code": desk.code()}).status_code == 404


def test_pages_refuse_a_post_without_its_token(desk: Desk) -> None:
    mandat = desk.mandat()
    desk.client.handler.enforce_csrf_checks = True
    for act in ("volet", "utilisation", "arret"):
        assert desk.client.post(f"/mandats/{mandat.id}/{act}", {"code": desk.code()}).status_code == 403
    mandat.refresh_from_db()
    assert mandat.ended_at is None
