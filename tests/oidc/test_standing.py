"""The statement written by hand decides as the register does, whatever becomes of the mandat and of the aidant."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.dispositif.formation.models import Certification, Parcours
from aidants.habilitation.models import AcceptationConditions, HabilitationAidant, HabilitationStructure
from aidants.structures.models import Affectation, Structure
from mandats.registre.models import Autorisation, Mandat, Usager
from mandats.registre.selectors import annotated_autorisations, facts_of
from oidc.provider.models import Connexion
from oidc.provider.standing import _use_facts, standing_of_connexion, standing_of_token
from tests import builders
from tests.oidc import flow

pytestmark = pytest.mark.django_db


def _conseiller_of_one_day() -> None:
    Parcours.objects.update(cadre="aidant")
    Affectation.objects.update(is_conseiller=True)


def _out_then_placed_again(now: datetime) -> None:
    HabilitationAidant.objects.update(ended_at=now)
    place = Affectation.objects.get(is_aidant=True)
    Affectation.objects.update(ended_at=now)
    Affectation.objects.create(compte=place.compte, structure=place.structure, is_aidant=True, started_at=now)


STATES = {
    "as signed": lambda _now: None,
    "mandat ended": lambda now: Mandat.objects.update(ended_at=now, motif="revocation"),
    "mandat suspended": lambda now: Mandat.objects.update(suspended_at=now),
    "mandat expires": lambda now: Mandat.objects.update(expires_at=now + timedelta(seconds=5)),
    "autorisation ended": lambda now: Autorisation.objects.update(ended_at=now, motif="revocation"),
    "weak identity": lambda _now: Mandat.objects.update(identity="piece_vue"),
    "no address": lambda _now: Usager.objects.update(email=""),
    "narrowed": lambda _now: Structure.objects.update(demarches=["justice"]),
    "still offered": lambda _now: Structure.objects.update(demarches=["logement"]),
    "structure out": lambda now: HabilitationStructure.objects.update(ended_at=now),
    "aidant out": lambda now: HabilitationAidant.objects.update(ended_at=now),
    "aidant out, at a place of before": _out_then_placed_again,
    "nothing ever decided of the aidant": lambda _now: HabilitationAidant.objects.all().delete(),
    "certificate withdrawn": lambda now: Certification.objects.update(withdrawn_at=now),
    "training undone": lambda _now: Parcours.objects.update(completed_on=None),
    "one day, and a funded post": lambda _now: _conseiller_of_one_day(),
    "terms of before": lambda _now: AcceptationConditions.objects.update(version="2020-01-01"),
    "aidant left": lambda now: Affectation.objects.update(ended_at=now),
    "referent only": lambda _now: Affectation.objects.update(is_aidant=False, is_referent=True),
    "account closed": lambda _now: Compte.objects.update(is_active=False),
}


@pytest.mark.parametrize("profile", ["franceconnect", "administration"])
@pytest.mark.parametrize("state", STATES)
def test_both_ways_read_the_same_facts(state, profile):
    at, asked = flow.desk(), flow.site(profile)
    token = flow.tokens_of(at, asked)["access_token"]
    now = timezone.now()
    STATES[state](now)
    connexion = Connexion.objects.get()
    row = annotated_autorisations(builders.acteur(at.aidant, at.place)).get(pk=connexion.autorisation_id)
    expected = facts_of(row, now, crosses_to_franceconnect=profile == "franceconnect")
    by_token = standing_of_token(token, now)
    assert by_token is not None
    assert _use_facts(by_token.row, now) == expected
    assert _use_facts(standing_of_connexion(connexion.id, now).row, now) == expected


def test_every_column_lands_in_its_place():
    at, asked = flow.desk(), flow.site()
    standing = standing_of_token(flow.tokens_of(at, asked)["access_token"], timezone.now())
    assert standing is not None
    row, mandat, usager = standing.row, Mandat.objects.get(), Usager.objects.get()
    for name in ("given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry", "email"):
        assert getattr(row, name) == getattr(usager, name)
    for name in (
        "reference",
        "identity",
        "identity_level",
        "identified_at",
        "accepted_at",
        "expires_at",
        "consentement",
    ):
        assert getattr(row, name) == getattr(mandat, name)
    assert (row.siret, row.structure_name, row.structure_id) == (at.place.siret, at.place.name, at.place.id)
    assert (row.client_pk, row.client_id, row.mandat_id) == (asked.client.id, asked.client.client_id, mandat.id)
