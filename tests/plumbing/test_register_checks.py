"""`verify_journal` compares the journal with the register: each sort of tampering is named with its entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from aidants.domain.acteur import SYSTEME, Acteur, Kind
from aidants.journal.models import Entree, Leaf, Sel
from aidants.journal.salts import destroy_salts
from aidants.journal.sequence import integrate
from mandats.domain.durees import local_date
from mandats.registre.models import Mandat
from mandats.registre.papers import produce_document
from mandats.registre.services.revoke import revoke_autorisation, revoke_mandat
from mandats.registre.services.single_use import close_expired
from mandats.registre.services.suspend import suspend_mandat
from mandats.registre.services.titres import issue_titre
from mandats.registre.services.uses import declare_utilisation
from mandats.registre.services.volet import CodesVolet, cancel_verification_code, renew_codes
from mandats.verification.lookups import verify
from mandats.verification.questions import Asker, Question
from tests import builders, database
from tests.oidc import flow
from tests.plumbing.tampering import TAMPERINGS, UNDONE, as_administrator, run, told, undone


@dataclass
class Life:
    """A mandat that has lived: papers, codes, two uses, a look-up, one demarche ended; and who gave it."""

    at: flow.Desk
    now: datetime

    @property
    def usager(self) -> Acteur:
        return Acteur(Kind.USAGER, self.at.mandat.usager_id)


@pytest.fixture(scope="module")
def life(django_db_setup: None, django_db_blocker: Any) -> Iterator[Life]:
    """Make it once, in a database that the tests leave as it was."""
    with django_db_blocker.unblock(), database.fresh_database() as name, database.connected_to(name):
        yield _lived()


def _lived() -> Life:
    at = flow.desk(demarches=("logement", "argent", "social"))
    now, doer = timezone.now(), builders.acteur(at.aidant, at.place)
    produce_document(at.mandat.id, doer, now)
    codes = renew_codes(at.mandat.id, doer, now)
    assert isinstance(codes, CodesVolet)
    question = Question("logement", at.mandat.reference, codes.verification, "DUBOIS", "1962-08-24")
    verify(question, Asker("CAF de Paris", "page", "192.0.2.1"), now)
    flow.tokens_of(at, flow.site())
    assert isinstance(issue_titre(at.mandat.id, now), str)
    day = local_date(now, at.mandat.time_zone)
    told: dict[str, Any] = {"channel": "telephone", "body": "CAF", "description": "appel", "used_on": day, "now": now}
    declare_utilisation(at.autorisation("argent").id, doer, **told)
    made = Life(at, now)
    assert revoke_autorisation(at.autorisation("social").id, made.usager, way="page_usager", now=now)
    builders.journal_rights()
    integrate(now)
    return made


def test_a_life_without_tampering_agrees(life: Life) -> None:
    output, errors = StringIO(), StringIO()
    call_command("verify_journal", stdout=output, stderr=errors)
    assert errors.getvalue() == ""
    assert "(dont 0 sans sel), 1 actes : tout concorde." in output.getvalue()


def test_ends_suspensions_and_replacements_agree(life: Life) -> None:
    at, later = life.at, life.now + timedelta(minutes=1)
    with undone():
        assert suspend_mandat(at.mandat.id, life.usager, way="telephone", now=later)
        cancel_verification_code(at.mandat.id, life.usager, later)
        assert told() == []
        assert revoke_mandat(at.mandat.id, life.usager, way="page_usager", now=later)
        assert told() == []
    with undone():
        assert close_expired(at.mandat.expires_at + timedelta(days=1)) == 1
        assert told() == []
        run("UPDATE mandat SET ended_at = NULL, motif = ''")
        assert [f"mandat:end: mandat {at.mandat.reference}: its end is no longer in its row"] == told()
    with undone():
        person = builders.identite(sub_digest=at.mandat.usager.sub_digest)
        builders.mandat(at.aidant, at.place, person, now=later, demarches=("logement", "argent"))
        assert Mandat.objects.filter(pk=at.mandat.pk, motif="remplacement").exists()
        assert told() == []


@pytest.mark.parametrize("what", TAMPERINGS)
def test_each_tampering_of_the_register_is_named_with_its_entry(life: Life, what: str) -> None:
    event, why, statement = TAMPERINGS[what]
    with as_administrator():
        run(statement)
        assert any(one.startswith(event) and why in one for one in told()), told()
    assert told() == []


def test_what_is_undone_in_its_row_is_named(life: Life) -> None:
    later = life.now + timedelta(minutes=1)
    acts = (
        lambda: revoke_mandat(life.at.mandat.id, life.usager, way="page_usager", now=later),
        lambda: suspend_mandat(life.at.mandat.id, life.usager, way="telephone", now=later),
        lambda: cancel_verification_code(life.at.mandat.id, life.usager, later),
    )
    tamperings = (
        "UPDATE mandat SET ended_at = NULL, motif = ''",
        "UPDATE mandat SET suspended_at = NULL",
        "UPDATE code_usager SET ended_at = NULL WHERE kind = 'verification'",
    )
    for act, tampering, (why, entry) in zip(acts, tamperings, UNDONE.items(), strict=True):
        with as_administrator():
            act()
            run(tampering)
            assert [one for one in told() if one.startswith(entry) and why in one] != []


def test_a_term_written_in_the_rows_agrees(life: Life) -> None:
    with as_administrator():
        run("UPDATE mandat SET ended_at = expires_at, motif = 'terme'")
        run(
            "UPDATE autorisation a SET ended_at = m.expires_at, motif = 'terme'"
            " FROM mandat m WHERE m.id = a.mandat_id AND a.ended_at IS NULL"
        )
        assert told() == []


def test_salts_destroyed_are_counted_and_salts_taken_are_told(committed_db: str) -> None:
    place = builders.structure()
    mandat = builders.mandat(builders.aidant(place), place)
    builders.journal_rights()
    gone = destroy_salts([mandat.id], acteur=SYSTEME, now=timezone.now())
    output, errors = StringIO(), StringIO()
    call_command("verify_journal", stdout=output)
    assert f"(dont {gone} sans sel)" in output.getvalue()
    Sel.objects.filter(pk=Sel.objects.latest("entree").pk).delete()
    with pytest.raises(SystemExit):
        call_command("verify_journal", stderr=errors)
    assert errors.getvalue().startswith(f"aucune entrée : {gone + 1} entries have no salt, and {gone} were destroyed")


def test_the_command_names_the_entry_and_its_place_in_the_tree(committed_db: str) -> None:
    place = builders.structure()
    builders.mandat(builders.aidant(place), place)
    integrate(timezone.now())
    Mandat.objects.update(place="Ailleurs", identity="piece_vue")
    errors = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_journal", stderr=errors)
    signed = Entree.objects.get(event="mandat:sign")
    assert stopped.value.code == 1
    number = Leaf.objects.get(entree=signed).number
    assert errors.getvalue().startswith(f"entrée {signed.id} (n° {number}) : mandat ")
