"""The register's services: a mandat is formed, replaced, used, revoked; each act is journaled."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from aidants.comptes.models import Compte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.journal.models import Entree
from aidants.structures.models import Structure
from mandats.consentement.ecran import consent_by_drawing
from mandats.domain import errors
from mandats.domain.perimetre import Perimetre
from mandats.registre.models import Autorisation, Brouillon, Mandat, Usager
from mandats.registre.selectors import state_of, usable_autorisations
from mandats.registre.services.brouillons import change_brouillon, freeze, identify
from mandats.registre.services.revoke import revoke_autorisation, revoke_mandat
from mandats.registre.services.sign import sign_mandat
from mandats.registre.services.suspend import resume_mandat, suspend_mandat
from mandats.registre.services.uses import declare_utilisation
from mandats.registre.services.volet import CodesVolet, check_code, renew_codes, renew_verification_code
from tests import builders
from tests.builders import NOW

Desk = tuple[Structure, Compte]


def events_about(subject: UUID) -> list[str]:
    """Return the journal's events about a subject, oldest first."""
    return list(Entree.objects.filter(subject_id=subject).order_by("id").values_list("event", flat=True))


@pytest.fixture
def desk(db: None) -> Desk:
    place = builders.structure()
    return place, builders.aidant(place)


def test_sign_mandat_empties_the_brouillon_and_journals_the_acte(desk: Desk) -> None:
    place, who = desk
    builders.keys()
    brouillon = builders.consented(who, place, demarches=("logement", "social"))
    mandat = sign_mandat(brouillon.id, builders.acteur(who, place), NOW)
    assert isinstance(mandat, Mandat)
    brouillon.refresh_from_db()
    assert (brouillon.identity_sealed, brouillon.frozen_sealed, brouillon.signed_as) == (None, None, mandat)
    assert sorted(mandat.autorisations.values_list("demarche", flat=True)) == ["logement", "social"]
    assert events_about(mandat.id) == ["mandat:sign"]
    assert mandat.documents.get().kind == "signature"
    assert mandat.reference == brouillon.reference


@pytest.mark.writes("mandat:sign_refused")
def test_sign_mandat_refuses_without_consent(desk: Desk) -> None:
    place, who = desk
    builders.keys()
    doer = builders.acteur(who, place)
    brouillon = builders.brouillon(who, place)
    identify(brouillon.id, builders.IDENTITE, builders.PREUVE, doer, NOW)
    assert sign_mandat(brouillon.id, doer, NOW) == Denied(errors.NOT_CONSENTED)
    assert events_about(brouillon.id)[-1] == "mandat:sign_refused"
    assert not Mandat.objects.exists()


def test_change_brouillon_makes_the_consent_fall(desk: Desk) -> None:
    place, who = desk
    doer = builders.acteur(who, place)
    brouillon = builders.consented(who, place)
    changed = change_brouillon(
        brouillon.id,
        doer,
        Perimetre(({"code": "justice", "formalites": []},), "J1"),
        NOW,
        shown_for=doer.known_structure_id,
    )
    assert isinstance(changed, Brouillon)
    assert sign_mandat(brouillon.id, doer, NOW) == Denied(errors.NOT_CONSENTED)


def test_consent_to_another_text_is_refused(desk: Desk) -> None:
    place, who = desk
    doer = builders.acteur(who, place)
    brouillon = builders.brouillon(who, place)
    identify(brouillon.id, builders.IDENTITE, builders.PREUVE, doer, NOW)
    freeze(brouillon.id, doer, NOW)
    verdict = consent_by_drawing(brouillon.id, builders.signature_png(), "0" * 64, doer, NOW)
    assert verdict == Denied(errors.TEXT_CHANGED)


