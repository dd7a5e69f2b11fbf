"""What helps to understand: other forms of the mandat, a copy by e-mail, codes copied by hand, the type mandat."""

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.test import Client
from django.utils import timezone

from aidants.envois.models import Envoi
from aidants.envois.outbox import message_of
from aidants.journal.models import Entree
from aidants.papiers.typesetting import PaperNotMade
from mandats.document.explications import Explained, forms, head
from mandats.document.render import render_blank, render_explanation, render_large_summary
from mandats.document.textes import TextInput
from mandats.domain.codes import normalise
from mandats.registre.models import Avis, CodeUsager, Mandat
from mandats.registre.papers import produce_document
from mandats.registre.services.volet import check_code
from mandats.verification.usager_access import acteur_usager
from tests import builders
from tests.mandats.document_examples import SERVICE, longest_text, ordinary_mandat, ordinary_text
from tests.mandats.pdf_readers import font_sizes, page_count, qpdf_check, words_of

AT = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


def explained(given: TextInput) -> Explained:
    return Explained(
        reference=given.reference,
        mandant=f"{given.mandant.given_names} {given.mandant.family_name}",
        structure=given.structure.name,
        demarches=given.demarches,
        single_use=given.single_use,
        reserved=bool(given.reserved_acts),
        last_day=date(2026, 12, 23),
        service=SERVICE,
    )


def printed(code: str, given: TextInput) -> bytes:
    """Return one explanation of the mandat of ``given``."""
    return render_explanation(code, explained(given), AT, "Europe/Paris")


FORMS: dict[str, Callable[[], bytes]] = {
    "falc ordinary": lambda: printed("falc", ordinary_text()),
    "falc longest": lambda: printed("falc", longest_text()),
    "en ordinary": lambda: printed("en", ordinary_text()),
    "en longest": lambda: printed("en", longest_text()),
    "ar ordinary": lambda: printed("ar", ordinary_text()),
    "ar longest": lambda: printed("ar", longest_text()),
    "gros": lambda: render_large_summary("GAP7-K3XW-9B", ordinary_mandat().summary, AT, "Europe/Paris", SERVICE),
    "blank": lambda: render_blank(SERVICE, AT, "Europe/Paris"),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_archival_accessible_and_sound(name: str, tmp_path: Path) -> None:
    pdf = FORMS[name]()
    assert "No syntax or stream encoding errors found" in qpdf_check(pdf, tmp_path)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        metadata = document.open_metadata()
        assert (metadata.pdfa_status, metadata["pdfuaid:part"]) == ("3A", "1")
        assert str(document.Root.Lang) == (name[:2] if name[:2] in {"en", "ar"} else "fr")


@pytest.mark.parametrize("name", ["falc ordinary", "en ordinary", "ar ordinary", "gros"])
def test_an_ordinary_form_is_one_sheet(name: str) -> None:
    """A heading alone overleaf is not read."""
    assert page_count(FORMS[name]()) == 1


def test_there_are_plain_words_and_two_languages() -> None:
    assert [one.code for one in forms()] == ["falc", "ar", "en"]
    assert head("ar").direction == "rtl"


@pytest.mark.parametrize("code", ["falc", "en", "ar"])
def test_a_form_says_that_only_french_binds_and_that_nobody_has_read_it(code: str) -> None:
    words = words_of(FORMS[f"{code} ordinary"]())
    for notice in head(code).notices:
        if code != "ar":
            assert notice in words
    if code != "falc":
        assert "Seul le texte français du mandat engage. Traduction non relue" in words


def test_a_named_reader_replaces_the_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    from mandats.document import explications

    told, text = explications._file("en")
    monkeypatch.setattr(explications, "_file", lambda code: ({**told, "relecteur": "J. Smith"}, text))
    assert head("en").notices == (
        "This page helps you understand. Only the French text is binding.",
        "This translation was checked by J. Smith.",
        "Seul le texte français du mandat engage.",
    )


@pytest.mark.parametrize("code", ["falc", "en", "ar"])
@pytest.mark.parametrize("given", [ordinary_text, longest_text])
def test_every_sentence_is_for_this_mandat(code: str, given: Callable[[], TextInput]) -> None:
    from mandats.document.explications import explanation

    text = "\n".join(block.text for block in explanation(code, explained(given())))
    assert "{" not in text
    assert text.count("GAP7-K3XW-9B") == 1
    assert "23" in text
    assert "2026" in text


@pytest.mark.parametrize(("name", "smallest"), [("gros", 20), ("falc ordinary", 14), ("en ordinary", 14)])
def test_what_is_read_is_large(name: str, smallest: float) -> None:
    """The name of the service and the foot are smaller: nothing of the text is."""
    assert sorted(font_sizes(FORMS[name]()))[2] >= smallest


def test_the_blank_is_two_pages_and_no_mandat() -> None:
    pdf = FORMS["blank"]()
    words = words_of(pdf)
    assert page_count(pdf) == 2
    assert "Ce modèle n’est pas un mandat." in words
    assert "articles 1984 et suivants" in words
    answer = Client().get("/mandat-type.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content == Client().get("/mandat-type.pdf").content


@pytest.fixture
def mandat(db: None) -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place, now=timezone.now())


@pytest.fixture
def client(mandat: Mandat) -> Client:
    return builders.signed_in(mandat.aidant)


def events_of(mandat: Mandat) -> list[str]:
    return list(Entree.objects.filter(subject_id=mandat.id).order_by("id").values_list("event", flat=True))


def test_the_record_offers_each_form_and_says_how_the_paper_stands(mandat: Mandat, client: Client) -> None:
    page = client.get(f"/mandats/{mandat.id}").content.decode()
    assert "pas encore prêt" in page
    produce_document(mandat.id, builders.acteur(mandat.aidant, mandat.structure), timezone.now())
    page = client.get(f"/mandats/{mandat.id}").content.decode()
    assert "en attente d’horodatage" in page
    for code in ("gros", "falc", "en", "ar"):
        assert f"/mandats/{mandat.id}/formes/{code}" in page
        answer = client.get(f"/mandats/{mandat.id}/formes/{code}")
        assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "no-store")
    assert events_of(mandat).count("document:print_form") == 4
    for code in ("xx", "..", "resume"):
        assert client.get(f"/mandats/{mandat.id}/formes/{code}").status_code == 404


