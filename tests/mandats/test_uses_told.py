"""Every use is told once, by a message or by a line « à remettre »; a mistake is marked and nothing is edited."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aidants.domain.decisions import GRANTED, Denied
from aidants.envois.models import Envoi
from aidants.journal.models import Entree
from aidants.journal.walk import parsed
from mandats.domain import errors
from mandats.registre.models import Autorisation, Avis, Correction, Mandat, Usager, Utilisation
from mandats.registre.selectors import annotated_autorisations, usable_autorisations
from mandats.registre.services.corrections import correct_utilisation
from mandats.registre.services.single_use import BRIDGE_LASTS, close_bridge_uses, close_expired
from mandats.registre.services.uses import declare_utilisation, may_use_once, say_manner
from tests import builders
from tests.builders import NOW
from tests.mandats.bridge_use import bridge

pytestmark = pytest.mark.django_db

CONTACTS = {"email": ("a@example.org", ""), "sms": ("", "+33612345678"), "courrier": ("", "")}


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place)


@given(st.lists(st.tuples(st.sampled_from(sorted(CONTACTS)), st.booleans()), max_size=8))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_sum_of_notices_and_lines_is_the_sum_of_uses(mandat: Mandat, uses: list[tuple[str, bool]]) -> None:
    before = Utilisation.objects.count()
    for contact, declared in uses:
        email, telephone = CONTACTS[contact]
        Usager.objects.filter(pk=mandat.usager_id).update(email=email, telephone=telephone)
        builders.utilisation(mandat) if declared else bridge(mandat)
    told = Avis.objects.filter(kind="utilisation")
    assert Utilisation.objects.count() == before + len(uses)
    assert {f"utilisation:{pk}" for pk in Utilisation.objects.values_list("pk", flat=True)} == set(
        told.values_list("key", flat=True)
    )
    notices, lines = told.exclude(channel="courrier"), told.filter(channel="courrier")
    assert notices.count() + lines.count() == Utilisation.objects.count()
    assert set(notices.values_list("envoi_id", flat=True)) == set(Envoi.objects.values_list("pk", flat=True))
    assert not lines.filter(envoi_id__isnull=False).exists()


@pytest.mark.writes("utilisation:declare_refused")
def test_a_refused_use_tells_nothing(mandat: Mandat) -> None:
    doer = builders.acteur(mandat.aidant, mandat.structure)
    row = mandat.autorisations.get()
    told: dict[str, Any] = {"channel": "telephone", "body": " ", "description": "appel", "used_on": NOW.date()}
    assert declare_utilisation(row.id, doer, **told, now=NOW) == Denied(errors.DECLARATION_REFUSED)
    assert not Avis.objects.exists()


def test_the_notice_says_who_did_what_with_whom_and_never_for_whom(mandat: Mandat) -> None:
    builders.utilisation(mandat, manner="place")
    told = Avis.objects.get()
    for said in (
        "22 novembre 2026",
        "Camille Martin",
        "CCAS de Démonstration",
        "à votre place",
        "CAF des Hautes-Alpes",
    ):
        assert said in told.texte
    assert mandat.usager.family_name not in told.texte + told.objet


def test_the_manner_of_a_use_through_the_bridge_is_said_on_the_record(mandat: Mandat) -> None:
    use = bridge(mandat, manner="")
    desk, path = builders.signed_in(mandat.aidant), f"/mandats/{mandat.id}/utilisations/{use.id}/maniere"
    colleague = builders.signed_in(builders.aidant(mandat.structure))
    for browser, said in ((desk, "seul"), (colleague, "place")):
        assert "Rien n’a changé" in browser.post(path, {"manner": said}, follow=True).content.decode()
    assert desk.post(path, {"manner": "avec"})["Location"] == f"/mandats/{mandat.id}"
    assert "déjà noté" in desk.post(path, {"manner": "place"}, follow=True).content.decode()
    use.refresh_from_db()
    assert use.manner == "avec"


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        pytest.param("", "avec", GRANTED, marks=pytest.mark.writes("utilisation:say_manner")),
        pytest.param("avec", "place", None, marks=pytest.mark.writes("utilisation:manner_refused")),
    ],
)
def test_manner_is_said_once_by_who_acted(mandat: Mandat, first: str, second: str, answer: object) -> None:
    use = bridge(mandat, manner=first)
    doer = builders.acteur(mandat.aidant, mandat.structure)
    other = builders.acteur(builders.aidant(mandat.structure), mandat.structure)
    stranger = builders.structure("CCAS voisin")
    unknown = say_manner(use.id, builders.acteur(builders.aidant(stranger), stranger), second, NOW)
    assert unknown == Denied(errors.AUTORISATION_UNKNOWN)
    assert say_manner(use.id, other, second, NOW) == Denied(errors.MANNER_REFUSED)
    assert (say_manner(use.id, doer, second, NOW) == GRANTED) == (answer is GRANTED)
    assert say_manner(use.id, doer, "seul", NOW) == Denied(errors.MANNER_REFUSED)
    told = Entree.objects.filter(event="utilisation:manner_refused").values_list("reason", "subject_id")
    assert set(told) == {(errors.AUTORISATION_UNKNOWN.code, None), (errors.MANNER_REFUSED.code, mandat.id)}
    use.refresh_from_db()
    assert use.manner == (first or second)


@pytest.mark.writes("utilisation:correct")
def test_a_mistake_is_marked_told_and_never_edited(mandat: Mandat) -> None:
    use = builders.utilisation(mandat)
    kept = Utilisation.objects.filter(pk=use.pk).values().get()
    colleague = builders.acteur(builders.aidant(mandat.structure), mandat.structure)
    made = correct_utilisation(use.id, colleague, "  Mauvaise personne. ", NOW)
    assert isinstance(made, Correction)
    assert Utilisation.objects.filter(pk=use.pk).values().get() == kept
    assert Avis.objects.get(kind="correction").key == f"correction:{made.id}"
    assert "Mauvaise personne." in Avis.objects.get(kind="correction").texte
    assert correct_utilisation(use.id, colleague, "encore", NOW) == Denied(errors.CORRECTION_REFUSED)
    written = Entree.objects.filter(subject_id=mandat.id).order_by("id").values_list("event", flat=True)
    assert list(written)[-2:] == ["utilisation:correct", "utilisation:correct_refused"]


@pytest.mark.writes("utilisation:correct_refused")
def test_what_cannot_be_corrected(mandat: Mandat) -> None:
    doer = builders.acteur(mandat.aidant, mandat.structure)
    elsewhere = builders.structure("CCAS voisin", siret="99999920500029")
    stranger = builders.acteur(builders.aidant(elsewhere), elsewhere)
    use, declared = bridge(mandat), builders.utilisation(mandat)
    assert correct_utilisation(use.id, doer, "erreur", NOW) == Denied(errors.CORRECTION_REFUSED)
    assert correct_utilisation(declared.id, doer, "  ", NOW) == Denied(errors.CORRECTION_REFUSED)
    assert correct_utilisation(declared.id, stranger, "erreur", NOW) == Denied(errors.AUTORISATION_UNKNOWN)


def single(mandat: Mandat) -> Mandat:
    Mandat.objects.filter(pk=mandat.pk).update(single_use=True)
    return Mandat.objects.get(pk=mandat.pk)


def test_a_single_use_declared_ends_the_mandat_at_once(mandat: Mandat) -> None:
    mandat = single(mandat)
    builders.utilisation(mandat)
    mandat.refresh_from_db()
    assert (mandat.motif, mandat.ended_at, mandat.autorisations.get().motif) == ("usage_unique", NOW, "usage_unique")
    assert ends_told(mandat) == [("compte", NOW, "usage_unique")]
    assert "il est terminé" in Avis.objects.get().texte


@pytest.mark.writes("utilisation:bridge")
def test_a_single_use_through_the_bridge_serves_once_and_ends_later(mandat: Mandat) -> None:
    mandat = single(mandat)
    doer = builders.acteur(mandat.aidant, mandat.structure)
    row = annotated_autorisations(doer).get(mandat=mandat)
    assert may_use_once(row, NOW)
    bridge(mandat)
    assert may_use_once(row, NOW) == Denied(errors.SINGLE_USE_DONE)
    assert not usable_autorisations(doer, demarches=None, query="", now=NOW).exists()
    assert close_bridge_uses(NOW + BRIDGE_LASTS - timedelta(seconds=1)) == 0
    assert close_bridge_uses(NOW + BRIDGE_LASTS) == 1
    assert Mandat.objects.get(pk=mandat.pk).motif == "usage_unique"
    assert ends_told(mandat) == [("systeme", NOW + BRIDGE_LASTS, "usage_unique")]


def ends_told(mandat: Mandat) -> list[tuple[str, datetime, object]]:
    """Return who ended it, when, and why, as the journal has it."""
    rows = Entree.objects.filter(event="mandat:end", subject_id=mandat.pk, structure_id=mandat.structure_id)
    return [(row.acteur_kind, row.at, parsed(row.body)["facts"]["motif"]) for row in rows.order_by("id")]


@pytest.mark.writes("mandat:end")
def test_a_term_is_written_in_the_rows_and_told_once_with_its_own_second(mandat: Mandat, query_count: Any) -> None:
    other = builders.mandat(mandat.aidant, mandat.structure, demarches=("argent", "social"))
    assert (other.expires_at, close_expired(mandat.expires_at - timedelta(seconds=1))) == (mandat.expires_at, 0)
    with query_count(2 + 3 + 2):  # a savepoint, three for all, one for each
        assert close_expired(mandat.expires_at + timedelta(days=2)) == 2
    ended = Mandat.objects.get(pk=mandat.pk)
    assert (ended.motif, ended.ended_at) == ("terme", mandat.expires_at)
    parts = Autorisation.objects.filter(mandat__in=(mandat, other))
    assert set(parts.values_list("ended_at", "motif")) == {(mandat.expires_at, "terme")}
    assert close_expired(mandat.expires_at + timedelta(days=2)) == 0
    assert ends_told(mandat) == ends_told(other) == [("systeme", mandat.expires_at, "terme")]