def test_minor_is_refused_and_leaves_no_name(desk: Desk) -> None:
    place, who = desk
    doer = builders.acteur(who, place)
    brouillon = builders.brouillon(who, place)
    minor = builders.identite(birthdate="2008-11-23")
    assert identify(brouillon.id, minor, builders.PREUVE, doer, NOW) == Denied(errors.MINOR)
    assert not Brouillon.objects.exists()
    refused = Entree.objects.latest("id")
    assert (refused.event, refused.subject_id) == ("brouillon:identify_refused", None)


@pytest.mark.writes("autorisation:replace")
def test_a_new_mandat_replaces_and_says_so(desk: Desk) -> None:
    place, who = desk
    person = builders.identite()
    first = builders.mandat(who, place, person, demarches=("logement", "social"))
    second = builders.mandat(who, place, person, now=NOW + timedelta(hours=1), demarches=("logement",))
    old = first.autorisations.get(demarche="logement")
    assert (old.motif, old.replaced_by) == ("remplacement", second.autorisations.get())
    assert first.autorisations.get(demarche="social").ended_at is None
    assert events_about(first.id) == ["mandat:sign", "autorisation:replace"]
    assert Usager.objects.count() == 1


def test_an_expired_mandat_is_closed_as_expired_not_replaced(desk: Desk) -> None:
    place, who = desk
    person = builders.identite()
    first = builders.mandat(who, place, person, duree="J1")
    builders.mandat(who, place, person, now=NOW + timedelta(days=3))
    old = first.autorisations.get()
    assert (old.motif, old.ended_at) == ("terme", first.expires_at)


def test_the_database_refuses_two_standing_autorisations(desk: Desk) -> None:
    place, who = desk
    person = builders.identite()
    first = builders.mandat(who, place, person, demarches=("logement",))
    second = builders.mandat(who, place, person, demarches=("social",))
    with pytest.raises(IntegrityError, match="autorisation_one_standing"), transaction.atomic():
        Autorisation.objects.filter(mandat=second).update(demarche="logement")
    assert first.autorisations.get().ended_at is None


def test_revoke_mandat_stops_uses_from_that_second(desk: Desk, query_count: Any) -> None:
    place, who = desk
    doer = builders.acteur(who, place)
    mandat = builders.mandat(who, place)
    autorisation = mandat.autorisations.get()
    with query_count(1):
        assert builders.decided_use(autorisation.id, acteur=doer, now=NOW)
    assert revoke_mandat(mandat.id, doer, way="aidant", now=NOW)
    assert builders.decided_use(autorisation.id, acteur=doer, now=NOW) == Denied(errors.AUTORISATION_ENDED)
    mandat.refresh_from_db()
    assert state_of(mandat, NOW) == "termine"
    assert revoke_mandat(mandat.id, doer, way="aidant", now=NOW) == Denied(errors.ALREADY_ENDED)
    assert events_about(mandat.id) == ["mandat:sign", "mandat:revoke", "mandat:revoke_refused"]


def test_revoke_autorisation_ends_the_mandat_with_its_last_one(desk: Desk) -> None:
    place, who = desk
    doer = builders.acteur(who, place)
    mandat = builders.mandat(who, place, demarches=("logement", "social"))
    for demarche, ended in (("logement", False), ("social", True)):
        row = mandat.autorisations.get(demarche=demarche)
        assert revoke_autorisation(row.id, doer, way="aidant", now=NOW)
        mandat.refresh_from_db()
        assert (mandat.ended_at is not None) is ended


def test_a_foreign_structure_reaches_nothing(desk: Desk) -> None:
    place, who = desk
    elsewhere = builders.structure("Ailleurs", siret="99999910500029")
    stranger = builders.acteur(builders.aidant(elsewhere), elsewhere)
    mandat = builders.mandat(who, place)
    row = mandat.autorisations.get()
    assert revoke_mandat(mandat.id, stranger, way="aidant", now=NOW) == Denied(errors.AUTORISATION_UNKNOWN)
    assert not builders.decided_use(row.id, acteur=stranger, now=NOW)
    usable = usable_autorisations(stranger, demarches=None, query="", now=NOW)
    assert list(usable) == []
    use = declare_utilisation(
        row.id, stranger, channel="telephone", body="CAF", description="appel", used_on=NOW.date(), now=NOW
    )
    assert use == Denied(errors.AUTORISATION_UNKNOWN)