@pytest.mark.writes("document:print_form")
def test_the_usager_has_the_same_forms_and_the_structure_does_not_see_it(mandat: Mandat) -> None:
    from mandats.registre.services.explications import print_explanation

    print_explanation(mandat, "ar", acteur_usager(mandat.usager_id), timezone.now())
    entry = Entree.objects.get(event="document:print_form")
    assert (entry.subject_id, entry.structure_id) == (mandat.usager_id, None)


def test_the_usager_s_page_hands_them(mandat: Mandat) -> None:
    from mandats.registre.services.volet import CodesVolet, renew_codes

    codes = renew_codes(mandat.id, builders.acteur(mandat.aidant, mandat.structure), timezone.now())
    assert isinstance(codes, CodesVolet)
    theirs = Client()
    birth = dict(zip(("year", "month", "day"), mandat.usager.birthdate.split("-"), strict=True))
    theirs.post("/usager", {"reference": mandat.reference, "code": codes.revocation, **birth})
    page = theirs.get(f"/usager/mandats/{mandat.id}").content.decode()
    assert f"/usager/mandats/{mandat.id}/formes/falc" in page
    answer = theirs.get(f"/usager/mandats/{mandat.id}/formes/falc")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert theirs.get(f"/usager/mandats/{mandat.id}/formes/xx").status_code == 404


def shown(page: str) -> dict[str, str]:
    return {name: normalise(code) for name, code in re.findall(r'class="code" id="(\w+)">([\d ]+)<', page)}


@pytest.mark.writes("volet:show")
def test_codes_are_shown_once_to_be_copied_by_hand(mandat: Mandat, client: Client) -> None:
    address = f"/mandats/{mandat.id}/volet/a-recopier"
    asks = client.get(address)
    assert "no-store" in asks["Cache-Control"]
    assert not shown(asks.content.decode())
    once = re.findall(r'name="once" value="([^"]+)"', asks.content.decode())[0]
    answer = client.post(address, {"once": once})
    codes = shown(answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    assert set(codes) == {"revocation", "verification"}
    for kind, code in codes.items():
        assert check_code(mandat.id, kind, code, timezone.now())
    for again in ({"once": once}, {}, {"once": ""}):
        assert client.post(address, again).status_code == 302
    assert CodeUsager.objects.filter(mandat=mandat).count() == 2
    assert events_of(mandat).count("volet:show") == 1
    stored = repr(list(CodeUsager.objects.values())) + repr(list(Entree.objects.values()))
    assert not any(code in stored for code in codes.values())


def test_codes_shown_again_are_others_and_the_usager_is_told(mandat: Mandat, client: Client) -> None:
    address, seen = f"/mandats/{mandat.id}/volet/a-recopier", []
    for _ in range(2):
        once = re.findall(r'name="once" value="([^"]+)"', client.get(address).content.decode())[0]
        seen.append(shown(client.post(address, {"once": once}).content.decode())["revocation"])
    assert seen[0] != seen[1]
    assert not check_code(mandat.id, "revocation", seen[0], timezone.now())
    assert Avis.objects.filter(mandat=mandat, kind="volet").count() == 1


@pytest.mark.writes("document:send_copy")
def test_a_copy_leaves_to_the_usager_s_own_address(mandat: Mandat, client: Client) -> None:
    page = client.get(f"/mandats/{mandat.id}/envoi").content.decode()
    assert mandat.usager.email in page
    assert re.search(r"pdf, [\d,]+\s(Kio|Ko|KB)", page)
    assert client.post(f"/mandats/{mandat.id}/envoi").status_code == 302
    message = message_of(Envoi.objects.get(purpose="copie"))
    assert message is not None
    assert message.to == mandat.usager.email
    assert message.pieces[0].content == bytes(mandat.documents.get(kind="mandat").content)
    assert events_of(mandat).count("document:send_copy") == 1


@pytest.mark.writes("document:send_copy_refused")
def test_a_copy_for_who_has_no_address_is_refused_and_journaled(mandat: Mandat, client: Client) -> None:
    usager = mandat.usager
    usager.email = ""
    usager.save(update_fields=("email",))
    page = client.get(f"/mandats/{mandat.id}/envoi").content.decode()
    assert "n’a pas donné d’adresse électronique" in page
    assert '<button type="submit" class="fr-btn">Envoyer' not in page
    client.post(f"/mandats/{mandat.id}/envoi")
    assert not Envoi.objects.filter(purpose="copie").exists()
    assert events_of(mandat).count("document:send_copy_refused") == 1


def test_a_paper_that_cannot_be_laid_out_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """Whatever page hands it: what wanted it changed nothing, and may ask again in a minute."""
    settings.SERVICE_POST = "Un service dont le formulaire n’a pas encore été fait aujourd’hui"

    def fails(*_: object) -> bytes:
        raise PaperNotMade("formulaire_arret")

    monkeypatch.setattr("mandats.document.render.typeset", fails)
    answer = client.get("/formulaire-d-arret")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Ce papier n’a pas pu être fait" in answer.content.decode()
