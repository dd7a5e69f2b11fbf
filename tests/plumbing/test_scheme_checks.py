"""`verify_journal` compares the journal with the scheme too: each sort of tampering is named.

The demonstration's year of activity stands in a database of its own; whoever owns the server changes one row at a time,
with the triggers off, and each change is undone.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.dispositif.activite.models import CompteRendu
from aidants.dispositif.activite.reports import cancel_report
from aidants.dispositif.contrats import break_contrat
from aidants.dispositif.formation import certification
from aidants.dispositif.formation.certification import Result, record_result
from aidants.dispositif.formation.models import Certification, Organisme, Parcours
from aidants.dispositif.models import Contrat
from aidants.dispositif.soutien.calls import end_call, take_call
from aidants.dispositif.soutien.models import AppelSolidarite
from aidants.domain.acteur import SYSTEME, Acteur, Kind
from aidants.domain.dispositif.financement import MotifRupture
from aidants.habilitation.conditions import withdraw_aidant
from aidants.habilitation.structures import suspend_structure
from aidants.structures.models import Affectation, Structure
from aidants.structures.places import set_roles_from_outside
from deploy.demo.data.activite import LEARNER, load_activity
from deploy.demo.data.dispositif import load_scheme
from deploy.demo.data.people import load_people, load_places
from deploy.register_checks import COMPARISONS
from mandats.domain.motifs import MotifDeFin
from mandats.registre.services.closure import end_structure
from tests import builders, database
from tests.plumbing.tampering import TAMPERINGS as REGISTER
from tests.plumbing.tampering import UNDONE, as_administrator, run, told


@pytest.fixture(scope="module")
def scheme(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Live the demonstration's year once, then what its data does not do."""
    with django_db_blocker.unblock(), database.fresh_database() as name, database.connected_to(name):
        builders.keys()
        now = timezone.now()
        long_ago = now - timedelta(days=400)
        acteurs = load_people(load_places(long_ago), long_ago)
        load_scheme(acteurs, now)
        load_activity(acteurs, now)
        _more(acteurs)
        yield


def _more(acteurs: dict[str, Acteur]) -> None:
    """Do what the demonstration does not: certify, withdraw, cancel, end, suspend, close."""
    now, today, state = timezone.now(), timezone.localdate(), acteurs["instructeur@anct.example"]
    lea, nadia = Compte.objects.get(email=LEARNER), acteurs["nadia@ccas.example"]
    done = {"half_days": 1, "started_on": today, "completed_on": today, "source": "reprise"}
    Parcours.objects.create(compte=lea, cadre="aidant", **done)
    result = Result(lea.email, obtained=True, day=today)
    assert record_result(Organisme.objects.get(), result, acteurs["formation@greta.example"], now, today)
    held = Certification.objects.get(compte=nadia.known_id)
    assert certification.withdraw(held.id, "fraude", state, now)
    report = CompteRendu.objects.earliest("created_at")
    assert cancel_report(report.id, Acteur(Kind.COMPTE, report.compte_id, report.structure_id), now)
    call = AppelSolidarite.objects.earliest("received_at")
    assert take_call(call.id, call.departement, nadia, now)
    assert end_call(call.id, "aide", nadia, now)
    claire = Affectation.objects.get(compte__email="claire@vallee.example")
    assert withdraw_aidant(claire, "absence", state, now)
    running = Contrat.objects.filter(ended_on=None, starts_on__lt=today - timedelta(days=1)).earliest("starts_on", "id")
    place = Affectation.objects.get(compte=running.compte_id, structure=running.structure_id, ended_at=None)
    assert set_roles_from_outside(place, state, is_aidant=True, is_referent=True, now=now)
    assert break_contrat(running.id, today - timedelta(days=1), MotifRupture.DEMISSION, SYSTEME, now)
    place.refresh_from_db()
    assert (place.is_aidant, place.is_referent) == (False, True)
    able = Structure.objects.filter(habilitations__isnull=False)
    first, second = able.exclude(pk=claire.structure_id).order_by("name")[:2]
    assert suspend_structure(first.id, "verification", state, now)
    assert end_structure(second.id, SYSTEME, MotifDeFin.FERMETURE, now)


