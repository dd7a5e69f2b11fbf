"""Two acts at once on the same rows: the second sees what the first wrote, and none is given up in a ring of locks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from aidants.domain.acteur import SYSTEME, Acteur, Kind
from aidants.domain.decisions import Denied
from mandats.domain import contact_errors
from mandats.domain.motifs import MotifDeFin
from mandats.droits import rapprochements
from mandats.registre.models import Autorisation, Mandat, Usager
from mandats.registre.services.ailleurs import end_elsewhere
from mandats.registre.services.contacts import EMAIL
from mandats.registre.services.contacts_bureau import change_contact
from mandats.registre.services.many import revoke_all
from mandats.registre.services.rectify import rectify_usager
from mandats.registre.services.revoke import revoke_mandat
from mandats.registre.services.sign import sign_mandat
from mandats.registre.texts import REMPLACER
from tests import builders
from tests.together import wait_for_locks

NOW = builders.NOW


def test_a_contact_that_somebody_takes_meanwhile_is_not_rectified_onto_another(committed_db: str) -> None:
    place = builders.structure()
    who, wanted = builders.aidant(place), "commune@laposte.net"
    first = builders.mandat(who, place, builders.identite(sub_digest="1" * 64)).usager
    second = builders.mandat(who, place, builders.identite(sub_digest="2" * 64, email="deux@example.org")).usager
    doer = Acteur(Kind.USAGER, first.id)
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            assert change_contact(first.id, EMAIL, wanted, None, doer, way="page_usager", now=NOW)
            later = threads.submit(_in_its_own, lambda: rectify_usager(second.id, {EMAIL: wanted}, SYSTEME, NOW))
            wait_for_locks(1)
        verdict = later.result()
    assert verdict == Denied(contact_errors.CONTACT_SHARED)
    assert Usager.objects.filter(email=wanted).count() == 1


def _two_records() -> tuple[Mandat, Mandat, Callable[[], Any]]:
    """Return the mandats of one person under two ``sub``, the older first, and the act that joins their records."""
    place = builders.structure()
    who = builders.aidant(place)
    before = builders.identite(sub_digest="1" * 64)
    after = replace(before, sub_digest="2" * 64, email="nouvelle@example.org")
    older = builders.mandat(who, place, before, now=NOW)
    newer = builders.mandat(who, place, after, now=NOW + timedelta(minutes=1))
    (row,) = rapprochements.propose_merge(after, way="brouillon", now=NOW)
    doer = builders.acteur(builders.compte(), place)
    return older, newer, lambda: rapprochements.merge(row.id, doer, NOW + timedelta(hours=1))


@pytest.mark.parametrize("written", ["before", "while it waits"])
def test_joining_two_records_leaves_an_end_that_was_being_written_as_it_was(committed_db: str, written: str) -> None:
    older, _, joins = _two_records()
    doer, now = builders.acteur(older.aidant, older.structure), NOW + timedelta(minutes=2)

    def ends() -> None:
        assert revoke_mandat(older.id, doer, way="aidant", now=now)

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            Mandat.objects.select_for_update().get(pk=older.pk)
            if written == "before":
                ends()
            joined = threads.submit(_in_its_own, joins)
            wait_for_locks(1)
            if written != "before":
                ends()
        assert joined.result()
    older.refresh_from_db()
    assert (older.ended_at, older.motif) == (now, MotifDeFin.REVOCATION)
    ended = set(older.autorisations.values_list("ended_at", "motif", "replaced_by"))
    assert ended == {(now, MotifDeFin.REVOCATION, None)}
    assert Autorisation.objects.filter(ended_at=None).exists()
    assert Mandat.objects.values("usager").distinct().count() == 1


def test_a_mandat_that_replaces_one_being_ended_waits_for_it_and_is_concluded(committed_db: str) -> None:
    """Who ends a mandat holds it, then writes an avis that names the usager, whom who signs holds meanwhile."""
    place, now = builders.structure(), timezone.now()
    builders.keys()
    who, person = builders.aidant(place), builders.identite()
    doer = builders.acteur(who, place)
    older = builders.mandat(who, place, person, now=now)
    ready = builders.consented(who, place, person, now=now)
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            Mandat.objects.select_for_update().get(pk=older.pk)
            signed = threads.submit(_in_its_own, lambda: sign_mandat(ready.id, doer, now))
            wait_for_locks(1)
            assert revoke_mandat(older.id, doer, way="aidant", now=now)
        assert isinstance(signed.result(), Mandat)
    older.refresh_from_db()
    assert older.motif == MotifDeFin.REVOCATION


def test_stopping_all_while_others_are_replaced_meets_no_ring(committed_db: str) -> None:
    """The stop holds the older one and wants the newer; whoever replaces wants both too, and asks in the same order."""
    person, now = builders.identite(), timezone.now()
    builders.keys()
    places = [builders.structure(), builders.structure("Ailleurs", siret="99999920400012")]
    made = [builders.mandat(builders.aidant(place), place, person, now=now) for place in places]
    older, newer = sorted(made, key=lambda one: one.id)
    Mandat.objects.filter(pk=newer.pk).update(elsewhere=REMPLACER)
    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic():
            Mandat.objects.select_for_update().get(pk=older.pk)
            stops = threads.submit(_in_its_own, lambda: revoke_all(older.usager_id, way="page_usager", now=now))
            wait_for_locks(1)
            replaces = threads.submit(_in_its_own, lambda: end_elsewhere(now))
            wait_for_locks(2)
        assert (stops.result(), replaces.result()) == (2, 0)
    assert set(Mandat.objects.values_list("motif", flat=True)) == {MotifDeFin.REVOCATION}
    assert not Mandat.objects.filter(elsewhere_done_at=None, elsewhere=REMPLACER).exists()


def _in_its_own(act: Callable[[], Any]) -> Any:
    """Run an act in this thread, in a transaction and on a connection of its own."""
    try:
        with transaction.atomic():
            return act()
    finally:
        connection.close()
