"""Activity reports over HTTP: ten seconds to write, exact counts, CSV without formulas, La Coop's shape, no name."""

import csv
import io
import json
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from aidants.dispositif.activite import figures
from aidants.dispositif.activite.models import ActiviteDepartement, ActiviteMois, CompteRendu
from aidants.dispositif.activite.reports import cancel_report, content_of, write_report
from aidants.domain.activite.comptes_rendus import Contenu, counts_of
from aidants.domain.decisions import Denied
from aidants.journal.models import Entree
from aidants.pages.csv_answer import csv_answer
from aidants.structures.models import Affectation
from tests import builders
from tests.mandats.pages_desk import text

USUAL = {"kind": "individuel", "channel": "bureau", "people": "1", "minutes": "30", "manner": "avec", "outcome": "fait"}


def given(**fields: object) -> dict[str, object]:
    return USUAL | {"themes": ["courriel"], "day": timezone.localdate().isoformat()} | fields


@pytest.fixture
def place(db: None):
    return builders.structure(insee_code="05061", name="=SOMME(A1)")


@pytest.fixture
def nadia(place) -> Client:
    return builders.signed_in(builders.aidant(place))


def recount() -> dict[tuple[Any, Any, Any], list[int]]:
    """Return the counts anew from the reports themselves."""
    found: dict[tuple[Any, Any, Any], list[int]] = {}
    for row in CompteRendu.objects.filter(cancelled_at__isnull=True):
        month, counts = row.day.replace(day=1), counts_of(content_of(row))
        for key in ((row.structure_id, None, month), (row.structure_id, row.compte_id, month)):
            found[key] = [a + b for a, b in zip(found.get(key, [0] * len(counts)), counts, strict=True)]
    return found


def kept() -> dict[object, list[int]]:
    return {(row.structure_id, row.compte_id, row.month): row.counts for row in ActiviteMois.objects.all()}


def test_a_report_takes_one_post_and_is_counted_at_once(nadia: Client, query_count) -> None:
    with query_count(6):
        page = text(nadia.get("/activite"))
    assert page.count("checked") == 5
    assert nadia.post("/activite", given()).status_code == 302
    nadia.post("/activite", given(kind="atelier", people="9", channel="autre_lieu", age_soixante_dix_plus="4"))
    nadia.post("/activite", given(outcome="oriente", redirected_to="caf"))
    assert kept() == recount()
    page = text(nadia.get("/activite"))
    assert page.count("le compte rendu du") == 3
    with query_count(5):
        page = text(nadia.get("/activite/chiffres"))
    assert "<dd>11</dd>" in page
    assert "Comptes rendus par mois" in page


@pytest.mark.parametrize(
    "fields",
    [
        {"themes": []},
        {"themes": ["Angela DUBOIS"]},
        {"people": "101", "kind": "atelier"},
        {"people": "1", "kind": "atelier"},
        {"day": "2999-01-01"},
        {"day": "2001-01-01"},
        {"outcome": "oriente"},
        {"age_soixante_dix_plus": "2"},
        {"minutes": "17"},
        {"minutes": ""},
    ],
    ids=str,
)
def test_what_is_wrong_is_told_and_nothing_is_lost(nadia: Client, fields: dict[str, object]) -> None:
    answer = nadia.post("/activite", given(manner="place") | fields)
    assert answer.status_code == 422
    assert [one for one in text(answer).split("<input") if 'value="place"' in one and "checked" in one]
    assert not CompteRendu.objects.exists()


@pytest.mark.writes("activite:cancel")
def test_one_takes_back_ones_own_report_only(nadia: Client, place) -> None:
    nadia.post("/activite", given())
    row = CompteRendu.objects.get()
    other = builders.signed_in(builders.aidant(place))
    other.post(f"/activite/{row.id}/annulation")
    assert CompteRendu.objects.filter(cancelled_at__isnull=True).exists()
    nadia.post(f"/activite/{row.id}/annulation")
    nadia.post(f"/activite/{row.id}/annulation")
    assert {count for row in ActiviteMois.objects.all() for count in row.counts} == {0}
    assert Entree.objects.filter(event="activite:cancel").count() == 1


def test_who_is_no_aidant_writes_none_and_a_referent_sees_the_structure(nadia: Client, place) -> None:
    nadia.post("/activite", given())
    referent = builders.compte()
    Affectation.objects.create(compte=referent, structure=place, is_referent=True, started_at=builders.NOW)
    browser = builders.signed_in(referent)
    assert browser.get("/activite").status_code == 403
    assert "Activité de la structure" in text(browser.get("/activite/chiffres"))
    exported = browser.get("/activite/export")
    found = json.loads(b"".join(exported))
    assert found["data"][0]["type"] == "activite"
    assert found["meta"] == {
        "total_count": 1, "items_per_page": 1, "total_pages": 1, "has_next_page": False, "has_prev_page": False,
    }  # fmt: skip
    assert found["links"]["self"]["href"].endswith("/activite/export")
    assert nadia.get("/activite/export").status_code == 403
    assert Entree.objects.filter(event="activite:export").count() == 1


