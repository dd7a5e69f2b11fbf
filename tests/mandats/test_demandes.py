"""Requests about a person's data: two persons, one answer, what it does, and what the law keeps."""

import io
import json
import threading
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.journal.models import Entree
from mandats.domain import errors_droits
from mandats.domain.conservation import DEMANDES_LIVE, years_after
from mandats.domain.droits import Droit
from mandats.droits import demandes
from mandats.droits.export import hand_export
from mandats.droits.models import Demande
from mandats.droits.persons import find_persons, open_archive
from mandats.registre.models import Mandat, Usager
from mandats.registre.selectors import mandat_of
from mandats.registre.services.keep import archive_due
from tests import builders
from tests.builders import NOW
from tests.mandats.droits_desk import BY_LETTER, asked, officer

DAY = timedelta(days=1)


def a_mandat(**fields: Any) -> Mandat:
    place = builders.structure()
    return builders.mandat(builders.aidant(place), place, **fields)


def weak(mandat: Mandat) -> None:
    """Make the person one whose document was seen at the desk."""
    Usager.objects.filter(pk=mandat.usager_id).update(sub_digest=None)


@pytest.mark.writes("droits:answer_refused")
@pytest.mark.django_db
def test_who_asked_never_answers_and_the_refusal_is_journaled() -> None:
    admin = officer()
    made = asked(a_mandat(), Droit.EXPORT, admin)
    assert demandes.answer(made.id, admin, approve=True, now=NOW) == Denied(errors_droits.DEMANDE_SAME_PERSON)
    assert Entree.objects.filter(event="droits:answer_refused", reason="droits.same_person").exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Demande.objects.filter(pk=made.pk).update(answer="approuvee", answered_at=NOW, answered_by=admin.id)


@pytest.mark.writes("droits:ask_refused")
@pytest.mark.django_db
@pytest.mark.parametrize("role", ["instructeur", "accueil", "aidant"])
def test_only_an_administrateur_asks(role: str) -> None:
    mandat = a_mandat()
    refused = demandes.ask(mandat.usager_id, Droit.EXPORT, officer(role), now=NOW, **BY_LETTER)
    assert refused == Denied(errors_droits.DEMANDE_ROLE)


@pytest.mark.django_db
def test_seven_days_without_an_answer_close_it_and_forget_what_it_carried() -> None:
    mandat = a_mandat()
    weak(mandat)
    made = asked(mandat, Droit.RECTIFICATION, changes={"family_name": "DUBOIS-MARTIN"})
    late = NOW + 7 * DAY
    assert demandes.answer(made.id, officer(), approve=True, now=late) == Denied(errors_droits.DEMANDE_OVER)
    assert demandes.close_late(late) == 1
    made.refresh_from_db()
    assert (made.answer, made.sealed) == ("expiree", None)
    assert Usager.objects.get().family_name == "DUBOIS"


@pytest.mark.django_db
def test_one_request_of_a_kind_waits_and_its_author_may_take_it_back() -> None:
    mandat, admin = a_mandat(), officer()
    made = asked(mandat, Droit.EXPORT, admin)
    again = demandes.ask(mandat.usager_id, Droit.EXPORT, admin, now=NOW, **BY_LETTER)
    assert again == Denied(errors_droits.DEMANDE_OPEN_ALREADY)
    assert demandes.withdraw(made.id, officer(), NOW) == Denied(errors_droits.DEMANDE_UNKNOWN)
    assert demandes.withdraw(made.id, admin, NOW)
    assert asked(mandat, Droit.EXPORT, admin).answer == ""


@pytest.mark.django_db
def test_rectification_changes_the_record_and_never_what_was_signed() -> None:
    mandat = a_mandat()
    weak(mandat)
    made = asked(mandat, Droit.RECTIFICATION, changes={"family_name": "DUBOIS-MARTIN", "telephone": "+33611223344"})
    assert isinstance(demandes.answer(made.id, officer("instructeur"), approve=True, now=NOW), Demande)
    usager, after = Usager.objects.get(), Mandat.objects.get(pk=mandat.pk)
    assert (usager.family_name, usager.telephone) == ("DUBOIS-MARTIN", "+33611223344")
    assert usager.folded_family_given.startswith("dubois martin")
    assert (after.acte, after.frozen_text) == (mandat.acte, mandat.frozen_text)
    entry = Entree.objects.get(event="usager:rectify")
    assert b"MARTIN" not in bytes(entry.body)
    assert b"family_name" in bytes(entry.body)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes", [{}, {"family_name": ""}, {"birthdate": "2015-01-01"}, {"birthdate": "hier"}, {"sub_digest": "x"}]
)
def test_a_rectification_that_makes_no_sense_is_refused_when_asked(changes: dict[str, str]) -> None:
    mandat = a_mandat()
    weak(mandat)
    refused = demandes.ask(mandat.usager_id, Droit.RECTIFICATION, officer(), now=NOW, changes=changes, **BY_LETTER)
    assert refused == Denied(errors_droits.NOTHING_TO_RECTIFY)


@pytest.mark.django_db
def test_what_franceconnect_told_is_not_corrected_here() -> None:
    changes = {"family_name": "AUTRE"}
    refused = demandes.ask(a_mandat().usager_id, Droit.RECTIFICATION, officer(), now=NOW, changes=changes, **BY_LETTER)
    assert refused == Denied(errors_droits.FRANCECONNECT_RECTIFIES)


