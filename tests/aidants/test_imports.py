"""Files of structures and aidants: whole or not at all, every wrong line told, by an administrateur alone."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from aidants.comptes.models import Compte, Fonction
from aidants.journal.models import Entree
from aidants.structures.models import Invitation, Structure
from tests import builders
from tests.aidants.mailbox import subjects_to

pytestmark = pytest.mark.django_db
PATH = "/imports"
STRUCTURES = (
    "siret;nom;adresse;code_postal;commune;code_insee;latitude;longitude\n"
    "99999910500011;CCAS de Gap;1 place;05000;Gap;05061;44,559;6,079\n"
    "99999930300012;Médiathèque;1 rue;97400;Saint-Denis;97411;;\n"
)
AIDANTS = (
    "siret,prenom,nom,courriel,fonction,roles,conseiller,statut\n"
    "99999910500011,Zoé,Le Goff,zoe@ccas.example,Conseillère,aidant|referent,oui,\n"
    "99999910500011,Ali,Sadi,ali@ccas.example,,aidant,,Agent_public\n"
)


@pytest.fixture
def ines() -> Compte:
    who = builders.compte("ines@mandats.example")
    Fonction.objects.create(compte=who, role="administrateur")
    return who


@pytest.fixture
def desk(ines: Compte) -> Client:
    return builders.signed_in(ines)


def send(desk: Client, who: Compte, kind: str, content: str | bytes, **more: Any) -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    given = {"kind": kind, "file": SimpleUploadedFile("f.csv", data), "code": builders.totp_code(who)}
    return desk.post(PATH, given | more)


@pytest.mark.writes("fichier:import")
def test_structures_are_made_then_brought_up_to_date(desk: Client, ines: Compte) -> None:
    assert desk.get(PATH).status_code == 200
    assert send(desk, ines, "structures", "\ufeff" + STRUCTURES)["Location"] == PATH
    gap, reunion = Structure.objects.order_by("siret")
    assert (gap.name, gap.latitude, reunion.time_zone) == ("CCAS de Gap", 44.559, "Indian/Reunion")
    send(desk, ines, "structures", STRUCTURES.replace("CCAS de Gap", "CIAS de Gap"))
    gap.refresh_from_db()
    assert (gap.name, Structure.objects.count()) == ("CIAS de Gap", 2)
    assert Entree.objects.filter(event="fichier:import", acteur_id=ines.id).count() == 2


def test_aidants_are_invited_once(desk: Client, ines: Compte) -> None:
    send(desk, ines, "structures", STRUCTURES)
    assert send(desk, ines, "aidants", AIDANTS).status_code == 302
    assert send(desk, ines, "aidants", AIDANTS).status_code == 302
    zoe, ali = Invitation.objects.order_by("-email")
    assert (zoe.is_aidant, zoe.is_referent, ali.is_referent) == (True, True, False)
    assert (zoe.statut, ali.statut) == ("salarie", "agent_public"), "a conseiller has a contract"
    assert subjects_to("zoe@ccas.example") == ["Votre invitation au Service des mandats"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (STRUCTURES + "12345678901234;X;1 rue;05000;Gap;05061;;\n", "ligne 4 : siret"),
        (STRUCTURES + "99999920400012;X;1 rue;5000;Gap;05061;;\n", "ligne 4 : code_postal"),
        (STRUCTURES + "99999910500011;X;1 rue;05000;Gap;05061;;\n", "déjà à la ligne 2"),
        (STRUCTURES + "99999920400012;X;1 rue\n", "ligne 4 : Le nombre de cellules"),
        (STRUCTURES + "99999920400012;X;1 rue;05000;Gap;05061;nord;\n", "ligne 4 : latitude"),
        ("siret;nom\n1;2\n", "colonne « adresse » absente"),
        (STRUCTURES.replace("nom", "usager", 1), "colonne « usager » inconnue"),
        ("", "vide"),
        (STRUCTURES.partition("\n")[0] + "\n", "De 1 à 2000 lignes"),
        ('siret;nom\n"1;2\n', "n’est pas un CSV"),
        ("Médiathèque".encode("latin-1"), "UTF-8"),
        (b"x" * (1024 * 1024 + 1), "Un mégaoctet"),
    ],
)
def test_a_wrong_line_is_told_and_nothing_is_taken(desk: Client, ines: Compte, wrong: Any, told: str) -> None:
    answer = send(desk, ines, "structures", wrong)
    assert answer.status_code == 422
    assert told in answer.content.decode().replace("\u00a0", " ")
    assert not Structure.objects.exists()
    assert not Entree.objects.filter(event__in=("fichier:import", "structure:keep")).exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("99999920400012,Léa,Roy,lea@ccas.example,,aidant,,salarie", "ligne 4 : Aucune structure n’a ce SIRET"),
        ("99999910500011,Léa,Roy,lea@ccas.example,,administrateur,,salarie", "ligne 4 : roles"),
        ("99999910500011,<b>,Roy,lea@ccas.example,,aidant,,salarie", "ligne 4 : prenom"),
        ("99999910500011,Léa,Roy,zoe@ccas.example,,aidant,,salarie", "déjà, pour cette structure, à la ligne 2"),
        ("99999910500011,Léa,Roy,lea@ccas.example,,aidant,peut-être,salarie", "ligne 4 : conseiller"),
        ("99999910500011,Léa,Roy,lea@ccas.example,,aidant,,", "ligne 4 : statut : Dites le statut"),
        ("99999910500011,Léa,Roy,lea@ccas.example,,aidant,,elu", "ligne 4 : statut"),
        ("99999910500011,Léa,Roy,lea@ccas.example,,aidant,oui,stagiaire", "ligne 4 : statut"),
        ("99999910500011,Léa,Roy,lea@ccas.example,,referent,,retraite", "ligne 4 : statut : Un statut"),
    ],
)
def test_nobody_is_invited_by_a_file_with_one_wrong_line(desk: Client, ines: Compte, line: str, told: str) -> None:
    send(desk, ines, "structures", STRUCTURES)
    answer = send(desk, ines, "aidants", AIDANTS + line + "\n")
    assert told in answer.content.decode().replace("\u00a0", " ")
    assert not Invitation.objects.exists()
    assert subjects_to("zoe@ccas.example") == []


def test_only_an_administrateur_with_a_fresh_factor(desk: Client, ines: Compte) -> None:
    assert send(desk, ines, "structures", STRUCTURES, code="000000").status_code == 422
    assert not Structure.objects.exists()
    place = builders.structure("Ailleurs", siret="99999920400012")
    aidant = builders.aidant(place)
    other = builders.signed_in(aidant)
    assert other.get(PATH).status_code == 403
    assert send(other, aidant, "structures", STRUCTURES).status_code == 403
    assert Structure.objects.count() == 1


def test_two_thousand_lines_and_no_more(desk: Client, ines: Compte) -> None:
    head, line, _ = STRUCTURES.splitlines()
    assert "De 1 à 2000" in send(desk, ines, "structures", "\n".join([head, *[line] * 2001])).content.decode()
