"""Renewal by the usager's act alone; the coming end told once; the figures of autonomy."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aidants.domain.decisions import Denied
from aidants.journal.models import Entree
from mandats.domain import perimetre_errors
from mandats.registre.models import Avis, Brouillon, Mandat
from mandats.registre.releve import releve_of
from mandats.registre.services.brouillons import identify
from mandats.registre.services.renew import announce_expiring
from mandats.registre.services.revoke import revoke_mandat
from mandats.registre.services.sign import sign_mandat
from tests import builders
from tests.mandats import consent_desk as ways
from tests.mandats import pages_desk
from tests.mandats.pages_desk import Desk, text
from tests.mandats.pdf_readers import words_of


@pytest.fixture
def desk(db: None) -> Desk:
    builders.keys()
    return pages_desk.desk()


def renewed(desk: Desk, mandat: Mandat, **levels: str) -> Brouillon:
    """Return the brouillon that the renewal page opens."""
    given = {"present": "oui"} | {f"autonomie_{code}": level for code, level in levels.items()}
    answer = desk.client.post(f"/mandats/{mandat.id}/renouveler", given)
    brouillon = Brouillon.objects.get(renews=mandat)
    assert answer["Location"] == f"/mandats/brouillons/{brouillon.id}/carte"
    return brouillon


def test_renewal_starts_from_the_card_with_what_the_person_does_not_do_alone(desk: Desk) -> None:
    person = builders.identite()
    old = desk.mandat(person, demarches=("famille", "logement", "social"), duree="J182", reserved_acts=("paiement",))
    assert f"/mandats/{old.id}/renouveler" in text(desk.client.get(f"/mandats/{old.id}"))
    brouillon = renewed(desk, old, famille="seule", logement="aide", social="pas_encore")
    assert [one["code"] for one in brouillon.demarches] == ["social", "logement"]
    assert (brouillon.duree, brouillon.reserved_acts, brouillon.card_read_at) == ("J182", ["paiement"], None)
    old.refresh_from_db()
    assert old.autonomy == {"famille": "seule", "logement": "aide", "social": "pas_encore"}
    entry = Entree.objects.get(subject_id=old.id, event="mandat:autonomy")
    assert b'"aide":1,"pas_encore":1,"seule":1' in bytes(entry.body)
    desk.client.post(f"/mandats/brouillons/{brouillon.id}/carte", {"reponse": "aucune"})
    now = timezone.now()
    stranger = identify(brouillon.id, builders.identite(given_name="Zoé"), builders.PREUVE, desk.acteur, now)
    assert stranger == Denied(perimetre_errors.RENEWAL_OTHER_PERSON)
    assert identify(brouillon.id, person, builders.PREUVE, desk.acteur, now)
    new = builders.sign_identified(brouillon, desk.who, desk.place, now)
    assert new.renews == old
    old.refresh_from_db()
    assert old.ended_at is None
    assert sorted(old.autorisations.filter(ended_at__isnull=True).values_list("demarche", flat=True)) == ["famille"]


@pytest.mark.parametrize("now_by", ["piece_vue", "franceconnect"])
def test_the_renewal_of_who_showed_a_document_says_what_it_replaces_and_ends_it(desk: Desk, now_by: str) -> None:
    """The person may be under another record by now; the mandat that is renewed never stands beside the new one."""
    first = ways.by_document(desk)
    ways.draws(desk, first)
    old = ways.accepts(desk, first)
    brouillon = renewed(desk, old, logement="aide")
    desk.client.post(f"/mandats/brouillons/{brouillon.id}/carte", {"reponse": "aucune"})
    if now_by == "piece_vue":
        assert ways.show_document(desk, brouillon).status_code == 302
    else:
        same = builders.identite(given_name="Odette Marie", family_name="FÉVRIER", birthdate="1944-10-08")
        assert identify(brouillon.id, same, builders.PREUVE, desk.acteur, timezone.now())
    desk.client.post(f"/mandats/brouillons/{brouillon.id}/encore-moi")
    page = text(desk.client.get(f"/mandats/brouillons/{brouillon.id}/recapitulatif"))
    assert "Ce mandat remplacera" in page
    assert old.reference in page
    builders.sign_identified(brouillon, desk.who, desk.place, timezone.now())
    old.refresh_from_db()
    assert (old.motif, old.autorisations.filter(ended_at__isnull=True).count()) == ("remplacement", 0)


@pytest.mark.writes("mandat:renew_refused")
def test_an_aidant_alone_gets_403_and_a_journal_entry(desk: Desk) -> None:
    old = desk.mandat()
    answer = desk.client.post(f"/mandats/{old.id}/renouveler", {"present": "non"})
    assert answer.status_code == 403
    assert "Renouvellement impossible sans la personne" in text(answer)
    assert not Brouillon.objects.filter(renews=old).exists()
    brouillon = renewed(desk, old, logement="aide")
    answer = desk.client.post(f"/mandats/brouillons/{brouillon.id}/acceptation", {"code": desk.code()})
    assert answer.status_code == 403
    refused = Entree.objects.filter(subject_id=old.id, event="mandat:renew_refused")
    assert [one.reason for one in refused] == [perimetre_errors.RENEWAL_NEEDS_USAGER.code] * 2
    before = old.expires_at
    assert sign_mandat(brouillon.id, desk.acteur, timezone.now()) == Denied(perimetre_errors.RENEWAL_NEEDS_USAGER)
    old.refresh_from_db()
    assert old.expires_at == before
    assert Mandat.objects.count() == 1


@pytest.mark.writes("mandat:autonomy")
def test_nothing_is_renewed_of_what_the_person_does_alone(desk: Desk) -> None:
    old = desk.mandat(demarches=("logement",))
    answer = desk.client.post(f"/mandats/{old.id}/renouveler", {"present": "oui", "autonomie_logement": "seule"})
    assert answer["Location"] == f"/mandats/{old.id}"
    old.refresh_from_db()
    assert old.autonomy == {"logement": "seule"}
    assert not Brouillon.objects.filter(renews=old).exists()


def test_the_releve_shows_what_the_person_now_does_alone(desk: Desk, query_count) -> None:
    """The last answer of each demarche, on screen, on paper, on the person's own page; nothing before the answer."""
    old = desk.mandat(demarches=("famille", "logement", "social"))
    address = f"/mandats/{old.id}/releve"
    assert "fait maintenant" not in text(desk.client.get(address))
    renewed(desk, old, famille="pas_encore", logement="aide", social="seule")
    Mandat.objects.filter(pk=old.pk).update(autonomy_at=timezone.now() - timedelta(days=2))
    later = desk.mandat(demarches=("famille",))
    told = {"usager": old.usager, "autonomy": {"famille": "seule"}, "autonomy_at": timezone.now()}
    Mandat.objects.filter(pk=later.pk).update(**told)
    page = text(desk.client.get(address))
    part = page[page.index("Ce que la personne fait maintenant") :]
    assert part.index("Famille - Scolarité") < part.index("Social - Santé") < part.index("Avec un peu d’aide")
    assert part.index("Avec un peu d’aide") < part.index("Logement")
    paper = words_of(desk.client.post(f"{address}/lettre").content)
    assert "Ce que vous faites maintenant seul : Famille - Scolarité" in paper
    today = timezone.localdate()
    before = today - timedelta(days=30)
    early = releve_of(old.usager, before, before, structure=desk.place)
    assert early.autonomie == []
    with query_count(2):
        found = releve_of(old.usager, before, today, structure=desk.place)
    assert [one.label for one in found.alone] == ["Famille - Scolarité", "Social - Santé"]