# What is done to one row, the event of the entry that is named (none: a row that no entry tells), and what is said.
TAMPERINGS: dict[str, tuple[str, str, str]] = {
    "application": ("candidature:", "application ", "UPDATE candidature SET state = 'examen' WHERE state = 'deposee'"),
    "grant": ("contrat:sign", "contract ", "UPDATE contrat SET granted = granted + 1"),
    "payment invented": ("contrat:sign", "instalment ", "UPDATE versement SET amount = 7 WHERE paid_at IS NOT NULL"),
    "national figure": ("none", "national figure ", "UPDATE enveloppe SET recruited = recruited + 1"),
    "quota": ("none", "quota ", "UPDATE quota SET retained = 20 WHERE departement = '05'"),
    "report removed": ("activite:write", "report ", "DELETE FROM compte_rendu WHERE cancelled_at IS NULL"),
    "report of another": (
        "activite:write",
        "report ",
        "UPDATE compte_rendu SET compte_id = (SELECT id FROM compte WHERE email = 'lea@vallee.example')",
    ),
    "report invented": (
        "none",
        "report ",
        (
            "INSERT INTO compte_rendu SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid()))).*"
            " FROM compte_rendu r LIMIT 1"
        ),
    ),
    "report revived": ("activite:cancel", "its cancellation", "UPDATE compte_rendu SET cancelled_at = NULL"),
    "report cancelled without act": (
        "none",
        "its cancellation",
        "UPDATE compte_rendu SET cancelled_at = now() WHERE cancelled_at IS NULL",
    ),
    "people counted": ("none", "activity of ", "UPDATE compte_rendu SET people = people + 1"),
    "figures of a month": ("none", "activity of ", "UPDATE activite_mois SET counts[2] = counts[2] + 5"),
    "figures of a department": (
        "none",
        "activity of a department ",
        "UPDATE activite_departement SET counts[1] = counts[1] + 1",
    ),
    "department forgotten": ("none", "activity of a department ", "DELETE FROM activite_departement"),
    "absent made present": (
        "formation:mark",
        "attendance of ",
        "UPDATE presence_formation SET present = NOT present",
    ),
    "attendance moved": ("none", "a mark that no entry", "UPDATE presence_formation SET day = day - 1"),
    "attendance of another agent": (
        "none",
        "a mark that no entry",
        "UPDATE presence_formation SET marked_by_id = (SELECT id FROM compte WHERE email = 'nadia@ccas.example')",
    ),
    "attendance removed": ("formation:mark", "attendance of ", "DELETE FROM presence_formation"),
    "training done": (
        "none",
        "training ",
        "UPDATE parcours_formation SET completed_on = now() WHERE completed_on IS NULL",
    ),
    "half-days": ("none", "training ", "UPDATE parcours_formation SET half_days = 99 WHERE completed_on IS NULL"),
    "certificate removed": (
        "certification:obtain",
        "certification ",
        "DELETE FROM certification WHERE source = 'saisie'",
    ),
    "certificate of another": (
        "certification:obtain",
        "certification ",
        (
            "UPDATE certification SET compte_id = (SELECT id FROM compte WHERE email = 'odile@vallee.example')"
            " WHERE source = 'saisie'"
        ),
    ),
    "certificate backdated": (
        "certification:obtain",
        "certification ",
        "UPDATE certification SET obtained_on = obtained_on - 400 WHERE source = 'saisie'",
    ),
    "certificate given": (
        "none",
        "certification ",
        (
            "INSERT INTO certification SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(),"
            " 'compte_id', (SELECT id FROM compte WHERE email = 'odile@vallee.example')))).*"
            " FROM certification c WHERE source = 'saisie'"
        ),
    ),
    "certificate given back": (
        "certification:withdraw",
        "its withdrawal",
        "UPDATE certification SET withdrawn_at = NULL, withdrawn_why = ''",
    ),
    "kit": ("kit:order", "kit ", "UPDATE commande_kit SET etat = 'expediee', sent_at = now() WHERE etat = 'commandee'"),
    "call": (
        "appel_solidarite:end",
        "call ",
        "UPDATE appel_solidarite SET outcome = 'injoignable' WHERE outcome <> ''",
    ),
    "national role taken": (
        "none",
        "national role ",
        (
            "INSERT INTO fonction (id, compte_id, role, departement) SELECT gen_random_uuid(), id, 'administrateur', ''"
            " FROM compte WHERE email = 'nadia@ccas.example'"
        ),
    ),
    "national role ended": ("role:grant", "national role ", "UPDATE fonction SET ended_at = now()"),
    "referent without an act": (
        "role:grant",
        "place ",
        "UPDATE affectation SET is_referent = true WHERE NOT is_referent",
    ),
    "place invented": (
        "none",
        "place ",
        (
            "INSERT INTO affectation SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(),"
            " 'compte_id', (SELECT id FROM compte WHERE email = 'accueil@mandats.example')))).*"
            " FROM affectation a LIMIT 1"
        ),
    ),
    "aidant restored": (
        "habilitation:withdraw",
        "habilitation of ",
        "UPDATE habilitation_aidant SET ended_at = NULL, motif = '' WHERE ended_at IS NOT NULL",
    ),
    "structure back in service": (
        "structure:suspend",
        "its suspension",
        "UPDATE habilitation_structure SET suspended_at = NULL",
    ),
    "structure suspended without act": (
        "none",
        "its suspension",
        "UPDATE habilitation_structure SET suspended_at = now() WHERE suspended_at IS NULL AND ended_at IS NULL",
    ),
    "structure opened again": (
        "structure:end",
        "its habilitation is not",
        "UPDATE habilitation_structure SET ended_at = NULL, motif = ''",
    ),
}


