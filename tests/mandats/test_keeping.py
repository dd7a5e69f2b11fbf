"""The end of keeping, with the clock moved: nothing of the person is left anywhere, and every proof still holds."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from aidants.domain.acteur import ANONYME, SYSTEME, Acteur, Kind
from aidants.domain.vault import seal
from aidants.envois.models import Envoi
from aidants.envois.outbox import post_email
from aidants.journal.models import Entree, Sel
from aidants.journal.proofs import proof_of
from aidants.journal.record import record
from aidants.journal.sequence import integrate, journal_signer
from aidants.journal.tlog_proof import Proof
from deploy.keeping import keep
from mandats.attestation.keys import published_keys
from mandats.attestation.verify import verify_bytes
from mandats.attestation.verify_pdf import Trust
from mandats.domain.avis import VOLET
from mandats.domain.conservation import years_after
from mandats.domain.events import MANDAT_SIGN, SCAN_ADD, VERIFICATION_ANSWER
from mandats.droits.rapprochements import propose_merge
from mandats.registre.models import (
    AccordContact,
    Autorisation,
    Avis,
    CodeUsager,
    Contestation,
    Correction,
    Document,
    Mandat,
    Usager,
    Utilisation,
    Verification,
)
from mandats.registre.papers import produce_document
from mandats.registre.selectors import mandat_by_reference, mandat_of, mandats_of
from mandats.registre.services.avis import announce
from mandats.registre.services.keep import archive_due, erase_usager
from mandats.registre.services.revoke import revoke_mandat
from mandats.registre.services.volet import renew_codes
from mandats.verification.usager_record import mandats_of_usager
from oidc.provider.models import PairwiseSubject
from tests import builders
from tests.builders import NOW
from tests.dump import places_of

PERSON = builders.identite(
    given_name="Perpétue Zénaïde",
    family_name="QUERBEZ-LUZARCHES",
    birthdate="1948-02-29",
    email="perpetue.zq@example.org",
    preferred_username="TOURNEBRIDE",
)
NEEDLES = [
    "Perpétue",
    "perpetue",
    "QUERBEZ",
    "TOURNEBRIDE",
    "1948-02-29",
    "29/02/1948",
    "29 février 1948",
    "+33611223344",
    "12 impasse des Lilas",
]


def by_the_person(mandat: Mandat) -> Acteur:
    return Acteur(Kind.USAGER, mandat.usager_id, role="usager")


def _looked_up_and_scanned(mandat: Mandat, doer: Acteur, at: datetime) -> None:
    """Keep a look-up and a signed sheet, each with its entry."""
    looked = Verification.objects.create(
        mandat=mandat, organisation="CAF, dossier QUERBEZ", way="page", demarche="logement", answer="couvre",
        receipt="QUERBEZ-LUZARCHES", idempotency_key="perpetue-1", created_at=at,
    )  # fmt: skip
    facts = {
        "verification": str(looked.id),
        "demarche": "logement",
        "answer": "couvre",
        "way": "page",
        "authenticated": False,
    }
    kept = {"sha256": "f" * 64, "version": 1}
    with transaction.atomic():
        record(
            VERIFICATION_ANSWER, acteur=ANONYME, at=at, subject=mandat.id, structure=mandat.structure_id, facts=facts
        )
        record(SCAN_ADD, acteur=doer, at=at, subject=mandat.id, structure=mandat.structure_id, facts=kept)
    Document.objects.create(
        mandat=mandat, kind="scan", content=b"QUERBEZ, sur papier", content_type="image/jpeg", sha256="f" * 64,
        created_by_id=doer.known_id, created_at=at,
    )  # fmt: skip


def lived(**fields: Any) -> Mandat:
    """Return a mandat that did all that writes about the person, in every table that may."""
    place = builders.structure("CCAS " + str(Mandat.objects.count()))
    who = builders.aidant(place)
    doer = builders.acteur(who, place)
    mandat = builders.mandat(who, place, PERSON, demarches=("logement",), **fields)
    Usager.objects.filter(pk=mandat.usager_id).update(
        telephone="+33611223344", postal_address="12 impasse des Lilas, 05000 Gap"
    )
    at = mandat.accepted_at
    Autorisation.objects.filter(mandat=mandat).update(formalites=["dossier de Mme QUERBEZ-LUZARCHES"])
    use = builders.utilisation(mandat, description="Appel pour Perpétue", body="Chez Mme QUERBEZ")
    Correction.objects.create(utilisation=use, aidant=who, reason="ce n’était pas Perpétue", created_at=at)
    Contestation.objects.create(
        utilisation=use, mandat=mandat, words="moi, Perpétue, je n’ai rien demandé", created_at=at,
        answer="Mme QUERBEZ a été rappelée", answered_by=who, answered_at=at,
    )  # fmt: skip
    _looked_up_and_scanned(mandat, doer, at)
    renew_codes(mandat.id, doer, at)
    announce(VOLET, Mandat.objects.get(pk=mandat.pk), at, key=f"vie:{mandat.id}")
    Envoi.objects.create(
        channel="email", purpose="essai", subject_id=mandat.id, created_at=at, next_try_at=at,
        sealed=seal("à Perpétue".encode(), settings.VAULT_KEYS),
    )  # fmt: skip
    PairwiseSubject.objects.get_or_create(
        kind="usager", subject_id=mandat.usager_id, sector="caf.example", value="x", key_version=1
    )
    return Mandat.objects.get(pk=mandat.pk)


def test_a_day_after_six_years_nothing_of_the_person_is_left_and_every_proof_holds(
    committed_db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mandat = lived()
    produce_document(mandat.id, SYSTEME, NOW)
    acte = mandat.acte.encode()
    propose_merge(builders.identite(**{**vars_of(PERSON), "sub_digest": "e" * 64}), way="usager", now=NOW)
    integrate(NOW)
    proof = str(proof_of(mandat.id, MANDAT_SIGN))
    digests = set(Document.objects.values_list("sha256", flat=True))
    seen = places_of(NEEDLES)
    assert {"usager.family_name", "mandat.acte", "document.content", "envoi.sealed", "avis.texte"} & seen
    assert {"mandat.acte", "usager.birthdate", "rapprochement.sealed"} <= seen

    late = years_after(mandat.expires_at, 6) + timedelta(days=1)
    keep(late)
    integrate(late)

    assert places_of(NEEDLES) == set()
    assert set(Document.objects.values_list("sha256", flat=True)) == digests
    assert not Sel.objects.filter(entree__subject_id__in=[mandat.id, mandat.usager_id]).exclude(
        entree__event__in=("mandat:erase", "usager:erase")
    )
    assert not PairwiseSubject.objects.filter(kind="usager").exists()
    builders.journal_rights()
    call_command("verify_journal")
    assert "tout concorde" in capsys.readouterr().out
    assert Proof.parse(proof).verify(journal_signer().verifier) > 0
    assert verify_bytes(acte, Trust(published_keys(late))).well
    told = list(Entree.objects.filter(subject_id=mandat.id).order_by("id").values_list("event", flat=True))
    assert told[-2:] == ["mandat:archive", "mandat:erase"]


def vars_of(person: Any) -> dict[str, Any]:
    return {name: getattr(person, name) for name in person.__dataclass_fields__}


@pytest.mark.django_db
def test_erasure_comes_at_the_second_and_not_before() -> None:
    mandat = lived()
    due = years_after(mandat.expires_at, 6)
    keep(due - timedelta(seconds=1))
    mandat.refresh_from_db()
    assert (mandat.erased_at, mandat.usager.family_name) == (None, "QUERBEZ-LUZARCHES")
    keep(due)
    mandat.refresh_from_db()
    assert (mandat.erased_at, mandat.usager.family_name, mandat.usager.erased_at) == (due, "", due)


@pytest.mark.django_db
def test_no_message_about_who_was_erased_leaves_afterwards() -> None:
    mandat = lived()
    due, usager = years_after(mandat.expires_at, 6), mandat.usager
    accord = AccordContact.objects.create(
        subject_id=usager.id, kind="email", contact_digest="0" * 64, asked_at=due, holder=usager
    )
    told = Avis.objects.create(
        usager=usager, key="essai", kind="essai", channel="email", objet="o", texte="t", created_at=due
    )
    waiting = [
        post_email("angela@example.org", "objet", "texte", purpose="essai", now=due, about=about)
        for about in (usager.id, accord.id, told.id)
    ]
    keep(due)
    assert Usager.objects.get(pk=usager.pk).erased_at == due
    assert not Envoi.objects.filter(pk__in=[one.pk for one in waiting]).exists()


@pytest.mark.django_db
def test_a_mandat_that_was_stopped_is_kept_from_its_end_and_not_from_its_term() -> None:
    mandat = lived(duree="J365")
    stopped = NOW + timedelta(days=3)
    revoke_mandat(mandat.id, by_the_person(mandat), way="page_usager", now=stopped)
    keep(years_after(stopped, 6))
    assert Mandat.objects.get(pk=mandat.pk).erased_at is not None


@pytest.mark.django_db
def test_of_several_mandats_each_goes_in_its_time_and_the_person_with_the_last() -> None:
    first, second = lived(), lived(now=NOW + timedelta(days=800))
    assert first.usager_id == second.usager_id
    keep(years_after(first.expires_at, 6))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.acte, bool(second.acte), second.usager.family_name) == ("", True, "QUERBEZ-LUZARCHES")
    assert [row.id for row in mandats_of_usager(first.usager_id, None)] == [second.id]
    assert mandat_by_reference(first.reference) is None
    keep(years_after(second.expires_at, 6))
    assert places_of(NEEDLES) == set()


@pytest.mark.django_db
def test_the_structure_sees_an_ended_mandat_for_a_year_then_the_archive_does() -> None:
    mandat = lived()
    year = mandat.expires_at + timedelta(days=365)
    assert archive_due(year - timedelta(seconds=1)) == 0
    assert mandat_of(mandat.structure_id, mandat.id, year - timedelta(seconds=1)) is not None
    assert archive_due(year) == 1
    assert mandat_of(mandat.structure_id, mandat.id, year) is None
    assert not mandats_of(mandat.structure_id, mandat.aidant_id, year).exists()
    assert [row.id for row in mandats_of_usager(mandat.usager_id, None)] == [mandat.id]


@pytest.mark.writes("usager:erase_contacts")
@pytest.mark.django_db
def test_after_three_years_codes_and_contacts_go_and_the_proof_stays() -> None:
    mandat = lived()
    edge = years_after(mandat.expires_at, 3)
    keep(edge - timedelta(seconds=1))
    assert CodeUsager.objects.filter(mandat=mandat).exists()
    assert Usager.objects.get().email
    keep(edge)
    usager = Usager.objects.get()
    assert (usager.email, usager.telephone, usager.postal_address) == ("", "", "")
    assert not CodeUsager.objects.filter(mandat=mandat).exists()
    assert (usager.family_name, bool(Mandat.objects.get().acte)) == ("QUERBEZ-LUZARCHES", True)
    assert Entree.objects.filter(event="usager:erase_contacts", subject_id=usager.id).exists()


@pytest.mark.django_db
def test_contacts_stay_while_another_mandat_is_younger() -> None:
    first = lived()
    lived(now=NOW + timedelta(days=800))
    keep(years_after(first.expires_at, 3))
    assert Usager.objects.get().email


@pytest.mark.django_db
def test_an_end_on_29_february_is_kept_until_the_last_day_of_february() -> None:
    end = datetime(2028, 2, 29, 10, tzinfo=UTC)
    mandat = lived(now=datetime(2028, 2, 20, tzinfo=UTC))
    revoke_mandat(mandat.id, by_the_person(mandat), way="page_usager", now=end)
    keep(datetime(2034, 2, 28, 9, 59, 59, tzinfo=UTC))
    assert Mandat.objects.get().erased_at is None
    keep(datetime(2034, 2, 28, 10, tzinfo=UTC))
    assert Mandat.objects.get().erased_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lie",
    [
        lambda row: Usager.objects.filter(pk=row.usager_id).update(family_name="REVENUE"),
        lambda row: Usager.objects.filter(pk=row.usager_id).update(email="revenue@example.org"),
        lambda row: Usager.objects.filter(pk=row.usager_id).update(erased_at=None),
        lambda row: Mandat.objects.filter(pk=row.pk).update(acte="autre"),
        lambda row: Mandat.objects.filter(pk=row.pk).update(erased_at=None),
        lambda row: Document.objects.filter(mandat=row).update(content=b"autre"),
        lambda row: Document.objects.filter(mandat=row).update(erased_at=None),
    ],
)
def test_the_database_lets_no_erased_row_lie(lie: Callable[[Mandat], object]) -> None:
    mandat = lived()
    keep(years_after(mandat.expires_at, 6))
    with pytest.raises(IntegrityError), transaction.atomic():
        lie(mandat)


def test_a_row_emptied_without_its_entry_is_told_by_verify_journal(
    committed_db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mandat = lived()
    at = mandat.expires_at
    Mandat.objects.filter(pk=mandat.pk).update(
        acte="", frozen_text="", summary="", erased_at=at, archived_at=at, ended_at=at, motif="terme"
    )
    with pytest.raises(SystemExit):
        call_command("verify_journal")
    assert "disagree on its erasure" in capsys.readouterr().err


@pytest.mark.writes("mandat:erase", "usager:erase")
def test_erasing_races_a_new_mandat_of_the_same_person(committed_db: str) -> None:
    old = lived()
    due = years_after(old.expires_at, 6)
    place = builders.structure("Mairie")
    who = builders.aidant(place)
    start = threading.Barrier(2)
    made: list[Mandat] = []

    def erase() -> None:
        try:
            start.wait()
            erase_usager(old.usager_id, SYSTEME, due)
        finally:
            connection.close()

    def sign() -> None:
        try:
            start.wait()
            made.append(builders.mandat(who, place, PERSON, now=due))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for run in (erase, sign)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    new = Mandat.objects.select_related("usager").get(pk=made[0].pk)
    old.refresh_from_db()
    assert old.erased_at == due
    assert (new.usager.family_name, new.usager.sub_digest) == ("QUERBEZ-LUZARCHES", PERSON.sub_digest)
    if new.usager_id != old.usager_id:
        assert old.usager.erased_at == due
    assert Utilisation.objects.get(mandat=old).description == ""
