"""Every identity with every consent, over HTTP: what is kept as proof, what the acte says; then each way's refusals."""

import json
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from aidants.envois import sms as senders
from aidants.journal.models import Entree
from mandats.pages.conseiller import present
from mandats.registre.models import Brouillon, Document, Mandat, Usager
from mandats.registre.texts import acte_in
from tests import builders
from tests.mandats import consent_desk as ways
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text

Way = Callable[[Desk, Brouillon], Any]


@pytest.fixture
def desk(db: None) -> Desk:
    builders.keys()
    return pages_desk.desk(email="accueil@ccas-demonstration.fr", telephone="01 99 00 12 34")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Keep the text messages that leave at once."""
    left: list[tuple[str, str]] = []

    def send(_: object, telephone: str, words: str) -> str:
        left.append((telephone, words))
        return "essai-1"

    monkeypatch.setattr(senders.ConsoleSender, "send", send)
    return left


def _drawing(desk: Desk, brouillon: Brouillon, sent: list[tuple[str, str]]) -> None:
    assert ways.draws(desk, brouillon).status_code == 302


def _code(desk: Desk, brouillon: Brouillon, sent: list[tuple[str, str]]) -> None:
    assert ways.gives_code(desk, brouillon, lambda: sent[-1][1]).status_code == 302


def _witness(desk: Desk, brouillon: Brouillon, sent: list[tuple[str, str]]) -> None:
    ways.reads_aloud(desk, brouillon)
    assert ways.has_witness(desk, brouillon).status_code == 302


def _scan(desk: Desk, brouillon: Brouillon, sent: list[tuple[str, str]]) -> None:
    assert ways.hands_scan(desk, brouillon).status_code == 302


def _declaration(desk: Desk, brouillon: Brouillon, sent: list[tuple[str, str]]) -> None:
    assert ways.declares(desk, brouillon).status_code == 302


def _sms(desk: Desk, brouillon: Brouillon, sent: list[tuple[str, str]]) -> None:
    assert ways.asks_by_sms(desk, brouillon).status_code == 302
    assert ways.answers("Oui !") == "accord"


CONSENTS = {
    "dessin": ("ecran", _drawing, {"drawing"}, {"signature"}),
    "code": ("ecran", _code, {"telephone", "delivery"}, set()),
    "temoin": ("ecran", _witness, {"temoin"}, {"temoin"}),
    "scan": ("papier", _scan, {"printed", "scan"}, {"exemplaire", "scan"}),
    "declaration": ("papier", _declaration, {"printed", "declaration"}, {"exemplaire"}),
    "reponse": ("sms", _sms, {"echange"}, {"echange"}),
}
IDENTITIES = {
    "franceconnect": (ways.by_franceconnect, "eidas1", {"sub", "token"}),
    "piece_vue": (ways.by_document, "faible", {"declaration"}),
}


@pytest.mark.parametrize("method", CONSENTS)
@pytest.mark.parametrize("identity", IDENTITIES)
def test_each_identity_with_each_consent(desk: Desk, sent: list[tuple[str, str]], identity: str, method: str) -> None:
    identify, level, identity_proofs = IDENTITIES[identity]
    kind, consent, proofs, papers = CONSENTS[method]
    brouillon = identify(desk)
    consent(desk, brouillon, sent)
    assert not Mandat.objects.exists()
    mandat = ways.accepts(desk, brouillon)
    acte = acte_in(mandat.acte)
    assert (acte.identity.kind, acte.identity.level) == (identity, level)
    assert (mandat.identity, mandat.identity_level) == (identity, level)
    assert {proof.name for proof in acte.identity.proofs} == identity_proofs
    assert (acte.consentement.kind, acte.consentement.method) == (kind, method)
    assert {proof.name for proof in acte.consentement.proofs} == proofs
    assert set(mandat.documents.exclude(kind="mandat").values_list("kind", flat=True)) == papers
    kept = {document.sha256 for document in mandat.documents.all()}
    assert {one.sha256 for one in acte.consentement.proofs if one.name in ("temoin", "echange", "scan")} <= kept
    page = text(desk.client.get(f"/mandats/{mandat.id}"))
    assert ("vérifiée sur pièce" in page) is (identity == "piece_vue")
    crossing = builders.decided_use(
        mandat.autorisations.get().id, acteur=desk.acteur, now=timezone.now(), crosses_to_franceconnect=True
    )
    assert bool(crossing) is (identity == "franceconnect")


def test_the_matrix_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Every way that a page can name stands above; the matrix is printed for whoever reads the run."""
    assert set(CONSENTS) == set(present._CONSENTS)
    assert set(IDENTITIES) == set(present._IDENTITIES)
    rows = [
        f"{kind:8}{method:12}" + "".join(f"{name:>15}" for name in IDENTITIES)
        for method, (kind, *_) in CONSENTS.items()
    ]
    with capsys.disabled():
        sys.stdout.write("\n".join(("", "consent by identity, each concluded over HTTP:", *rows, "")))


