"""SIRENE behind its interface: an extract as INSEE gives it, of thousands of lines, with all that real files hold."""

import csv
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aidants.dispositif import sirene
from aidants.domain.siret import is_siret
from tests import builders
from tests.aidants.dispositif import scheme

# The columns of an export of API Sirene, in its order; five of them are read.
HEADER = (
    "siren", "nic", "siret", "statutDiffusionEtablissement", "dateCreationEtablissement",
    "trancheEffectifsEtablissement", "etablissementSiege", "categorieJuridiqueUniteLegale", "denominationUniteLegale",
    "activitePrincipaleUniteLegale", "libelleVoieEtablissement", "codePostalEtablissement",
    "libelleCommuneEtablissement", "codeCommuneEtablissement", "etatAdministratifEtablissement",
    "enseigne1Etablissement",
)  # fmt: skip
GAP, CLOSED, HIDDEN, QUOTED, REOPENED = (
    "21050061400016", "21050023400013", "35600000000048", "13002526500013", "77567227232002",
)  # fmt: skip


def _siret(number: int) -> str:
    """Return the well-formed SIRET that begins by this number."""
    start = f"{number:013d}"
    return next(start + digit for digit in "0123456789" if is_siret(start + digit))


def _line(siret: str, name: str, state: str = "A", category: str = "7210", commune: str = "05061") -> list[str]:
    return [
        siret[:9], siret[9:], siret, "O", "1983-03-01", "41", "true", category, name, "84.11Z", "DE LA REPUBLIQUE",
        "05000", "GAP", commune, state, "",
    ]  # fmt: skip


def _lines() -> Iterator[list[str]]:
    """Yield 6 000 lines: one in seven closed, with what a real file holds between them."""
    for number in range(6000):
        yield _line(_siret(111_111_000_0000 + number * 13), f"COMMUNE {number}", "F" if number % 7 == 0 else "A")
        if number == 2500:
            yield _line(GAP, "COMMUNE DE GAP")
            yield _line(CLOSED, "COMMUNE DE BRIANCON", "F", commune="05023")
            yield _line(HIDDEN, "[ND]", category="1000")
            yield _line(QUOTED, 'AGENCE "NATIONALE", DE LA COHESION', category="7389", commune="75107")
            yield _line(REOPENED, "CROIX ROUGE", "F", "9220")
            yield _line(REOPENED, "CROIX ROUGE FRANCAISE", "A", "9220")
            yield _line(REOPENED, "CROIX ROUGE ANCIENNE", "F", "9220")


BROKEN = (
    "111111,00012,11111100012,O",  # a line cut short
    ",".join(_line("21050061400015", "SIRET MAL RECOPIE")),
    ",".join(_line("2,10501E+13", "PASSE PAR UN TABLEUR")),
    ",".join(_line(_siret(999), "ETAT INCONNU", "X")),
    ",".join([*_line(_siret(998), "TROP DE COLONNES"), "reste", "reste"]),
    ",".join(_line("", "SANS SIRET")),
)


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sirene") / "etablissements.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_lines())
        file.write("\n".join(BROKEN) + "\n\n")
    return path


def test_thousands_of_lines_are_read_and_the_broken_ones_counted(extract: Path) -> None:
    found = sirene.FileRegistre(extract)
    assert (len(found), found.left_out) == (6005, len(BROKEN))


@pytest.mark.parametrize(
    ("siret", "expected"),
    [
        (GAP, ("COMMUNE DE GAP", True, "7210", "05061")),
        (CLOSED, ("COMMUNE DE BRIANCON", False, "7210", "05023")),
        (HIDDEN, ("", True, "1000", "05061")),
        (QUOTED, ('AGENCE "NATIONALE", DE LA COHESION', True, "7389", "75107")),
        (REOPENED, ("CROIX ROUGE FRANCAISE", True, "9220", "05061")),
        ("21050061400015", None),
        ("99999910500011", None),
        ("", None),
    ],
)
def test_what_the_register_says(extract: Path, settings: Any, siret: str, expected: tuple[object, ...] | None) -> None:
    settings.SIRENE_FILE = str(extract)
    found = sirene.find_etablissement(siret)
    assert (found and (found.name, found.is_open, found.category, found.insee_code)) == expected
    assert sirene.is_consulted()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"siret;denominationUniteLegale\n21050061400016;GAP\n",
        b"siret,denominationUniteLegale\n21050061400016,GAP\n",
        "siret,é\n".encode("latin-1"),
        None,
    ],
    ids=["empty", "semicolons", "columns missing", "another encoding", "no file"],
)
def test_what_is_no_extract_is_no_register_and_says_so_to_operators(
    content: bytes | None, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "sirene.csv"
    if content is not None:
        path.write_bytes(content)
    settings.SIRENE_FILE = str(path)
    with caplog.at_level(logging.ERROR):
        assert sirene.find_etablissement(GAP) is None
    assert not sirene.is_consulted()
    assert "no register" in caplog.text


def test_a_mark_before_the_header_and_a_file_written_anew(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "sirene.csv"
    head = ",".join(HEADER)
    path.write_text(f"\ufeff{head}\n{','.join(_line(GAP, 'AVANT'))}\n", encoding="utf-8")
    settings.SIRENE_FILE = str(path)
    before = sirene.find_etablissement(GAP)
    path.write_text(f"{head}\n{','.join(_line(GAP, 'APRES', 'F'))}\n", encoding="utf-8")
    os.utime(path, (2_000_000_000, 2_000_000_000))
    after = sirene.find_etablissement(GAP)
    assert before is not None
    assert after is not None
    assert (before.name, before.is_open, after.name, after.is_open) == ("AVANT", True, "APRES", False)


@pytest.mark.django_db
def test_a_reviewer_sees_a_closed_establishment_and_a_category_that_does_not_fit(extract: Path, settings: Any) -> None:
    settings.SIRENE_FILE = str(extract)
    browser = builders.signed_in(scheme.holder("instructeur"))
    shut = scheme.reviewed(siret=CLOSED)
    odd = scheme.reviewed(siret=REOPENED)
    unknown = scheme.reviewed(siret="99999910500011")
    pages = [browser.get(f"/instruction/candidatures/{one.id}").content.decode() for one in (shut, odd, unknown)]
    assert "COMMUNE DE BRIANCON" in pages[0]
    assert "CROIX ROUGE FRANCAISE" in pages[1]
    assert "COMMUNE" not in pages[2]
