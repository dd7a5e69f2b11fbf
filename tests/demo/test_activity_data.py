"""The demonstration's year of activity loads whole, and leaves Léa unable to conclude until she is certified."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aidants.comptes.facteurs.models import Carte
from aidants.dispositif.activite.models import CompteRendu
from aidants.dispositif.soutien.models import AppelSolidarite, CommandeKit
from aidants.domain.activite.errors import FORMATION_MISSING
from aidants.domain.decisions import Denied
from aidants.habilitation.models import Dossier
from aidants.habilitation.selectors import may_act_for
from aidants.structures.models import Adhesion, Invitation, Nomination, ReferencePartenaire
from deploy.demo.data.activite import LEARNER, load_activity
from deploy.demo.data.equipes import load_partner, load_teams
from deploy.demo.data.people import load_people, load_places
from oidc.provider.clients import NewClient, create_client

pytestmark = pytest.mark.django_db


def test_each_page_has_something_on_it() -> None:
    now = timezone.now()
    long_ago = now - timedelta(days=400)
    acteurs = load_people(load_places(long_ago), long_ago)
    load_activity(acteurs, now)
    assert CompteRendu.objects.count() == 150
    assert set(Dossier.objects.values_list("etat", flat=True)) == {"en_instruction", "modifications_demandees"}
    assert CommandeKit.objects.count() == 2
    assert AppelSolidarite.objects.count() == 3
    lea = acteurs[LEARNER]
    assert may_act_for(lea.known_id, lea.known_structure_id) == Denied(FORMATION_MISSING)


def test_who_answers_for_others_has_something_to_answer() -> None:
    now = timezone.now()
    long_ago = now - timedelta(days=400)
    load_teams(load_people(load_places(long_ago), long_ago), now)
    assert Adhesion.objects.get(answer="").compte.email == "hugo@vallee.example"
    assert Nomination.objects.get(answer="").asked_by.email == "admin2@mandats.example"
    assert Invitation.objects.filter(accepted_at=None, structure__name="CCAS de Démonstration").count() == 1
    assert Carte.objects.count() == 6


def test_the_platform_keeps_a_structure_under_its_own_name_and_once() -> None:
    now = timezone.now()
    platform, _ = create_client(NewClient("Plateforme", "partenaire", []), now)
    load_partner(platform, now)
    load_partner(platform, now)
    kept = ReferencePartenaire.objects.get(kind="structure")
    assert (kept.source, kept.structure.city) == (platform.id, "Laragne-Montéglin")
    assert Invitation.objects.get().email == "maelle@laragne.example"
