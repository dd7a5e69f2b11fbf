"""Reads compiled once give what their queryset gives, whatever the parameters and whoever asks."""

import threading
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aidants.compiled import CompiledInsert, CompiledRead
from aidants.comptes.models import Appareil
from aidants.domain.acteur import Acteur, Kind
from mandats.registre.models import Autorisation
from mandats.registre.selectors import annotated_autorisations, facts_of
from tests import builders


def _rows(autorisation_id, compte_id):
    doer = Acteur(Kind.COMPTE, compte_id)
    return annotated_autorisations(doer).defer("mandat__acte").filter(pk=autorisation_id)


def _got(read: CompiledRead[Autorisation], *values: UUID) -> Any:
    found = read.first(*values)
    assert found is not None
    return found


def _desk():
    place = builders.structure()
    who = builders.aidant(place)
    signed = builders.mandat(who, place, demarches=("logement", "argent"))
    return who, list(signed.autorisations.order_by("demarche"))


@pytest.mark.django_db
def test_each_call_takes_its_own_parameters_and_one_query(query_count):
    read = CompiledRead(_rows, UUID(int=1), UUID(int=2))
    who, (first, second) = _desk()
    stranger = builders.compte()
    with query_count(4):
        found = [_got(read, row.id, who.id) for row in (first, second)]
        seen_by_stranger = _got(read, first.id, stranger.id)
        unknown = read.first(UUID(int=7), who.id)
    assert [row.demarche for row in found] == [first.demarche, second.demarche]
    assert (found[0].actor_is_aidant, found[0].aidant_habilite) == (True, True)
    assert (seen_by_stranger.actor_is_aidant, seen_by_stranger.aidant_habilite) == (False, False)
    assert unknown is None


@pytest.mark.django_db
def test_the_object_is_the_querysets_own_with_all_that_was_joined(query_count):
    read = CompiledRead(_rows, UUID(int=1), UUID(int=2))
    who, (first, _) = _desk()
    now = timezone.now()
    expected = _rows(first.id, who.id).get()
    with query_count(1):
        found = _got(read, first.id, who.id)
        assert facts_of(found, now) == facts_of(expected, now)
        assert (found.usager.email, found.structure.name) == (expected.usager.email, expected.structure.name)
        assert found.formalites == expected.formalites == []
        assert found.mandat.identified_at == expected.mandat.identified_at
    assert found.mandat.get_deferred_fields() == {"acte"}
    assert isinstance(found, Autorisation)
    assert found == expected


@pytest.mark.django_db
def test_all_rows_come_in_the_querysets_order_and_limits(query_count):
    read = CompiledRead(lambda pk: Autorisation.objects.filter(mandat=pk).order_by("-demarche")[:2], UUID(int=1))
    _, (first, second) = _desk()
    with query_count(1):
        found = read.all(first.mandat_id)
    assert found == [second, first]
    assert [row.demarche for row in found] == ["logement", "argent"]
    assert read.all(UUID(int=7)) == []


@pytest.mark.django_db
def test_a_lock_asked_by_the_queryset_is_taken():
    read = CompiledRead(lambda pk: Autorisation.objects.select_for_update().filter(pk=pk), UUID(int=1))
    _, (first, _) = _desk()
    with CaptureQueriesContext(connection) as captured:
        read.first(first.id)
    assert "FOR UPDATE" in captured[0]["sql"]


@pytest.mark.django_db
def test_values_come_as_django_reads_them_and_no_object_is_made(query_count):
    def build(mandat_id):
        rows = Autorisation.objects.filter(mandat=mandat_id).order_by("demarche")
        return rows.values_list("demarche", "id", "formalites", "mandat__reference")

    read = CompiledRead(build, UUID(int=1))
    _, (first, second) = _desk()
    with query_count(1):
        found = read.values(first.mandat_id)
    assert [tuple(row) for row in found] == list(build(first.mandat_id))
    assert found[1][:3] == ["logement", second.id, []]
    with pytest.raises(TypeError, match="no objects"):
        read.first(first.mandat_id)


@pytest.mark.django_db
def test_a_row_is_written_whole_by_one_statement(query_count):
    write, now = CompiledInsert(Appareil), timezone.now()
    rows = [Appareil(compte=builders.compte(), digest=digest * 64, last_seen_at=now) for digest in "ab"]
    with query_count(2):
        assert [write.write(row) for row in rows] == rows
    for row in rows:
        kept = Appareil.objects.get(pk=row.pk)
        assert (kept.compte_id, kept.digest, kept.last_seen_at) == (row.compte_id, row.digest, now)
        assert not row._state.adding


@pytest.mark.django_db
def test_the_database_still_refuses_what_breaks_its_rules():
    write, now = CompiledInsert(Appareil), timezone.now()
    row = Appareil(compte=builders.compte(), digest="a" * 64, last_seen_at=now)
    write.write(row)
    with pytest.raises(IntegrityError), transaction.atomic():
        write.write(Appareil(compte=row.compte, digest="a" * 64, last_seen_at=now))


def test_what_one_thread_compiled_serves_another_ones_connection(committed_db):
    read = CompiledRead(_rows, UUID(int=1), UUID(int=2))
    who, (first, _) = _desk()
    assert read.first(first.id, who.id)
    found = []

    def elsewhere():
        found.append(read.first(first.id, who.id))
        connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [first]