def test_usable_autorisations_are_found_by_the_start_of_a_name(desk: Desk) -> None:
    place, who = desk
    doer = builders.acteur(who, place)
    builders.mandat(who, place, builders.identite(family_name="D’ALMÉIDA"))
    builders.mandat(who, place, builders.identite(family_name="BERNARD"))
    for query, found in (("d alm", 1), ("D'ALMEIDA", 1), ("angela bern", 1), ("zzz", 0), ("", 2)):
        rows = usable_autorisations(doer, demarches={"logement"}, query=query, now=NOW)
        assert len(rows) == found, query


def test_codes_are_kept_as_digests_and_end_when_printed_again(desk: Desk) -> None:
    place, who = desk
    doer = builders.acteur(who, place)
    mandat = builders.mandat(who, place)
    first = renew_codes(mandat.id, doer, NOW)
    assert isinstance(first, CodesVolet)
    assert check_code(mandat.id, "revocation", first.revocation, NOW)
    assert not check_code(mandat.id, "verification", first.revocation, NOW)
    assert first.revocation not in repr(first)
    renew_codes(mandat.id, doer, NOW)
    assert not check_code(mandat.id, "revocation", first.revocation, NOW)
    assert not check_code(None, "revocation", first.revocation, NOW)


def test_two_aidants_sign_the_same_brouillon_at_once(committed_db: str) -> None:
    place = builders.structure()
    pair = [builders.aidant(place), builders.aidant(place)]
    builders.keys()
    brouillon = builders.consented(pair[0], place)
    start = threading.Barrier(2)
    results: list[Mandat | Denied] = []

    def sign(who: Compte) -> None:
        try:
            start.wait()
            results.append(sign_mandat(brouillon.id, builders.acteur(who, place), NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=(who,)) for who in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    signed = [result for result in results if isinstance(result, Mandat)]
    assert len(signed) == 1
    assert [result for result in results if isinstance(result, Denied)] == [Denied(errors.BROUILLON_GONE)]
    assert events_about(signed[0].id) == ["mandat:sign"]
    assert events_about(brouillon.id)[-1] == "mandat:sign_refused"


@pytest.mark.writes("code:refuse")
def test_each_refusal_of_a_suspension_a_resumption_or_a_code_is_journaled(desk: Desk) -> None:
    place, who = desk
    doer, signed = builders.acteur(who, place), builders.mandat(who, place)
    usager = Acteur(Kind.USAGER, signed.usager_id)
    unknown = uuid4()
    assert not resume_mandat(signed.id, doer, way="aidant", now=NOW)
    assert not resume_mandat(signed.id, usager, way="page_usager", now=NOW)
    assert suspend_mandat(signed.id, doer, way="telephone", now=NOW)
    assert not suspend_mandat(signed.id, doer, way="telephone", now=NOW)
    assert not suspend_mandat(unknown, doer, way="telephone", now=NOW)
    assert not renew_codes(unknown, doer, NOW)
    assert not renew_verification_code(unknown, usager, NOW)
    told = Entree.objects.exclude(reason="").order_by("id").values_list("event", "reason", "subject_id")
    assert list(told) == [
        ("mandat:resume_refused", "mandat.autorisation_unknown", signed.id),
        ("mandat:resume_refused", "mandat.already_ended", signed.id),
        ("mandat:suspend_refused", "mandat.already_ended", signed.id),
        ("mandat:suspend_refused", "mandat.autorisation_unknown", None),
        ("code:refuse", "mandat.autorisation_unknown", None),
        ("code:refuse", "mandat.autorisation_unknown", None),
    ]