def test_the_csv_holds_the_same_figures_and_no_formula(nadia: Client) -> None:
    nadia.post("/activite", given(kind="atelier", people="9"))
    answer = nadia.get("/activite/chiffres?format=csv&mois=3")
    rows = list(csv.reader(io.StringIO(answer.content.decode().removeprefix("\ufeff")), delimiter=";"))
    assert rows[0] == ["mois", "axe", "valeur", "nombre"]
    assert [timezone.localdate().strftime("%Y-%m"), "total", "Personnes reçues", "9"] in rows
    assert len(rows) == 1 + 3 * 47
    unsafe = csv_answer(("a",), [("=1+1",), ("@x",)], "x.csv").content.decode()
    assert "'=1+1" in unsafe
    assert "'@x" in unsafe


@pytest.mark.writes("activite:write_refused")
def test_a_use_of_a_mandat_proposes_its_report_once(place) -> None:
    who = builders.aidant(place)
    mandat = builders.mandat(who, place, now=timezone.now())
    use = builders.utilisation(mandat)
    browser = builders.signed_in(who)
    address = f"/mandats/{mandat.id}/utilisations/{use.id}/compte-rendu"
    assert address in text(browser.get(f"/mandats/{mandat.id}"))
    page = text(browser.get(address))
    assert page.count("checked") == 7
    answer = browser.post(address, given(themes=["autonomie", "sante_logement"], channel="distance"))
    assert answer["Location"] == f"/mandats/{mandat.id}"
    assert CompteRendu.objects.get().utilisation_id == use.id
    assert "a déjà son compte rendu" in text(browser.get(address))
    assert browser.post(address, given()).status_code == 409
    assert kept() == recount()
    stranger = builders.signed_in(builders.aidant(place))
    assert stranger.get(address).status_code == 404


def test_a_report_and_its_entry_name_nobody(place) -> None:
    who = builders.aidant(place)
    mandat = builders.mandat(who, place, now=timezone.now())
    use = builders.utilisation(mandat)
    builders.signed_in(who).post(f"/mandats/{mandat.id}/utilisations/{use.id}/compte-rendu", given())
    row = CompteRendu.objects.values().get()
    body = bytes(Entree.objects.get(event="activite:write").body).decode()
    for word in (mandat.usager.family_name, mandat.reference, str(mandat.usager_id)):
        assert word not in str(row)
        assert word not in body


def departments() -> dict[object, list[int]]:
    """Return the counts of each department anew, from what each structure adds up to by its own reports."""
    found: dict[object, list[int]] = {}
    places = {row.structure_id: row.departement for row in ActiviteMois.objects.all()}
    for (structure, compte, month), counts in recount().items():
        if compte is None:
            sums = found.setdefault((places[structure], month), [0] * len(counts))
            found[places[structure], month] = [a + b for a, b in zip(sums, counts, strict=True)]
    return found


def kept_by_department() -> dict[object, list[int]]:
    return {(row.departement, row.month): row.counts for row in ActiviteDepartement.objects.all()}


@pytest.mark.writes("activite:write")
def test_reports_written_at_once_all_count(committed_db: str) -> None:
    """Two structures of one department, and one of another: their structure's, their own, their department's counts."""
    places = [
        builders.structure(insee_code="05061"),
        builders.structure("Embrun", insee_code="05046", siret="99999930300013"),
        builders.structure("Grenoble", insee_code="38185", siret="99999940200004"),
    ]
    people = [(builders.aidant(place), place) for place in (*places, places[0])]
    plain = Contenu(timezone.localdate(), "bureau", "individuel", 1, ("courriel",), "avec", "fait")

    def work(who, place) -> None:
        doer = builders.acteur(who, place)
        for number in range(5):
            made = write_report(plain, doer, timezone.now())
            assert not isinstance(made, Denied)
            if number % 2:
                assert cancel_report(made.id, doer, timezone.now())
        connection.close()

    threads = [threading.Thread(target=work, args=one) for one in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {key: counts for key, counts in kept().items() if any(counts)} == recount()
    assert kept_by_department() == departments()
    month = figures.last_months(timezone.localdate(), 1)
    assert figures.add_up(figures.by_month(figures.structure_scope(places[0].id), month)).reports == 6
    assert figures.add_up(figures.by_month(figures.Scope("departement", "05"), month)).reports == 9
    assert figures.add_up(figures.by_month(figures.Scope("nation"), month)).reports == 12
    assert {code: one.reports for code, one in figures.by_departement(month).items()} == {"05": 9, "38": 3}