# --- a document seen ---


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"piece": ""}, "Choisissez la pièce"),
        ({"family_name": ""}, "Recopiez le nom de naissance"),
        ({"family_name": "12AB34567"}, "Vérifiez le nom, les prénoms"),
        ({"year": "2050"}, "Vérifiez le nom, les prénoms"),
        ({"birthplace_label": ""}, "Recopiez le lieu de naissance"),
        ({"declared": ""}, "Cochez la case"),
        ({"gender": "autre"}, "Sexe indiqué"),
    ],
)
def test_a_document_badly_typed_is_told_and_keeps_what_was_typed(
    desk: Desk, typed: dict[str, str], message: str
) -> None:
    brouillon = desk.brouillon()
    answer = ways.show_document(desk, brouillon, **typed)
    assert answer.status_code == 422
    assert message in text(answer)
    assert "Odette Marie" in text(answer)
    brouillon.refresh_from_db()
    assert brouillon.identity_sealed is None


def test_a_presumed_birth_date_is_kept_as_it_is(desk: Desk) -> None:
    mandat = _concluded(desk, day="", month="")
    assert mandat.usager.birthdate == "1944-00-00"
    assert (mandat.usager.birthplace, mandat.usager.birthplace_label) == ("", "Gap (Hautes-Alpes)")
    assert "à Gap (Hautes-Alpes)" in mandat.frozen_text
    assert "au vu d’une pièce d’identité" in mandat.frozen_text
    assert acte_in(mandat.acte).appended == (("mandant_birthplace_label", '"Gap (Hautes-Alpes)"'),)


def test_a_minor_s_document_leaves_no_name(desk: Desk) -> None:
    brouillon = desk.brouillon()
    answer = ways.show_document(desk, brouillon, year="2012")
    assert answer["Location"] == "/accueil"
    assert not Brouillon.objects.filter(pk=brouillon.pk).exists()


@pytest.mark.writes("brouillon:card")
def test_the_number_of_a_document_has_no_field(desk: Desk) -> None:
    page = text(desk.client.get(ways.address(desk.brouillon(), "piece-vue")))
    assert not re.search(r'name="[^"]*num', page)
    assert 'type="file"' not in page


def _concluded(desk: Desk, **typed: str) -> Mandat:
    brouillon = ways.by_document(desk, **typed)
    ways.draws(desk, brouillon)
    return ways.accepts(desk, brouillon)


def test_the_same_person_is_proposed_and_never_joined_silently(desk: Desk) -> None:
    first = _concluded(desk)
    again = ways.by_document(desk, family_name="Fevrier", given_name="Odette-Marie")
    recap = desk.client.get(ways.address(again, "recapitulatif"))
    assert recap["Location"] == ways.address(again, "meme-personne")
    assert "Odette Marie FÉVRIER" in text(desk.client.get(recap["Location"]))
    assert desk.client.post(recap["Location"], {"person": str(desk.who.id)}).status_code == 422
    assert desk.client.post(recap["Location"], {"person": str(first.usager_id)}).status_code == 302
    page = text(desk.client.get(ways.address(again, "recapitulatif")))
    ways.draws(desk, again)
    second = ways.accepts(desk, again)
    assert second.usager_id == first.usager_id
    first.refresh_from_db()
    assert first.motif == "remplacement"
    assert first.reference in page


@pytest.mark.writes("brouillon:same_person")
def test_another_person_of_the_same_name_stays_another(desk: Desk) -> None:
    first = _concluded(desk)
    again = ways.by_document(desk)
    desk.client.post(ways.address(again, "meme-personne"), {"person": "autre"})
    ways.draws(desk, again)
    assert ways.accepts(desk, again).usager_id != first.usager_id
    first.refresh_from_db()
    assert first.ended_at is None