def test_the_question_is_asked_for_each_demarche(desk: Desk) -> None:
    old = desk.mandat(demarches=("logement", "social"))
    answer = desk.client.post(f"/mandats/{old.id}/renouveler", {"present": "oui", "autonomie_social": "aide"})
    assert answer.status_code == 422
    assert "Répondez pour cette démarche" in text(answer)
    assert 'value="aide"' in text(answer)
    old.refresh_from_db()
    assert old.autonomy == {}


@pytest.mark.writes("mandat:renew")
def test_a_last_day_once_chosen_becomes_an_ordinary_duration(desk: Desk) -> None:
    last = (timezone.localdate() + timedelta(days=40)).isoformat()
    assert renewed(desk, desk.mandat(duree=f"DATE:{last}"), logement="aide").duree == "J182"


@pytest.mark.parametrize(
    ("duree", "days_before", "told"),
    [("J182", 31, 0), ("J182", 30, 1), ("J182", 0, 1), ("J365", 12, 1), ("J31", 3, 0), ("J1", 0, 0), ("J182", -1, 0)],
)
def test_the_coming_end_of_a_long_mandat_is_told_once(desk: Desk, duree: str, days_before: int, told: int) -> None:
    mandat = builders.mandat(desk.who, desk.place, duree=duree)
    at = mandat.expires_at - timedelta(days=days_before, hours=12)
    for moment in (at, at + timedelta(minutes=30)):
        announce_expiring(moment)
    assert Avis.objects.filter(mandat=mandat, kind="terme").count() == told


def test_an_ended_mandat_is_not_told_to_end(desk: Desk) -> None:
    mandat = builders.mandat(desk.who, desk.place, duree="J182")
    revoke_mandat(mandat.id, desk.acteur, way="aidant", now=builders.NOW)
    assert announce_expiring(mandat.expires_at - timedelta(days=10)) == 0


def test_expiring_mandats_have_a_badge_and_a_list(desk: Desk) -> None:
    now = timezone.now()
    soon, short, far = desk.mandat(duree="J182"), desk.mandat(duree="J1"), desk.mandat(duree="J365")
    begun = now - timedelta(days=170)
    ends = soon.expires_at - timedelta(days=170)
    Mandat.objects.filter(pk=soon.pk).update(consented_at=begun, accepted_at=begun, expires_at=ends)
    builders.utilisation(soon, now)
    page = text(desk.client.get("/mandats?etat=bientot"))
    assert [one.reference in page for one in (soon, short, far)] == [True, False, False]
    assert "Finit dans 12 jours" in page
    assert "1 mandat se termine dans les 30 jours" in text(desk.client.get("/accueil"))
