"""The journal's screens: an instructeur finds and copies, a referent reads without usagers, everything is told."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte, Fonction
from aidants.domain.acteur import ANONYME, Acteur, Kind
from aidants.domain.events import ROLE_GRANT, SIGN_IN_REFUSED, STRUCTURE_SWITCH
from aidants.journal.export import safe
from aidants.journal.models import Entree
from aidants.journal.record import count_refusal, record
from aidants.journal.search import _BY_REFERENCE, Criteria, found, page_of, subjects_of_reference
from aidants.journal.sequence import integrate
from aidants.structures.models import Affectation
from mandats.registre.models import Mandat
from mandats.registre.services.consult import consult_mandat
from mandats.registre.services.revoke import revoke_mandat
from mandats.registre.services.volet import renew_verification_code
from oidc.provider.models import Client as Site
from tests import builders
from tests.aidants.entries import append_fast
from tests.oidc import flow

pytestmark = pytest.mark.django_db
SEARCH, COPY, REFUSALS, STRUCTURE = (
    "/journal/recherche",
    "/journal/recherche/copie",
    "/journal/refus",
    "/journal/structure",
)


@pytest.fixture
def instructeur() -> Compte:
    who = builders.compte("ines@anct.example", given_name="Inès", family_name="Roy")
    Fonction.objects.create(compte=who, role="instructeur")
    return who


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure("CCAS de Gap", siret="99999910500011")
    who = builders.aidant(place, "nadia@ccas.example", given_name="Nadia", family_name="Benali")
    return builders.mandat(who, place, now=timezone.now())


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode()).split("<main")[1].split("</main>")[0]


def shown(answer: Any) -> list[str]:
    """Return the labels of the entries on a page, in its order."""
    return re.findall(r'entries__what">\s*<p><strong>([^<]+)</strong>', text(answer))


def test_only_an_instructeur_searches(mandat: Mandat) -> None:
    for role in ("accueil", "prefecture", "administrateur"):
        other = builders.compte()
        Fonction.objects.create(compte=other, role=role)
        client = builders.signed_in(other)
        assert [client.get(path).status_code for path in (SEARCH, REFUSALS, STRUCTURE)] == [403, 403, 403], role
        assert client.post(COPY, {"format": "csv"}).status_code == 403
    aidant = builders.signed_in(mandat.aidant)
    assert [aidant.get(path).status_code for path in (SEARCH, REFUSALS, STRUCTURE)] == [403, 403, 403]


def test_who_what_when_where_and_which_mandat(instructeur: Compte, mandat: Mandat) -> None:
    elsewhere = builders.structure("Mairie", siret="99999920400012")
    other = builders.mandat(builders.aidant(elsewhere), elsewhere)
    client = builders.signed_in(instructeur)
    assert "Mandat conclu" in shown(client.get(SEARCH))
    by_reference = client.get(SEARCH, {"reference": mandat.reference.lower().replace("-", " ")})
    whole_life = shown(by_reference)
    assert (whole_life[0], whole_life[-1]) == ("Mandat conclu", "Brouillon ouvert")
    assert {"Consentement de l’usager", "Texte présenté à l’usager", "Usager identifié"} < set(whole_life)
    assert mandat.reference in text(by_reference)
    assert other.reference not in text(by_reference)
    for asked, labels in (
        ({"acte": "mandat:sign", "structure": "Gap"}, ["Mandat conclu"]),
        ({"acte": "mandat:sign", "structure": "999 999 105 00011"}, ["Mandat conclu"]),
        ({"email": "NADIA@ccas.example", "acte": "mandat:sign"}, ["Mandat conclu"]),
        ({"genre": "usager"}, []),
        ({"acte": "compte:sign_in", "email": "ines@anct.example"}, ["Connexion"]),
    ):
        assert shown(client.post(SEARCH, asked)) == labels, asked
    by_address = client.get(SEARCH, {"email": "nadia@ccas.example"}).content.decode()
    assert "nadia@ccas.example" not in by_address, "an address of ours, which others keep, names nobody"


def test_days_are_those_of_paris_and_the_last_one_counts(instructeur: Compte) -> None:
    client = builders.signed_in(instructeur)
    day = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    with transaction.atomic():
        for hours in (-1, 0, 23, 24):
            record(STRUCTURE_SWITCH, acteur=ANONYME, at=day + timedelta(hours=hours))
    asked = {"acte": "structure:switch", "du": f"{day:%Y-%m-%d}", "au": f"{day:%Y-%m-%d}"}
    assert len(shown(client.get(SEARCH, asked))) == 2
    assert len(shown(client.get(SEARCH, {"acte": "structure:switch"}))) == 4


def test_refusals_alone(instructeur: Compte) -> None:
    client = builders.signed_in(instructeur)
    Client().post("/connexion", {"email": "x@example.org", "password": "faux", "code": "123456"})
    assert shown(client.get(SEARCH, {"refus": "on"})) == ["Connexion refusée"]
    assert "Adresse électronique, mot de passe ou code incorrect" in text(client.get(SEARCH, {"refus": "on"}))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"reference": "AAAA-AAAA-AA"}, "Aucun mandat n’a cette référence"),
        ({"email": "personne@example.org"}, "Aucun compte n’a cette adresse"),
        ({"email": "pas une adresse"}, "Saisissez une adresse électronique entière"),
        ({"structure": "Nulle part"}, "Aucune structure"),
        ({"acte": "invente:acte"}, "invente:acte"),
        ({"du": "2026-11-22", "au": "2026-11-21"}, "avant «\u00a0Du\u00a0»"),
        ({"du": "hier"}, "date"),
    ],
)
def test_what_cannot_be_read_is_told_and_kept(instructeur: Compte, asked: dict[str, str], told: str) -> None:
    answer = builders.signed_in(instructeur).post(SEARCH, asked)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert told in page
    assert all(value in page for name, value in asked.items() if name != "acte")
    assert not Entree.objects.filter(event="journal:consult").exists()


def test_pages_go_on_where_the_last_one_ended(instructeur: Compte) -> None:
    append_fast(120)
    client = builders.signed_in(instructeur)
    seen, asked, pages = 0, {"genre": "anonyme"}, 0
    while asked:
        answer = client.post(SEARCH, asked)
        page = text(answer)
        seen, pages = seen + len(shown(answer)), pages + 1
        older = re.search(r'name="avant" value="(\d+)"', page)
        asked = {"genre": "anonyme", "avant": older[1]} if older else {}
    assert (seen, pages) == (120, 3)
    assert "Aucune inscription ne correspond" in text(client.get(SEARCH, {"genre": "client"}))


def test_a_number_is_shown_once_the_entry_has_one(instructeur: Compte, mandat: Mandat) -> None:
    client = builders.signed_in(instructeur)
    asked = {"acte": "mandat:sign"}
    assert "en cours" in text(client.get(SEARCH, asked))
    integrate(timezone.now())
    number = Entree.objects.get(event="mandat:sign").leaf.number
    assert f"n° {number}" in text(client.get(SEARCH, asked))


def test_no_identity_of_an_usager_is_ever_on_the_screens(instructeur: Compte, mandat: Mandat) -> None:
    consult_mandat(mandat, builders.acteur(mandat.aidant, mandat.structure), timezone.now())
    client = builders.signed_in(instructeur)
    copies = b"".join(client.post(COPY, {"format": form}).getvalue() for form in ("csv", "jsonl")).decode()
    for page in (client.get(SEARCH).content.decode(), copies):
        for identity in ("DUBOIS", "Angela", "1962", "angela.dubois"):
            assert identity not in page


# --- told in the journal ----------------------------------------------------------------------------------------


@pytest.mark.writes("journal:consult", "journal:export")
def test_each_consultation_and_each_copy_is_an_entry(instructeur: Compte, mandat: Mandat) -> None:
    client = builders.signed_in(instructeur)
    client.get(SEARCH, {"reference": mandat.reference})
    client.post(COPY, {"format": "csv", "email": "nadia@ccas.example"}).getvalue()
    client.get(REFUSALS)
    told = Entree.objects.filter(event__startswith="journal:").order_by("id")
    assert [(row.event, row.subject_id, row.acteur_id, row.structure_id) for row in told] == [
        ("journal:consult", mandat.id, instructeur.id, None),
        ("journal:export", None, instructeur.id, None),
        ("journal:consult", None, instructeur.id, None),
    ]
    bodies = [json.loads(bytes(row.body))["facts"] for row in told]
    assert bodies == [
        {"criteria": ["subjects"]},
        {"criteria": ["acteur_id"], "form": "csv"},
        {"criteria": ["refused"]},
    ]


# --- copies -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["=1+1", "+33612345678", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


def test_a_name_that_is_a_formula_is_a_name_in_the_copy(instructeur: Compte) -> None:
    place = builders.structure()
    who = builders.aidant(place, given_name='=HYPERLINK("http://x","y")', family_name="Z")
    builders.brouillon(who, place)
    rows = _csv(builders.signed_in(instructeur).post(COPY, {"format": "csv", "acte": "brouillon:open"}))
    assert [row["acteur_nom"] for row in rows] == ['\'=HYPERLINK("http://x","y") Z']


def _csv(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    content = answer.getvalue().decode()
    assert content.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(content[1:]), delimiter=";"))


def test_both_copies_hold_what_the_search_finds(instructeur: Compte, mandat: Mandat) -> None:
    integrate(timezone.now())
    client = builders.signed_in(instructeur)
    asked = {"reference": mandat.reference}
    answer = client.post(COPY, asked | {"format": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="journal-')
    rows = _csv(answer)
    assert [row["evenement"] for row in rows][:2] == ["journal:export", "mandat:sign"], "the copy tells itself"
    rows = rows[1:]
    signed = Entree.objects.get(event="mandat:sign")
    assert (rows[0]["identifiant"], rows[0]["numero"]) == (str(signed.id), str(signed.leaf.number))
    assert rows[0]["empreinte"] == bytes(signed.digest).hex()
    lines = [json.loads(line) for line in client.post(COPY, asked | {"format": "jsonl"}).getvalue().splitlines()]
    lines = lines[2:]
    assert [line["id"] for line in lines] == [int(row["identifiant"]) for row in rows]
    assert lines[0]["body"] == json.loads(bytes(signed.body))


def test_a_copy_streams_by_short_statements(instructeur: Compte, query_count: Callable[[int], Any]) -> None:
    append_fast(2500)
    client = builders.signed_in(instructeur)
    answer = client.post(COPY, {"format": "csv", "genre": "anonyme"})
    assert answer.streaming
    with query_count(3):
        assert len(_csv(answer)) == 2500


def test_a_copy_in_no_known_form_is_refused(instructeur: Compte) -> None:
    client = builders.signed_in(instructeur)
    assert client.post(COPY, {"format": "exe"}).status_code == 422
    assert client.get(COPY).status_code == 405


# --- refusals of strangers --------------------------------------------------------------------------------------


def test_refusals_of_strangers_are_shown_by_kind_origin_and_minute(instructeur: Compte) -> None:
    now = timezone.now()
    client = builders.signed_in(instructeur)
    assert "Aucun refus compté" in text(client.get(REFUSALS))
    for bucket, times in (("a" * 64, 3), ("b" * 64, 1)):
        for _ in range(times):
            count_refusal(SIGN_IN_REFUSED, bucket=bucket, at=now, reason="compte.sign_in_refused")
    count_refusal(SIGN_IN_REFUSED, bucket="c" * 64, at=now - timedelta(days=3), reason="old")
    page = text(client.get(REFUSALS))
    kind = "Connexion refusée : Adresse électronique, mot de passe ou code incorrect"
    assert f">{kind}</a>" in page
    figures = re.findall(r'data-label="([^"]+)">(\d+)<', page.partition(f">{kind}</a>")[2])
    assert figures[:3] == [("Refus", "4"), ("Origines", "2"), ("Pire minute", "3")]
    assert "Connexion refusée (old)</a>" not in page
    assert "Connexion refusée (old)</a>" in text(client.get(REFUSALS, {"periode": "semaine"}))
    assert "aaaaaaaa" in page
    assert "a" * 9 not in page
    one = text(client.get(REFUSALS, {"genre": "compte:sign_in_refused/old"}))
    assert one.count("cccccccc") == 1
    assert "bbbbbbbb" not in one


# --- a referent's structure -------------------------------------------------------------------------------------


@pytest.fixture
def referent(mandat: Mandat) -> Compte:
    who = builders.compte("karim@ccas.example", given_name="Karim", family_name="Petit")
    Affectation.objects.create(compte=who, structure=mandat.structure, is_referent=True, started_at=builders.NOW)
    return who


def test_a_referent_reads_their_structure_s_and_no_other_s(referent: Compte, mandat: Mandat) -> None:
    elsewhere = builders.structure("Mairie", siret="99999920400012")
    builders.brouillon(builders.aidant(elsewhere, given_name="Zoé"), elsewhere)
    page = text(builders.signed_in(referent).get(STRUCTURE))
    assert "Nadia Benali" in page
    assert "Mandat conclu" in page
    assert "Zoé" not in page


def test_a_referent_learns_nothing_that_leads_to_an_usager(referent: Compte, mandat: Mandat) -> None:
    usager = Acteur(Kind.USAGER, mandat.usager_id)
    renew_verification_code(mandat.id, usager, timezone.now())
    revoke_mandat(mandat.id, usager, way="page_usager", now=timezone.now())
    page = text(builders.signed_in(referent).get(STRUCTURE))
    for hidden in ("DUBOIS", "Angela", mandat.reference, str(mandat.id), str(mandat.usager_id), "Logement", "logement"):
        assert hidden not in page
    assert "Mandat révoqué" in page
    assert "La personne" in page
    assert "Nouveau code demandé par l’usager" not in page, "that they opened their own page stays theirs"


def test_a_dossier_has_one_name_that_serves_nowhere_else(referent: Compte, mandat: Mandat) -> None:
    doer = builders.acteur(mandat.aidant, mandat.structure)
    consult_mandat(mandat, doer, timezone.now())
    page = text(builders.signed_in(referent).get(STRUCTURE))
    names = [part.split("<")[0] for part in page.split('class="reference">')[1:]]
    (of_dossier,) = set(names)
    assert names.count(of_dossier) > 5, "from the brouillon to the mandat, one name"
    assert subjects_of_reference(of_dossier) == ()
    other = builders.brouillon(mandat.aidant, mandat.structure)
    page = text(builders.signed_in(referent).get(STRUCTURE))
    assert len({part.split("<")[0] for part in page.split('class="reference">')[1:]}) == 2
    assert str(other.id) not in page


def test_an_act_on_the_team_is_about_no_dossier(referent: Compte, mandat: Mandat) -> None:
    with transaction.atomic():
        who = Acteur(Kind.COMPTE, referent.id, mandat.structure_id)
        facts = {"roles": ["aidant"]}
        record(ROLE_GRANT, acteur=who, at=timezone.now(), subject=mandat.aidant_id, facts=facts)
    page = text(builders.signed_in(referent).get(STRUCTURE))
    line = page.partition("Rôle donné")[2].partition("</p>")[0]
    assert "reference" not in line


def test_a_brouillon_s_line_has_the_reference_that_it_became(instructeur: Compte, mandat: Mandat) -> None:
    page = text(builders.signed_in(instructeur).get(SEARCH, {"reference": mandat.reference}))
    line = page.partition("Texte présenté à l’usager")[2].partition("</p>")[0]
    assert mandat.reference in line


def test_a_referent_s_reading_is_an_entry_of_the_structure(referent: Compte, mandat: Mandat) -> None:
    builders.signed_in(referent).get(STRUCTURE)
    told = Entree.objects.get(event="journal:consult")
    assert (told.acteur_id, told.structure_id, told.subject_id) == (referent.id, mandat.structure_id, None)


# --- costs and completeness -------------------------------------------------------------------------------------


def test_costs(instructeur: Compte, referent: Compte, mandat: Mandat, query_count: Callable[[int], Any]) -> None:
    client, other = builders.signed_in(instructeur), builders.signed_in(referent)
    client.get(SEARCH), other.get(STRUCTURE)
    with query_count(
        13
    ):  # session, account, factor, role; entries; savepoint, entry, release; names, places, references; menu
        client.get(SEARCH)
    with query_count(15):  # the same, after the account and the mandat that were typed
        client.post(SEARCH, {"email": "nadia@ccas.example", "reference": mandat.reference})
    with query_count(10):
        other.get(STRUCTURE)
    with query_count(11):
        client.get(REFUSALS)


def test_a_client_has_its_name(instructeur: Compte) -> None:
    at, asked = flow.desk(), flow.site()
    flow.tokens_of(at, asked)
    page = text(builders.signed_in(instructeur).get(SEARCH, {"genre": "client"}))
    assert Site.objects.get().name in page


def test_a_search_by_event_or_reference_reads_an_index_and_not_the_journal(mandat: Mandat) -> None:
    append_fast(5000)
    with transaction.atomic():
        record(STRUCTURE_SWITCH, acteur=ANONYME, at=timezone.now())
    rows = found(Criteria(events=(STRUCTURE_SWITCH.code,)))
    assert "journal_event" in rows.explain()
    assert len(page_of(rows, None).entries) == 1
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {_BY_REFERENCE}", ["GAP7K3XW9B"])
        assert "journal_reference" in str(cursor.fetchall())
    assert subjects_of_reference(mandat.reference)[0] == mandat.id