@pytest.mark.django_db
def test_erasure_is_refused_while_a_mandat_stands() -> None:
    refused = demandes.ask(a_mandat().usager_id, Droit.EFFACEMENT, officer(), now=NOW, **BY_LETTER)
    assert refused == Denied(errors_droits.MANDAT_STANDS)
    assert Entree.objects.filter(event="droits:ask_refused", reason="droits.mandat_stands").exists()


@pytest.mark.django_db
def test_erasure_within_six_years_restricts_and_says_why() -> None:
    mandat = a_mandat()
    then = mandat.expires_at + DAY
    made = asked(mandat, Droit.EFFACEMENT, now=then)
    done = demandes.answer(made.id, officer(), approve=True, now=then)
    assert isinstance(done, Demande)
    assert (done.outcome, done.reason) == ("limite", "droits.proof_is_kept")
    usager = Usager.objects.get()
    assert (usager.email, usager.family_name) == ("", "DUBOIS")
    assert mandat_of(mandat.structure_id, mandat.id, then) is None
    assert Mandat.objects.get().acte == mandat.acte


@pytest.mark.writes("journal:destroy_salts")
@pytest.mark.django_db
def test_erasure_after_six_years_erases_at_once() -> None:
    mandat = a_mandat()
    then = years_after(mandat.expires_at, 6)
    made = asked(mandat, Droit.EFFACEMENT, now=then)
    done = demandes.answer(made.id, officer(), approve=True, now=then)
    assert isinstance(done, Demande)
    assert (done.outcome, Usager.objects.get().family_name) == ("efface", "")
    assert demandes.forget_old(then + DEMANDES_LIVE + DAY) == 1


@pytest.mark.writes("droits:hand_export_refused")
@pytest.mark.django_db
def test_the_copy_holds_everything_and_opens_for_seven_days(query_count: Any) -> None:
    mandat, admin = a_mandat(), officer()
    builders.utilisation(mandat)
    made = asked(mandat, Droit.EXPORT, admin)
    assert hand_export(made, admin, NOW) == Denied(errors_droits.DEMANDE_OVER)
    done = demandes.answer(made.id, officer(), approve=True, now=NOW)
    assert isinstance(done, Demande)
    handed = hand_export(done, admin, NOW + 7 * DAY - timedelta(seconds=1))
    assert isinstance(handed, bytes)
    with zipfile.ZipFile(io.BytesIO(handed)) as archive:
        told = json.loads(archive.read("donnees.json"))
        page = archive.read("releve.html").decode()
        assert "mandat:sign" not in page
        assert "Mandat conclu" in page
        (paper,) = (name for name in archive.namelist() if name.startswith("documents/"))
    (one,) = told["mandats"]
    assert (told["version"], told["person"]["family_name"], one["acte"]) == (1, "DUBOIS", mandat.acte)
    assert [use["body"] for use in one["utilisations"]] == ["CAF des Hautes-Alpes"]
    assert one["documents"][0]["file"] == paper
    assert "DUBOIS" in page
    assert mandat.reference in page
    assert Entree.objects.filter(event="droits:hand_export").count() == 1
    assert hand_export(done, admin, NOW + 7 * DAY) == Denied(errors_droits.DEMANDE_OVER)


@pytest.mark.writes("droits:search")
@pytest.mark.django_db
def test_a_person_is_found_by_whole_name_and_date_or_by_reference_and_never_by_leafing() -> None:
    mandat, admin = a_mandat(), officer()

    def found(**typed: str) -> list[Usager]:
        return find_persons(admin, now=NOW, **{"reference": "", "family_name": "", "birthdate": ""} | typed)

    assert found(family_name="dubois", birthdate="1962-08-24") == [mandat.usager]
    assert found(reference=mandat.reference.lower()) == [mandat.usager]
    for typed in ({"family_name": "dub", "birthdate": "1962-08-24"}, {"family_name": "Dubois"}, {"reference": "GAP"}):
        assert found(**typed) == []
    assert Entree.objects.filter(event="droits:search").count() == 5


@pytest.mark.writes("archive:refuse")
@pytest.mark.django_db
def test_the_archive_opens_on_a_ground_and_tells_the_journal() -> None:
    mandat = a_mandat()
    year = mandat.expires_at + timedelta(days=365)
    admin = officer()
    assert open_archive(mandat.reference, "contentieux", admin, year) == Denied(errors_droits.DEMANDE_UNKNOWN)
    archive_due(year)
    assert open_archive(mandat.reference, "contentieux", officer("instructeur"), year) == Denied(
        errors_droits.DEMANDE_ROLE
    )
    late = years_after(mandat.expires_at, 3)
    assert open_archive(mandat.reference, "controle", admin, late) == Denied(errors_droits.ARCHIVE_GROUND)
    opened = open_archive(mandat.reference, "contentieux", admin, late)
    assert isinstance(opened, Mandat)
    assert Entree.objects.get(event="archive:open").subject_id == mandat.id
    assert Entree.objects.filter(event="archive:refuse").count() == 3


def test_of_two_approvals_at_once_one_counts(committed_db: str) -> None:
    mandat = a_mandat()
    weak(mandat)
    made = asked(mandat, Droit.RECTIFICATION, changes={"family_name": "DUBOIS-MARTIN"})
    pair = [officer(), officer("instructeur")]
    start = threading.Barrier(2)
    told: list[Demande | Denied] = []

    def approve(who: Acteur) -> None:
        try:
            start.wait()
            told.append(demandes.answer(made.id, who, approve=True, now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=(who,)) for who in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one for one in told if isinstance(one, Denied)] == [Denied(errors_droits.DEMANDE_OVER)]
    assert Entree.objects.filter(event="droits:answer").count() == 1
    assert Entree.objects.filter(event="usager:rectify").count() == 1