def test_a_year_of_the_scheme_without_tampering_agrees(scheme: None) -> None:
    assert told() == []


@pytest.mark.parametrize("what", TAMPERINGS)
def test_each_tampering_of_the_scheme_is_named_with_its_entry(scheme: None, what: str) -> None:
    event, why, statement = TAMPERINGS[what]
    with as_administrator():
        run(statement)
        assert any(one.startswith(event) and why in one for one in told()), told()[:9]


def _departements() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT departement, month, counts FROM activite_departement ORDER BY 1, 2")
        return list(cursor.fetchall())


def test_the_departments_table_is_filled_by_its_migration_as_by_its_trigger(scheme: None) -> None:
    """Gone back and forth on a year of activity: the same rows, and the trigger adds to them again."""
    name = ("aidants", "0022_activite_departement")
    with as_administrator():
        before, loader = _departements(), MigrationLoader(connection)
        assert len(before) > 1
        migration, state = loader.get_migration(*name), loader.project_state(name, at_end=False)
        with connection.schema_editor() as editor:
            migration.unapply(state.clone(), editor)
        assert "activite_departement" not in connection.introspection.table_names()
        with connection.schema_editor() as editor:
            migration.apply(state.clone(), editor)
        assert _departements() == before
        run("SET LOCAL session_replication_role = origin")
        run("UPDATE activite_mois SET counts[1] = counts[1] + 3 WHERE compte_id IS NULL")
        added = [after[2][0] - was[2][0] for after, was in zip(_departements(), before, strict=True)]
        assert all(one >= 3 and one % 3 == 0 for one in added)
        assert not any("activity of a department" in one for one in told())


def test_each_comparison_was_seen_red() -> None:
    """A comparison that no tampering makes speak may as well not be there."""
    said = [why for _, why, _ in (*REGISTER.values(), *TAMPERINGS.values())]
    silent = [one.why for one in COMPARISONS if not any(why in one.why for why in (*said, *UNDONE))]
    assert silent == []
