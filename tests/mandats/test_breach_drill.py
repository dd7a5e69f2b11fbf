"""The drill that names who is touched by a leak, within the hour."""

import csv
import stat
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from aidants.journal.models import Entree
from mandats.pilotage.fuite import TABLES
from mandats.registre.models import Mandat, Usager
from mandats.registre.services.consult import consult_mandat
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(tmp_path: Path) -> list[Mandat]:
    """Return mandats of three persons, two in one structure, reached by e-mail, telephone and letter."""
    first, second = builders.structure(), builders.structure("Médiathèque", siret="99999920400017")
    who, other = builders.aidant(first, "nadia@ccas.example"), builders.aidant(second)
    made = [
        builders.mandat(who, first, builders.identite(family_name="AUBE"), now=NOW),
        builders.mandat(who, first, builders.identite(family_name="BRUNE", email=""), now=NOW + timedelta(days=1)),
        builders.mandat(other, second, builders.identite(family_name="=CALME", email=""), now=NOW + timedelta(days=2)),
    ]
    Usager.objects.filter(pk=made[1].usager_id).update(telephone="+33611223344")
    Usager.objects.filter(pk=made[2].usager_id).update(postal_address="12 impasse des Lilas, 05000 Gap")
    return made


def drill(tmp_path: Path, **options: object) -> tuple[str, list[list[str]]]:
    said, file = StringIO(), tmp_path / "liste.csv"
    call_command("breach_drill", out=file, stdout=said, drill=True, **options)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    return said.getvalue(), list(csv.reader(StringIO(file.read_text()), delimiter=";"))


def test_counts_are_said_and_names_are_in_the_file_alone(three: list[Mandat], tmp_path: Path) -> None:
    said, rows = drill(tmp_path, table="mandat")
    assert "Personnes touchées : 3" in said
    assert "par courriel : 1" in said
    assert "par sms : 1" in said
    assert "par lettre : 1" in said
    assert "CCAS de Démonstration : 2" in said
    assert "AUBE" not in said
    names = [row[1] for row in rows[1:]]
    assert sorted(names) == ["'=CALME", "AUBE", "BRUNE"], "no cell is a formula"
    entry = Entree.objects.get(event="fuite:drill")
    assert b"AUBE" not in bytes(entry.body)
    assert b'"persons":3' in bytes(entry.body)


@pytest.mark.writes("fuite:drill")
def test_the_window_and_the_structure_narrow_it(three: list[Mandat], tmp_path: Path) -> None:
    said, _ = drill(tmp_path, table="document", since=NOW + timedelta(days=1), until=NOW + timedelta(days=2))
    assert "Personnes touchées : 1" in said
    (tmp_path / "liste.csv").unlink()
    said, _ = drill(tmp_path, table="usager", siret="99999920400017")
    assert "Personnes touchées : 1" in said


@pytest.mark.writes("mandat:consult")
def test_a_stolen_account_touches_whom_it_reached(three: list[Mandat], tmp_path: Path) -> None:
    thief = three[0].aidant
    consult_mandat(three[2], builders.acteur(thief, three[2].structure), NOW + timedelta(days=5))
    _, rows = drill(tmp_path, compte="Nadia@ccas.example", since=NOW + timedelta(days=4))
    assert [row[1] for row in rows[1:]] == ["'=CALME"]


def test_a_list_is_never_written_over_and_dates_want_a_zone(three: list[Mandat], tmp_path: Path) -> None:
    drill(tmp_path, table="mandat")
    with pytest.raises(CommandError, match="existe déjà"):
        drill(tmp_path, table="mandat")
    with pytest.raises(CommandError, match="fuseau"):
        call_command("breach_drill", table="mandat", since=NOW.replace(tzinfo=None), out=tmp_path / "autre.csv")


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_leads_to_persons(table: str, tmp_path: Path) -> None:
    said, _ = drill(tmp_path, table=table, since=NOW, until=NOW)
    assert "Personnes touchées : 0" in said
