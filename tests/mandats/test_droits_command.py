"""The rights of persons from a terminal: two accounts, each with their own code."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from aidants.comptes.models import Compte, Fonction
from mandats.registre.models import Mandat, Usager
from tests import builders

pytestmark = pytest.mark.django_db


def officer(role: str, email: str) -> Compte:
    made = builders.compte(email)
    Fonction.objects.create(compte=made, role=role)
    return made


def run(who: Compte, step: str, *given: str) -> str:
    said = StringIO()
    call_command("droits", step, "--by", who.email, "--code", builders.totp_code(who), *given, stdout=said)
    return said.getvalue().strip()


@pytest.fixture
def mandat() -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place)


def test_a_copy_is_asked_by_one_and_approved_by_another(mandat: Mandat, tmp_path: Path) -> None:
    admin, second = officer("administrateur", "admin@example.org"), officer("instructeur", "paul@example.org")
    usager = run(admin, "chercher", "--reference", mandat.reference)
    assert usager == str(mandat.usager_id)
    how = ("--origin", "courrier", "--proof", "piece", "--received-on", "2026-11-20")
    made = run(admin, "demander", "--usager", usager, "--kind", "export", *how)
    with pytest.raises(CommandError, match="une autre personne"):
        run(admin, "repondre", "--demande", made, "--answer", "oui")
    assert run(second, "repondre", "--demande", made, "--answer", "oui") == "approuvee"
    file = tmp_path / "copie.zip"
    run(admin, "remettre", "--demande", made, "--out", str(file))
    assert (file.read_bytes()[:2], file.stat().st_mode & 0o777) == (b"PK", 0o600)


@pytest.mark.writes("usager:rectify")
def test_a_rectification_names_its_fields(mandat: Mandat) -> None:
    Usager.objects.update(sub_digest=None)
    admin, second = officer("administrateur", "admin@example.org"), officer("instructeur", "paul@example.org")
    how = ("--origin", "courrier", "--proof", "piece", "--received-on", "2026-11-20")
    asked = ("--usager", str(mandat.usager_id), "--kind", "rectification", *how)
    with pytest.raises(CommandError, match="--set"):
        run(admin, "demander", *asked, "--set", "sub_digest=x")
    made = run(admin, "demander", *asked, "--set", "family_name=DUBOIS-MARTIN")
    run(second, "repondre", "--demande", made, "--answer", "oui")
    assert Usager.objects.get().family_name == "DUBOIS-MARTIN"


def test_an_operator_without_the_code_or_the_role_does_nothing(mandat: Mandat) -> None:
    admin = officer("administrateur", "admin@example.org")
    with pytest.raises(CommandError, match="Code refusé"):
        call_command("droits", "chercher", "--by", admin.email, "--code", "000000", "--reference", mandat.reference)
    with pytest.raises(CommandError, match="ni administrateur"):
        run(builders.compte("nul@example.org"), "chercher", "--reference", mandat.reference)
