"""The first step in full, the silent card and the couple, over HTTP; and the same rules under the pages."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.typographie import spaced
from aidants.habilitation.models import HabilitationAidant
from aidants.journal.models import Entree, RefusCompte
from aidants.structures.models import Affectation
from mandats.domain import errors, perimetre_errors
from mandats.domain.durees import local_date
from mandats.domain.identite import PreuveIdentite
from mandats.domain.perimetre import Perimetre
from mandats.registre.models import Brouillon, Mandat
from mandats.registre.services.brouillons import freeze, identify, open_brouillon
from mandats.registre.services.sign import sign_mandat
from mandats.registre.texts import acte_in
from tests import builders
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text


@pytest.fixture
def desk(db: None) -> Desk:
    return pages_desk.desk()


def asked(desk: Desk, **changes: Any) -> dict[str, Any]:
    """Return what the first step posts."""
    return {"structure": str(desk.place.id), "demarches": ["logement"], "duree": "J31"} | changes


def day(desk: Desk, ahead: int) -> str:
    """Return a day counted where the structure is."""
    return (local_date(timezone.now(), desk.place.time_zone) + timedelta(days=ahead)).isoformat()


def test_a_last_day_reserved_acts_and_single_use_reach_the_acte(desk: Desk) -> None:
    builders.keys()
    last = day(desk, 40)
    given = asked(desk, duree="DATE", last_day=last, single_use="on", reserved_acts=["paiement", "coordonnees"])
    desk.client.post("/mandats/nouveau", given)
    brouillon = Brouillon.objects.get()
    assert (brouillon.duree, brouillon.single_use) == (f"DATE:{last}", True)
    assert brouillon.reserved_acts == ["coordonnees", "paiement"]
    desk.client.post(f"/mandats/brouillons/{brouillon.id}/carte", {"reponse": "aucune"})
    assert identify(brouillon.id, builders.identite(), builders.PREUVE, desk.acteur, timezone.now())
    recap = text(desk.client.get(f"/mandats/brouillons/{brouillon.id}/recapitulatif"))
    assert "<strong>faire un paiement</strong>" in recap
    assert "Elle s’en sert une seule fois" in recap
    mandat = builders.sign_identified(brouillon, desk.who, desk.place, timezone.now())
    acte = acte_in(mandat.acte)
    assert (acte.single_use, acte.reserved_acts) == (True, ("coordonnees", "paiement"))
    assert acte.last_day.isoformat() == last
    assert (mandat.duree, mandat.reserved_acts) == (f"DATE:{last}", ["coordonnees", "paiement"])


@pytest.mark.parametrize(
    ("changes", "ahead", "message"),
    [
        ({"duree": "DATE"}, -1, perimetre_errors.DUREE_PAST.message),
        ({"duree": "DATE"}, 366, perimetre_errors.DUREE_TOO_FAR.message),
        ({"duree": "DATE"}, None, "Indiquez le dernier jour."),
        ({"duree": "J30"}, None, "n’en fait pas partie"),
        ({"reserved_acts": ["donner"]}, None, "n’en fait pas partie"),
        ({"autre_logement": ";".join("abcdefghijk")}, None, perimetre_errors.FORMALITES_REFUSED.message),
    ],
)
def test_what_cannot_be_asked_is_said_and_keeps_every_field(
    desk: Desk, changes: dict[str, Any], ahead: int | None, message: str
) -> None:
    given = asked(desk, single_use="on", **changes) | ({"last_day": day(desk, ahead)} if ahead is not None else {})
    answer = desk.client.post("/mandats/nouveau", given)
    assert answer.status_code == 422
    assert spaced(message) in text(answer)
    assert 'id="id_single_use" checked' in text(answer)
    assert not Brouillon.objects.exists()


def test_a_host_has_31_days_at_most_whatever_is_posted(db: None) -> None:
    desk = pages_desk.desk(houses_or_bills=True)
    given = asked(desk, duree="DATE", last_day=day(desk, 32))
    assert spaced(perimetre_errors.DUREE_HOST.message) in text(desk.client.post("/mandats/nouveau", given))
    assert desk.client.post("/mandats/nouveau", given | {"last_day": day(desk, 31)}).status_code == 302
    page = text(desk.client.get(f"/mandats/brouillons/{desk.identified(duree='J31').id}/recapitulatif"))
    assert "cette structure vous héberge" in page


@pytest.mark.writes("brouillon:refuse")
def test_a_form_opened_for_one_structure_is_not_taken_for_another(desk: Desk) -> None:
    other = builders.structure("Médiathèque voisine", siret="99999930300013")
    place = Affectation.objects.create(compte=desk.who, structure=other, is_aidant=True, started_at=timezone.now())
    HabilitationAidant.objects.create(affectation=place, validee_at=timezone.now())
    desk.client.post("/structures", {"structure": other.id})
    given = asked(desk, autre_logement="dossier DALO", duree="J182")
    answer = desk.client.post("/mandats/nouveau", given)
    page = text(answer)
    assert answer.status_code == 422
    assert "Cette page était ouverte pour une autre structure" in page
    assert 'value="dossier DALO"' in page
    assert f'name="structure" value="{other.id}"' in page
    assert not Brouillon.objects.exists()
    assert Entree.objects.latest("id").reason == perimetre_errors.OTHER_STRUCTURE.code
    assert desk.client.post("/mandats/nouveau", given | {"structure": str(other.id)}).status_code == 302
    brouillon = Brouillon.objects.get()
    assert brouillon.structure == other
    desk.client.post("/structures", {"structure": desk.place.id})
    lost = desk.client.post(f"/mandats/brouillons/{brouillon.id}/carte", {"reponse": "aucune"})
    assert lost.status_code == 404
    assert "Si ce brouillon est dans une autre de vos structures, il y est entier" in text(lost)


def test_the_card_comes_before_any_identity(desk: Desk) -> None:
    desk.client.post("/mandats/nouveau", asked(desk))
    brouillon = Brouillon.objects.get()
    base = f"/mandats/brouillons/{brouillon.id}"
    assert desk.client.get(f"{base}/identite")["Location"] == f"{base}/carte"
    assert desk.client.post(f"/franceconnect/brouillon/{brouillon.id}")["Location"] == f"{base}/carte"
    refused = identify(brouillon.id, builders.identite(), builders.PREUVE, desk.acteur, timezone.now())
    assert refused == Denied(perimetre_errors.CARD_NOT_READ)
    assert "Lisez en silence" in text(desk.client.get(f"{base}/carte"))
    assert desk.client.post(f"{base}/carte", {"reponse": "tutelle"}).status_code == 422
    assert desk.client.post(f"{base}/carte", {"reponse": "aucune"})["Location"] == f"{base}/identite"
    assert identify(brouillon.id, builders.identite(), builders.PREUVE, desk.acteur, timezone.now()) == GRANTED


@pytest.mark.writes("brouillon:protected")
def test_a_refusal_on_the_card_keeps_a_count_and_nothing_else(desk: Desk) -> None:
    for _ in range(2):
        desk.client.post("/mandats/nouveau", asked(desk))
        brouillon = Brouillon.objects.get()
        answer = desk.client.post(f"/mandats/brouillons/{brouillon.id}/carte", {"reponse": "une"})
        assert answer["Location"] == "/orientation"
        assert not Brouillon.objects.exists()
    assert sum(RefusCompte.objects.filter(kind__startswith="brouillon:protected").values_list("count", flat=True)) == 2
    told = Entree.objects.filter(event="brouillon:protected")
    assert {(one.subject_id, one.acteur_id, one.structure_id) for one in told} == {(None, None, desk.place.id)}
    page = Client().get("/orientation")
    assert page.status_code == 200
    assert "article 2003" in text(page)


def test_a_couple_is_two_brouillons_two_persons_two_mandats(desk: Desk) -> None:
    builders.keys()
    desk.client.post("/mandats/nouveau", asked(desk, couple="on"))
    first, second = Brouillon.objects.order_by("created_at", "id")
    assert first.couple == second.couple is not None
    for brouillon, person in ((first, "première personne"), (second, "deuxième personne")):
        page = text(desk.client.get(f"/mandats/brouillons/{brouillon.id}/carte"))
        assert f"Couple, {person}" in page
        desk.client.post(f"/mandats/brouillons/{brouillon.id}/carte", {"reponse": "aucune"})
    yvonne, robert = builders.identite(given_name="Yvonne"), builders.identite(given_name="Robert")
    now = timezone.now()
    assert identify(first.id, yvonne, builders.PREUVE, desk.acteur, now)
    twice = identify(second.id, yvonne, builders.PREUVE, desk.acteur, now)
    assert twice == Denied(perimetre_errors.COUPLE_SAME_PERSON)
    hers = builders.sign_identified(first, desk.who, desk.place, now)
    twice = identify(second.id, replace(yvonne, sub_digest=""), builders.PREUVE, desk.acteur, now)
    assert twice == Denied(perimetre_errors.COUPLE_SAME_PERSON)
    assert f"/mandats/brouillons/{second.id}/identite" in text(desk.client.get(f"/mandats/{hers.id}"))
    assert identify(second.id, robert, builders.PREUVE, desk.acteur, now)
    his = builders.sign_identified(second, desk.who, desk.place, now)
    desk.client.post(f"/mandats/{hers.id}/arret", {"code": desk.code()})
    hers.refresh_from_db()
    his.refresh_from_db()
    assert hers.ended_at is not None
    assert his.ended_at is None


def test_one_of_a_couple_may_think_it_over_alone(desk: Desk) -> None:
    desk.client.post("/mandats/nouveau", asked(desk, couple="on"))
    first, second = Brouillon.objects.order_by("created_at", "id")
    desk.client.post(f"/mandats/brouillons/{first.id}/abandon")
    assert Brouillon.objects.get() == second
    assert "Couple" not in text(desk.client.get(f"/mandats/brouillons/{second.id}/carte"))


def _ready(desk: Desk, duree: str) -> Brouillon:
    return builders.consented(desk.who, desk.place, now=timezone.now(), duree=duree)


def test_rules_are_asked_again_at_the_acceptation(desk: Desk) -> None:
    builders.keys()
    now = timezone.now()
    tomorrow = f"DATE:{day(desk, 1)}"
    late = sign_mandat(_ready(desk, tomorrow).id, desk.acteur, now + timedelta(days=2))
    assert late == Denied(perimetre_errors.DUREE_PAST)
    renamed = _ready(desk, "J182")
    desk.place.name = "Centre communal rebaptisé"
    desk.place.save()
    assert sign_mandat(renamed.id, desk.acteur, now) == Denied(errors.TEXT_CHANGED)
    housed = _ready(desk, "J182")
    desk.place.houses_or_bills = True
    desk.place.save()
    assert sign_mandat(housed.id, desk.acteur, now) == Denied(perimetre_errors.DUREE_HOST)
    narrowed = _ready(desk, "J31")
    desk.place.demarches = ["justice"]
    desk.place.save()
    assert sign_mandat(narrowed.id, desk.acteur, now) == Denied(errors.DEMARCHE_NARROWED)
    assert not Mandat.objects.exists()


def test_a_text_frozen_yesterday_is_signed_under_its_own_version(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    builders.keys()
    monkeypatch.setattr("mandats.registre.services.brouillons.TEXT_VERSION", "2026-11-22")
    brouillon = _ready(desk, "J31")
    monkeypatch.undo()
    signed = sign_mandat(brouillon.id, desk.acteur, timezone.now())
    assert isinstance(signed, Mandat)
    assert (signed.text_version, acte_in(signed.acte).text.version) == ("2026-11-22", "2026-11-22")


def test_what_is_not_ours_is_refused_under_the_pages_too(desk: Desk) -> None:
    now = timezone.now()
    for duree in ("J30", "DATE", "DATE:2027-02-30", ""):
        refused = open_brouillon(
            desk.acteur,
            Perimetre(({"code": "logement", "formalites": []},), duree),
            now,
            shown_for=desk.acteur.known_structure_id,
        )
        assert refused == Denied(perimetre_errors.DUREE_UNKNOWN), duree
    brouillon = desk.brouillon()
    assert freeze(brouillon.id, desk.acteur, now) == Denied(errors.NO_IDENTITY)


@pytest.mark.parametrize("kind", ["franceconnect", "piece_vue"])
def test_the_same_person_as_just_before_stops_and_asks(desk: Desk, kind: str) -> None:
    seen = PreuveIdentite(kind="piece_vue", level="", sub_digest="")
    person = builders.identite() if kind == "franceconnect" else builders.identite(sub_digest="")
    pages = []
    for _ in range(2):
        brouillon = desk.brouillon()
        proof = builders.PREUVE if kind == "franceconnect" else seen
        assert identify(brouillon.id, person, proof, desk.acteur, timezone.now())
        pages.append(f"/mandats/brouillons/{brouillon.id}")
    question = "Est-ce bien la même personne"
    assert question not in text(desk.client.get(f"{pages[0]}/recapitulatif"))
    for _ in range(2):
        assert question in text(desk.client.get(f"{pages[1]}/recapitulatif"))
    assert desk.client.post(f"{pages[1]}/encore-moi")["Location"] == f"{pages[1]}/recapitulatif"
    assert question not in text(desk.client.get(f"{pages[1]}/recapitulatif"))
    other = desk.identified(builders.identite(given_name="Zoé"))
    assert question not in text(desk.client.get(f"/mandats/brouillons/{other.id}/recapitulatif"))
    assert person.family_name not in str(dict(desk.client.session))
