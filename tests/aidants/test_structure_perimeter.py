"""A referent narrows what the structure offers; older mandats follow at once, and come back with it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.domain.decisions import GRANTED, Denied
from aidants.domain.demarches import DEMARCHES
from aidants.domain.errors import DEMARCHES_REFUSED, NOT_A_REFERENT
from aidants.journal.models import Entree
from aidants.structures.models import Affectation, Structure
from aidants.structures.perimetre import set_perimeter
from mandats.domain import errors
from tests import builders

pytestmark = pytest.mark.django_db
PATH = "/structure/demarches"


def _referent(place: Structure) -> Compte:
    made = builders.compte()
    Affectation.objects.create(compte=made, structure=place, is_referent=True, started_at=builders.NOW)
    return made


def _post(client: Client, who: Compte, **given: Any) -> Any:
    return client.post(PATH, {"code": builders.totp_code(who)} | given)


def test_older_mandats_follow_at_once_and_come_back() -> None:
    place = builders.structure()
    aidant, referent = builders.aidant(place), _referent(place)
    mandat = builders.mandat(aidant, place, now=timezone.now(), demarches=("logement", "social"))
    row = mandat.autorisations.get(demarche="logement")
    client, doer = builders.signed_in(referent), builders.acteur(aidant, place)
    assert builders.decided_use(row.id, acteur=doer, now=timezone.now()) == GRANTED
    assert _post(client, referent, demarches=["social", "famille"]).status_code == 302
    assert builders.decided_use(row.id, acteur=doer, now=timezone.now()) == Denied(errors.DEMARCHE_NARROWED)
    desk = builders.signed_in(aidant)
    assert desk.get("/mandats/nouveau").content.decode().count('name="demarches"') == 2
    assert "ne propose plus cette démarche" in desk.get(f"/mandats/{mandat.id}").content.decode()
    _post(client, referent, demarches=list(DEMARCHES))
    place.refresh_from_db()
    assert place.demarches == []
    assert builders.decided_use(row.id, acteur=doer, now=timezone.now()) == GRANTED
    told = Entree.objects.filter(event="structure:perimeter", subject_id=place.id)
    assert [one.acteur_id for one in told] == [referent.id] * 2


def test_a_fresh_second_factor_is_asked_each_time() -> None:
    place = builders.structure()
    referent = _referent(place)
    client = builders.signed_in(referent)
    assert client.post(PATH, {"demarches": ["social"], "code": "000000"}).status_code == 422
    assert client.post(PATH, {"demarches": ["social"]}).status_code == 422
    place.refresh_from_db()
    assert place.demarches == []


def test_only_a_referent_of_the_structure() -> None:
    place, other = builders.structure(), builders.structure("Ailleurs", siret="99999930300013")
    aidant, stranger = builders.aidant(place), _referent(other)
    assert builders.signed_in(aidant).get(PATH).status_code == 403
    doer, now = builders.acteur(stranger, other), timezone.now()
    given: dict[str, Any] = {"demarches": ["social"], "houses_or_bills": False, "now": now}
    assert set_perimeter(place.id, doer, **given) == Denied(NOT_A_REFERENT)
    assert Entree.objects.latest("id").reason == NOT_A_REFERENT.code


@pytest.mark.writes("structure:perimeter_refused")
def test_at_least_one_theme_and_only_ours() -> None:
    place = builders.structure()
    referent = _referent(place)
    client = builders.signed_in(referent)
    assert _post(client, referent, demarches=[]).status_code == 422
    assert _post(client, referent, demarches=["chasse"]).status_code == 422
    doer, now = builders.acteur(referent, place), timezone.now()
    for codes in ([], ["chasse"]):
        given: dict[str, Any] = {"demarches": codes, "houses_or_bills": False, "now": now}
        assert set_perimeter(place.id, doer, **given) == Denied(DEMARCHES_REFUSED)


@pytest.mark.writes("structure:perimeter")
def test_a_declaration_that_the_structure_houses_binds_the_next_mandats() -> None:
    place = builders.structure()
    referent, aidant = _referent(place), builders.aidant(place)
    _post(builders.signed_in(referent), referent, demarches=list(DEMARCHES), houses_or_bills="on")
    page = builders.signed_in(aidant).get("/mandats/nouveau").content.decode()
    assert 'value="J31"' in page
    assert 'value="J182"' not in page
