"""The figures of the call on screen: changed from a day on, journaled; what was decided before keeps its own."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from aidants.dispositif import candidatures, contrats, parametres
from aidants.dispositif.models import Contrat, Enveloppe, ParametresAppel
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.activite.formation import Cadre
from aidants.domain.decisions import Denied
from aidants.domain.dispositif import errors
from aidants.domain.dispositif.financement import MotifRupture, TypeContrat
from aidants.domain.dispositif.parametres import CATALOGUE, DEFAULTS
from aidants.domain.months import add_months
from aidants.journal.models import Entree
from tests import builders
from tests.aidants import training_desk
from tests.aidants.dispositif import scheme
from tests.mandats.pages_desk import text

pytestmark = pytest.mark.django_db
HERE = "/instruction/parametres"
START = timezone.localdate()
LAST = add_months(START, 24) - timedelta(days=1)
TERMS = contrats.Terms(TypeContrat.CDD, START, LAST, 1_900_00, 4_000_00)


def typed(**fields: object) -> dict[str, object]:
    """Return the form with the defaults, as somebody types them."""
    plain = {one.code: one.default // 100 if one.unit == "euros" else one.default for one in CATALOGUE}
    more = {"smic_monthly": "1 554,58", "effective_on": timezone.localdate().isoformat(), "why": "Avenant"}
    return plain | more | fields


def _agent(role: str = "instructeur") -> Acteur:
    return Acteur(Kind.COMPTE, scheme.holder(role).id, None, role)


def _hired(number: int = 1) -> Contrat:
    place = builders.structure(f"Lieu {number}")
    row = scheme.relation(place, state="recrutee", on=scheme.poste(place, number=number))
    made = contrats.sign_contrat(row.id, TERMS, builders.acteur(scheme.referent(place), place), timezone.now())
    assert isinstance(made, Contrat)
    return made


@pytest.mark.writes("parametres:set")
def test_the_anct_changes_an_amount_and_old_contracts_keep_theirs() -> None:
    before = _hired()
    who = scheme.holder("instructeur")
    browser = builders.signed_in(who)
    page = text(browser.get(HERE))
    assert "personne ne les a changés" in page
    assert "50 000" in page.replace("\u202f", " ")
    given = typed(public_forfait="60 000", public_months=12, share_1=100, share_2=0, share_3=0)
    assert browser.post(HERE, given).status_code == 422
    assert not ParametresAppel.objects.exists()
    assert browser.post(HERE, given | builders.factor(who)).status_code == 302
    after = _hired(2)
    assert (before.granted, after.granted) == (50_000_00, 48_000_00)
    assert [one.amount for one in after.versements.order_by("rank")] == [48_000_00, 0, 0]
    assert (before.parametres, after.parametres) == (None, ParametresAppel.objects.get())
    a_year = add_months(START, 12) - START
    for made in (before, after):
        doer = builders.acteur(scheme.referent(made.structure), made.structure)
        contrats.break_contrat(
            made.id, START + a_year - timedelta(days=1), MotifRupture.DEMISSION, doer, timezone.now()
        )
        made.refresh_from_db()
    assert before.earned == 50_000_00 * a_year.days // (add_months(START, 24) - START).days
    assert after.earned == 48_000_00
    assert b"public_forfait 5000000 6000000" in bytes(Entree.objects.get(event="parametres:set").body)
    page = text(browser.get(HERE)).replace("\u202f", " ").replace("\xa0", " ")
    assert "Forfait par poste : 50 000 € puis 60 000 €" in page


def test_figures_of_a_later_day_wait_for_it() -> None:
    later = timezone.localdate() + timedelta(days=30)
    made = parametres.set_figures({"avis_days": 21}, later, "Délai", _agent(), timezone.now())
    assert isinstance(made, ParametresAppel)
    assert parametres.values_on(later - timedelta(days=1)) == DEFAULTS
    assert parametres.values_on(later)["avis_days"] == 21
    page = text(builders.signed_in(scheme.holder("administrateur")).get(HERE))
    assert "À venir" in page
    assert "Avis de la préfecture, puis « sans avis » : 15" in page


@pytest.mark.writes("candidature:submit_refused")
def test_how_many_posts_one_application_may_ask_is_a_figure_too() -> None:
    parametres.set_figures({"posts_at_most": 1}, timezone.localdate(), "Fin d’appel", _agent(), timezone.now())
    asked = {"state": "brouillon", "submitted_at": None, "campagne": None, "telephone": "+33492000000"}
    made = scheme.candidature(posts_asked=2, **asked)
    made.lieux.create(name="Mairie", insee_code="05061", city="Gap", created_at=builders.NOW)
    assert candidatures.submit(made.id, timezone.now()) == Denied(errors.POSTS_OUT_OF_RANGE)


def test_the_prefecture_s_delay_is_the_one_of_the_day_of_submission() -> None:
    parametres.set_figures({"avis_days": 21}, timezone.localdate(), "Délai", _agent(), timezone.now())
    made = scheme.candidature(state="brouillon", submitted_at=None, campagne=None, telephone="+33492000000")
    made.lieux.create(name="Mairie", insee_code="05061", city="Gap", created_at=builders.NOW)
    now = timezone.now()
    done = candidatures.submit(made.id, now)
    assert not isinstance(done, Denied), done
    assert done.avis.due_at == now + timedelta(days=21)


def test_who_began_a_training_owes_what_was_owed_that_day() -> None:
    desk = training_desk.desk()
    today = timezone.localdate()
    assert parametres.training_on(today).owed(Cadre.CONSEILLER) == 100
    parametres.set_figures({"conseiller_hours": 420}, today + timedelta(days=1), "Décret", _agent(), timezone.now())
    assert parametres.training_on(today).owed(Cadre.CONSEILLER) == 100
    assert parametres.training_on(today + timedelta(days=1)).owed(Cadre.CONSEILLER) == 120
    assert "sur 350" in text(builders.signed_in(desk.who).get("/formation"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"share_1": 30}, "les trois parts font 100"),
        ({"month_2": 20}, "les versements se suivent"),
        ({"private_long_months": 18}, "plus long que le contrat court"),
        ({"effective_on": "2020-01-01"}, "à partir d’aujourd’hui"),
        ({"public_forfait": "beaucoup"}, "Indiquez un montant en euros"),
        ({"avis_days": 0}, "Indiquez un nombre entre 1 et 90"),
        ({"why": ""}, "Complétez «\u00a0Motif\u00a0»"),
        ({"public_months": ""}, "Indiquez un nombre"),
    ],
    ids=str,
)
def test_what_cannot_stand_is_told_and_loses_nothing(change: dict[str, Any], words: str) -> None:
    who = scheme.holder("instructeur")
    answer = builders.signed_in(who).post(HERE, typed(work_months=33) | change | builders.factor(who))
    page = text(answer)
    assert answer.status_code == 422
    assert words in page
    assert 'value="33"' in page
    assert not ParametresAppel.objects.exists()


@pytest.mark.writes("enveloppe:set", "enveloppe:refused", "parametres:refused")
def test_the_national_number_is_never_under_those_recruited() -> None:
    place = builders.structure()
    scheme.relation(place, state="recrutee", on=scheme.poste(place))
    who = scheme.holder("administrateur")
    browser = builders.signed_in(who)
    given = {"total": 5000, "milestone": 1200, "milestone_on": "2021-04-30"}
    assert browser.post(f"{HERE}/postes", given).status_code == 422
    assert Enveloppe.objects.get().total == 4000
    assert browser.post(f"{HERE}/postes", given | builders.factor(who)).status_code == 302
    row = Enveloppe.objects.get()
    assert (row.total, row.milestone, row.milestone_on) == (5000, 1200, date(2021, 4, 30))
    assert parametres.set_enveloppe(0, 1, date(2021, 1, 1), _agent(), timezone.now()) == Denied(
        errors.TOTAL_BELOW_RECRUITED
    )
    assert browser.post(f"{HERE}/postes", given | {"total": ""}).status_code == 422
    browser.post(HERE, typed(share_1=1) | builders.factor(who))
    assert Entree.objects.filter(event="parametres:refused").exists()


@pytest.mark.parametrize("role", ["prefecture", "operateur", "organisme", "accueil"])
def test_nobody_else_changes_the_figures(role: str) -> None:
    browser = builders.signed_in(scheme.holder(role, "05" if role == "prefecture" else ""))
    assert browser.get(HERE).status_code == 403
    assert browser.post(HERE, typed()).status_code == 403
    assert browser.post(f"{HERE}/postes", {"total": 1}).status_code == 403