@pytest.mark.parametrize("typed", [{"birthplace_label": "Digne"}, {"day": "9"}, {"given_name": "Odette"}])
def test_who_differs_by_one_thing_is_not_proposed(desk: Desk, typed: dict[str, str]) -> None:
    _concluded(desk)
    again = ways.by_document(desk, **typed)
    assert desk.client.get(ways.address(again, "recapitulatif")).status_code == 200


def test_another_structure_never_learns_of_a_namesake(desk: Desk) -> None:
    _concluded(desk)
    elsewhere = pages_desk.desk("Mairie d’ailleurs")
    brouillon = ways.by_document(elsewhere)
    assert elsewhere.client.get(ways.address(brouillon, "recapitulatif")).status_code == 200
    ways.draws(elsewhere, brouillon)
    ways.accepts(elsewhere, brouillon)
    assert Usager.objects.count() == 2


def test_a_weak_identity_never_joins_what_franceconnect_vouched_for(desk: Desk) -> None:
    person = builders.identite(given_name="Odette Marie", family_name="FÉVRIER", birthdate="1944-10-08")
    known = desk.mandat(person)
    again = ways.by_document(desk)
    assert desk.client.get(ways.address(again, "recapitulatif")).status_code == 200
    ways.draws(desk, again)
    assert ways.accepts(desk, again).usager_id != known.usager_id


# --- read aloud, before a witness ---


def test_a_witness_comes_after_the_reading(desk: Desk) -> None:
    brouillon = desk.identified()
    answer = ways.has_witness(desk, brouillon)
    assert answer.status_code == 422
    assert "Lisez d’abord tout le texte" in text(answer)
    assert "Lucie Berthelot" in text(answer)
    assert ways.reads_aloud(desk, brouillon)["Location"] == ways.address(brouillon, "accord/temoin")
    assert Entree.objects.filter(event="consentement:read_aloud", subject_id=brouillon.id).count() == 1
    assert ways.has_witness(desk, brouillon).status_code == 302


def test_the_parts_read_aloud_are_the_whole_text(desk: Desk) -> None:
    brouillon = desk.identified()
    page = text(desk.client.get(ways.address(brouillon, "accord/lecture")))
    total = int(re.findall(r"Partie 1 sur (\d+)", page)[0])
    pages = [
        text(desk.client.get(ways.address(brouillon, f"accord/lecture?partie={at}"))) for at in range(1, total + 1)
    ]
    said = "".join(re.search(r'<div class="aloud">(.*?)</div>', one, re.DOTALL)[1] for one in pages)  # type: ignore[index]
    from mandats.document.textes.filling import blocks
    from mandats.registre.coffre import texts_of

    brouillon.refresh_from_db()
    texts = texts_of(brouillon)
    assert texts
    for block in blocks(texts.text):
        assert block.text.replace("’", "’") in said.replace("&#x27;", "'").replace("&quot;", '"')
    beyond = text(desk.client.get(ways.address(brouillon, "accord/lecture?partie=999")))
    assert f"Partie {total} sur {total}" in beyond


def test_a_reading_of_another_text_counts_for_nothing(desk: Desk) -> None:
    brouillon = desk.identified()
    ways.reads_aloud(desk, brouillon)
    ways.asks_something_else(desk, brouillon)
    assert ways.has_witness(desk, brouillon).status_code == 422


@pytest.mark.parametrize(
    "given",
    [
        {"name": "Camille Martin"},
        {"name": "MARTIN  camille"},
        {"name": "Angela Claire Louise Dubois"},
        {"name": "Angela DUBOIS"},
        {"name": "Lucie"},
        {"name": "X 4"},
        {"quality": ""},
        {"agree": ""},
        {"witnessed": ""},
    ],
)
def test_a_witness_is_somebody_else_and_both_tick(desk: Desk, given: dict[str, str]) -> None:
    brouillon = desk.identified()
    ways.reads_aloud(desk, brouillon)
    assert ways.has_witness(desk, brouillon, **given).status_code == 422
    brouillon.refresh_from_db()
    assert brouillon.consented_at is None


@pytest.mark.writes("consentement:read_aloud")
def test_the_witness_stands_in_a_paper_and_in_no_entry(desk: Desk) -> None:
    brouillon = desk.identified()
    _witness(desk, brouillon, [])
    told = json.loads(bytes(Document.objects.get(kind="temoin").content))
    assert (told["name"], told["quality"]) == ("Lucie Berthelot", "sa voisine")
    assert not any(b"Berthelot" in bytes(entry.body) for entry in Entree.objects.all())
