"""A post given back by screen, and the whole pool as the ANCT sees it."""

import csv
import io

import pytest
from django.utils import timezone

from aidants.dispositif import vivier
from aidants.dispositif.models import Enveloppe, Poste, Quota
from aidants.dispositif.restitution import give_back
from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.dispositif import errors
from aidants.journal.models import Entree
from tests import builders
from tests.aidants.dispositif import scheme
from tests.mandats.pages_desk import text


@pytest.mark.django_db
@pytest.mark.writes("poste:give_back", "poste:give_back_refused")
def test_a_structure_gives_a_post_back_and_the_department_has_it_again() -> None:
    place = builders.structure()
    free, taken = scheme.poste(place), scheme.poste(place, number=2)
    scheme.relation(place, state="recrutee", on=taken)
    who = scheme.referent(place)
    browser = builders.signed_in(who)
    assert f"/postes/{free.id}/restitution" in text(browser.get("/postes"))
    assert f"/postes/{taken.id}/restitution" not in text(browser.get("/postes"))
    assert "Rendre le poste n° 1" in text(browser.get(f"/postes/{free.id}/restitution"))
    assert Quota.objects.get().retained == 2
    assert browser.post(f"/postes/{free.id}/restitution", {"code": "000000"}).status_code == 422
    assert Quota.objects.get().retained == 2
    assert browser.post(f"/postes/{free.id}/restitution", builders.factor(who)).status_code == 302
    assert Quota.objects.get().retained == 1
    assert browser.post(f"/postes/{free.id}/restitution", builders.factor(who)).status_code == 409
    answer = browser.post(f"/postes/{taken.id}/restitution", builders.factor(who))
    assert answer.status_code == 409
    assert "quelqu’un y est recruté" in text(answer)
    assert Poste.objects.get(pk=taken.id).withdrawn_at is None
    assert Entree.objects.get(event="poste:give_back").structure_id == place.id


@pytest.mark.django_db
def test_a_post_of_another_structure_is_unknown() -> None:
    post = scheme.poste(builders.structure())
    stranger = builders.signed_in(scheme.referent(builders.structure("Ailleurs", siret="99999930300013")))
    assert stranger.get(f"/postes/{post.id}/restitution").status_code == 404
    assert stranger.post(f"/postes/{post.id}/restitution").status_code == 404
    assert Poste.objects.get().withdrawn_at is None


def test_a_post_is_given_back_or_taken_never_both(committed_db: str) -> None:
    place = builders.structure()
    post, who = scheme.poste(place), scheme.candidat()
    row = scheme.relation(place, who, "interessee")
    doer = builders.acteur(scheme.referent(place), place)
    outcomes = scheme.at_once(
        lambda: give_back(post.id, doer, timezone.now()), lambda: vivier.recruit(row.id, post.id, doer, timezone.now())
    )
    assert outcomes.count(GRANTED) == 1
    assert {one for one in outcomes if one != GRANTED} <= {Denied(errors.POSTE_TAKEN), Denied(errors.POSTE_NOT_FREE)}
    post.refresh_from_db()
    assert Enveloppe.objects.get().recruited == (0 if post.withdrawn_at else 1)


@pytest.mark.django_db
def test_the_anct_sees_the_whole_pool_by_state_and_no_contact() -> None:
    place = builders.structure()
    browser = builders.signed_in(scheme.holder("instructeur"))
    assert "Personne ne s’est encore inscrit" in text(browser.get("/instruction/vivier"))
    scheme.candidat(given_name="Lina", family_name="SECRETE", telephone="+33611223344")
    scheme.relation(place, scheme.candidat(given_name="Omar"), "interessee")
    scheme.relation(place, scheme.candidat(given_name="Zoé", departement="38", city="Grenoble"), "nouvelle")
    scheme.relation(place, scheme.candidat(given_name="Ana"), "recrutee", scheme.poste(place))
    scheme.contrat(place, on=scheme.poste(place, number=2))
    scheme.candidat(given_name="Yann", withdrawn_at=builders.NOW)
    scheme.candidat(given_name="", published_at=None)
    scheme.relation(place, scheme.candidat(given_name="Rita"), "rupture")
    page = text(browser.get("/instruction/vivier"))
    for state in (
        "Disponible",
        "Une structure s’intéresse",
        "Recrutement annoncé",
        "Contrat signé",
        "Retiré du vivier",
    ):
        assert state in page
    assert "SECRETE" not in page
    assert "+336" not in page
    assert "example.org" not in page
    assert "8 personnes" in page
    one = text(browser.get("/instruction/vivier?departement=38"))
    assert "1 personne." in one
    assert "Zoé, Grenoble (38)" in one
    assert "Omar, Gap" in text(browser.get("/instruction/vivier?etat=interesse"))
    answer = browser.get("/instruction/vivier?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode().removeprefix("\ufeff")), delimiter=";"))
    assert [(row["code"], row["disponible"], row["total"]) for row in rows] == [("05", "1", "7"), ("38", "1", "1")]
    assert builders.signed_in(scheme.holder("operateur")).get("/instruction/vivier").status_code == 403
