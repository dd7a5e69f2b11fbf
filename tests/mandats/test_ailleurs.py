"""What the usager decides about other structures: nobody at the desk learns anything, and only « remplacer » ends."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aidants.domain.decisions import Denied
from aidants.envois.models import Envoi
from aidants.envois.outbox import message_of
from aidants.journal.models import Entree
from aidants.structures.models import Affectation
from mandats.domain import errors, perimetre_errors
from mandats.domain.identite import Identite, PreuveIdentite
from mandats.registre.models import Avis, Brouillon, Mandat
from mandats.registre.services.ailleurs import choose_elsewhere, cite, end_elsewhere
from mandats.registre.services.brouillons import freeze, identify
from mandats.registre.services.volet import CodesVolet, renew_codes
from mandats.registre.texts import acte_in
from tests import builders
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text

SEEN = PreuveIdentite(kind="piece_vue", level="", sub_digest="")


@pytest.fixture
def desk(db: None) -> Desk:
    builders.keys()
    return pages_desk.desk()


@pytest.fixture
def elsewhere(db: None) -> Desk:
    there = pages_desk.desk("Médiathèque voisine", siret="99999930300013", time_zone="Indian/Reunion")
    referent = builders.compte("referente@mediatheque.example")
    Affectation.objects.create(compte=referent, structure=there.place, is_referent=True, started_at=builders.NOW)
    return there


def _signed(desk: Desk, brouillon: Brouillon) -> Mandat:
    return builders.sign_identified(brouillon, desk.who, desk.place, timezone.now())


def test_only_remplacer_ends_the_others_from_the_services_notice(desk: Desk, elsewhere: Desk) -> None:
    person = builders.identite()
    theirs, mine = elsewhere.mandat(person), desk.mandat(person, demarches=("justice",))
    brouillon = desk.identified(person)
    kept = _signed(desk, brouillon)
    end_elsewhere(timezone.now())
    theirs.refresh_from_db()
    assert theirs.ended_at is None
    brouillon = desk.identified(person)
    desk.client.post(f"/mandats/brouillons/{brouillon.id}/autres-structures", {"choix": "remplacer"})
    signed = _signed(desk, brouillon)
    theirs.refresh_from_db()
    assert theirs.ended_at is None
    assert (signed.elsewhere, dict(acte_in(signed.acte).appended)) == ("remplacer", {"elsewhere": '"remplacer"'})
    assert "les mandats que vous auriez confiés à d’autres structures" in signed.frozen_text
    assert end_elsewhere(timezone.now()) == 1
    for one, ended in ((theirs, True), (mine, False), (signed, False)):
        one.refresh_from_db()
        assert (one.ended_at is not None) is ended
    assert theirs.motif == "remplacement"
    assert kept.elsewhere == ""
    assert end_elsewhere(timezone.now()) == 0


def test_the_other_structure_learns_an_end_and_nothing_else(desk: Desk, elsewhere: Desk) -> None:
    person = builders.identite()
    theirs = elsewhere.mandat(person)
    brouillon = desk.identified(person)
    choose_elsewhere(brouillon.id, desk.acteur, replace=True, now=timezone.now())
    new = _signed(desk, brouillon)
    end_elsewhere(timezone.now())
    sent = [message_of(one) for one in Envoi.objects.filter(purpose="fin_structure")]
    assert [one.to for one in sent if one] == ["referente@mediatheque.example"]
    entry = Entree.objects.get(subject_id=theirs.id, event="mandat:replace_elsewhere")
    page = text(elsewhere.client.get(f"/mandats/{theirs.id}"))
    for told in (sent[0].text if sent[0] else "", bytes(entry.body).decode(), page):
        assert new.reference not in told
        assert desk.place.name not in told
        assert str(desk.place.id) not in told
    assert entry.structure_id == elsewhere.place.id
    assert Avis.objects.get(mandat=theirs, kind="fin").key == f"fin:{theirs.id}"


def test_the_desk_sees_the_same_whether_or_not_there_are_any(desk: Desk, elsewhere: Desk) -> None:
    somebody, nobody = builders.identite(), builders.identite()
    elsewhere.mandat(somebody)
    pages, counts = [], []
    for person in (somebody, nobody):
        brouillon = desk.identified(person)
        path = f"/mandats/brouillons/{brouillon.id}"
        desk.client.post(f"{path}/autres-structures", {"choix": "remplacer"})
        page = text(desk.client.get(f"{path}/recapitulatif")).replace(str(brouillon.id), "")
        pages.append(_TOKENS.sub("", page.replace(brouillon.reference, "")))
        with CaptureQueriesContext(connection) as found:
            assert _signed(desk, brouillon).elsewhere == "remplacer"
        counts.append([_shape(one["sql"]) for one in found])
    assert pages[0] == pages[1]
    # Only the usager's own row differs: it was there already.
    assert len(counts[0]) <= len(counts[1])
    assert not [sql for sql in counts[0] if sql not in counts[1] and not sql.startswith('UPDATE "usager"')]


_TOKENS = re.compile(r'value="[A-Za-z0-9]{64}"|nonce="[^"]*"')


def _shape(sql: str) -> str:
    # Names of savepoints and keys of locks differ from one act to the next.
    return re.sub(r"\"s\d+_x\d+\"|\{-?[\d,-]+\}", "", " ".join(sql.split()[:4]))


@pytest.mark.writes("brouillon:elsewhere")
def test_another_persons_choice_is_forgotten_with_their_name(desk: Desk) -> None:
    brouillon = desk.identified()
    choose_elsewhere(brouillon.id, desk.acteur, replace=True, now=timezone.now())
    desk.client.post(f"/mandats/brouillons/{brouillon.id}/ce-nest-pas-moi")
    brouillon.refresh_from_db()
    assert brouillon.elsewhere == ""


def test_a_document_seen_at_the_desk_replaces_nothing_elsewhere(desk: Desk) -> None:
    brouillon = desk.brouillon()
    assert identify(brouillon.id, builders.identite(sub_digest=""), SEEN, desk.acteur, timezone.now())
    refused = choose_elsewhere(brouillon.id, desk.acteur, replace=True, now=timezone.now())
    assert refused == Denied(errors.NO_IDENTITY)
    assert "autres-structures" not in text(desk.client.get(f"/mandats/brouillons/{brouillon.id}/recapitulatif"))


@pytest.mark.writes("brouillon:cite", "mandat:replace_elsewhere")
def test_transfer_by_reference_and_franceconnect(desk: Desk, elsewhere: Desk) -> None:
    person = builders.identite()
    old, other = elsewhere.mandat(person), elsewhere.mandat(builders.identite())
    brouillon = desk.identified(person)
    address = f"/mandats/brouillons/{brouillon.id}/ancien-mandat"
    wrong = desk.client.post(address, {"reference": other.reference})
    assert (wrong.status_code, perimetre_errors.CITATION_REFUSED.message in text(wrong)) == (422, True)
    assert desk.client.post(address, {"reference": old.reference.lower()}).status_code == 302
    new = _signed(desk, brouillon)
    acte = acte_in(new.acte)
    assert dict(acte.appended) == {"cites": f'"{old.reference}"'}
    assert f"prend la suite du mandat {old.reference}" in new.frozen_text
    assert end_elsewhere(timezone.now()) == 1
    old.refresh_from_db()
    other.refresh_from_db()
    assert (old.motif, other.ended_at) == ("remplacement", None)


@pytest.mark.parametrize(
    ("who", "code", "accepted"), [("same", True, True), ("same", False, False), ("another", True, False)]
)
def test_transfer_by_reference_and_code(desk: Desk, elsewhere: Desk, who: str, code: bool, accepted: bool) -> None:
    person = builders.identite(family_name="Lefèvre-Müller")
    old = elsewhere.mandat(person)
    codes = renew_codes(old.id, elsewhere.acteur, timezone.now())
    assert isinstance(codes, CodesVolet)
    seen: Identite = builders.identite(sub_digest="", family_name="LEFEVRE MULLER" if who == "same" else "Martin")
    brouillon = desk.brouillon()
    assert identify(brouillon.id, seen, SEEN, desk.acteur, timezone.now())
    given = codes.revocation if code else "0000 0000 0000 0000"
    verdict = cite(brouillon.id, desk.acteur, reference=old.reference, code=given, now=timezone.now())
    assert bool(verdict) is accepted
    brouillon.refresh_from_db()
    assert brouillon.cites == (old if accepted else None)


@pytest.mark.writes("brouillon:cite_refused")
def test_citing_is_tried_five_times_and_never_ones_own_structure(desk: Desk) -> None:
    person = builders.identite()
    own = desk.mandat(person)
    brouillon = desk.identified(person)
    now = timezone.now()
    for _ in range(5):
        assert cite(brouillon.id, desk.acteur, reference=own.reference, code="", now=now) == Denied(
            perimetre_errors.CITATION_REFUSED
        )
    assert cite(brouillon.id, desk.acteur, reference=own.reference, code="", now=now) == Denied(
        perimetre_errors.CITATION_TOO_MANY
    )


def test_a_mandat_given_after_the_choice_is_not_ended_by_it(desk: Desk, elsewhere: Desk) -> None:
    person = builders.identite()
    brouillon = desk.identified(person)
    choose_elsewhere(brouillon.id, desk.acteur, replace=True, now=timezone.now())
    _signed(desk, brouillon)
    later = builders.mandat(elsewhere.who, elsewhere.place, person, now=timezone.now() + timedelta(seconds=2))
    assert end_elsewhere(timezone.now() + timedelta(seconds=3)) == 0
    later.refresh_from_db()
    assert later.ended_at is None


def test_the_recap_says_what_is_shortened_or_narrowed(desk: Desk) -> None:
    person = builders.identite()
    old = desk.mandat(person, demarches=("logement", "social"), duree="J182")
    brouillon = desk.identified(person, demarches=("logement",), duree="J31")
    freeze(brouillon.id, desk.acteur, timezone.now())
    page = text(desk.client.get(f"/mandats/brouillons/{brouillon.id}/recapitulatif"))
    assert old.reference in page
    assert "Le nouveau finit plus tôt" in page
    assert "Le nouveau permet moins" not in page
    longer = desk.identified(person, demarches=("logement",), duree="J365", single_use=True)
    assert "Est-ce bien la même personne" in text(desk.client.get(f"/mandats/brouillons/{longer.id}/recapitulatif"))
    desk.client.post(f"/mandats/brouillons/{longer.id}/encore-moi")
    page = text(desk.client.get(f"/mandats/brouillons/{longer.id}/recapitulatif"))
    assert "Le nouveau finit plus tôt" not in page
    assert "Le nouveau permet moins" in page
    paying = builders.identite()
    desk.mandat(paying, reserved_acts=("paiement",))
    again = desk.identified(paying)
    assert "Le nouveau permet moins" in text(desk.client.get(f"/mandats/brouillons/{again.id}/recapitulatif"))
