"""A whole life of a mandat leaves no identity and no secret in the journal, nor in what operators read."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from aidants.comptes.models import Fonction
from aidants.journal.models import Entree, RefusCompte
from deploy.keeping import keep, tell, watch
from mandats.domain.conservation import years_after
from mandats.registre.models import Autorisation
from mandats.registre.services.volet import CodesVolet, renew_codes
from tests import builders
from tests.oidc import flow

pytestmark = pytest.mark.django_db


def _live() -> list[str]:
    """Go through sign-in, mandat, bridge, declared use, revocation; return what may not be told."""
    at, asked = flow.desk(), flow.site()
    tokens = flow.tokens_of(at, asked)
    assert flow.userinfo(tokens["access_token"]).status_code == 200
    now, doer = timezone.now(), builders.acteur(at.aidant, at.place)
    codes = renew_codes(at.mandat.id, doer, now)
    assert isinstance(codes, CodesVolet)
    at.browser.get(f"/mandats/{at.mandat.id}")
    wrong = {"email": at.aidant.email, "password": "mot de passe faux", "code": "123456"}
    assert Client().post("/connexion", wrong).status_code == 403
    _stop(at, codes)
    assert flow.userinfo(tokens["access_token"]).status_code == 401
    usager = at.mandat.usager
    named = [
        usager.given_name,
        usager.family_name,
        usager.email,
        usager.birthdate,
        at.aidant.email,
        at.aidant.family_name,
    ]
    secret = [
        codes.verification,
        codes.revocation,
        asked.secret,
        tokens["access_token"],
        builders.PASSWORD,
        *wrong.values(),
    ]
    return [*named, usager.sub_digest, *secret]


def _stop(at: flow.Desk, codes: CodesVolet) -> None:
    person = Client()
    typed = {"reference": at.mandat.reference, "code": codes.revocation, "day": "24", "month": "8", "year": "1962"}
    assert person.post("/usager", typed).status_code == 302
    person.post(f"/usager/mandats/{at.mandat.id}/arreter", {"confirmer": "oui"})
    assert not Autorisation.objects.filter(mandat=at.mandat, ended_at__isnull=True).exists()


def test_a_whole_life_names_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        hidden = _live()
    ours = [one for one in caplog.records if not one.name.startswith(("django.db", "faker", "PIL"))]
    journal = "\n".join(bytes(body).decode() for body in Entree.objects.values_list("body", flat=True))
    journal += repr([*Entree.objects.values("event", "reason"), *RefusCompte.objects.values("kind", "bucket")])
    told = "\n".join(f"{one.getMessage()} {one.__dict__.get('request', '')}" for one in ours)
    assert journal.count("\n") > 15
    assert not [one for one in hidden if one and one in journal]
    assert not [one for one in hidden if one and one in told]


def test_rights_alerts_and_erasure_name_nobody(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = builders.structure()
    mandat = builders.mandat(builders.aidant(place), place)
    admin, second = builders.compte(), builders.compte()
    Fonction.objects.create(compte=admin, role="administrateur")
    Fonction.objects.create(compte=second, role="instructeur")
    usager = mandat.usager
    with caplog.at_level(logging.DEBUG):
        typed = {"family_name": usager.family_name, "day": "24", "month": "8", "year": "1962"}
        browser = builders.signed_in(admin)
        assert browser.post("/administration/droits/recherche", typed).status_code == 200
        how = {"origin": "courrier", "proof": "piece", "received_on": "2026-11-20"}
        path = f"/administration/droits/personnes/{usager.id}/demande/export"
        asked = browser.post(path, how | {"code": builders.totp_code(admin)})["Location"]
        builders.signed_in(second).post(asked, {"answer": "oui", "code": builders.totp_code(second)})
        assert browser.post(f"{asked}/copie").status_code == 200
        call_command("breach_drill", table="mandat", out=tmp_path / "liste.csv")
        watch(mandat.accepted_at + timedelta(hours=1))
        tell(mandat.accepted_at + timedelta(hours=1))
        keep(years_after(mandat.expires_at, 6))
    journal = "\n".join(bytes(body).decode() for body in Entree.objects.values_list("body", flat=True))
    hidden = [usager.given_name, usager.family_name, usager.email, usager.birthdate]
    ours = [one for one in caplog.records if not one.name.startswith(("django.db", "faker", "PIL"))]
    told = "\n".join(one.getMessage() for one in ours) + "".join(capsys.readouterr())
    assert "usager:erase" in journal
    assert not [one for one in hidden if one in journal]
    assert not [one for one in hidden if one in told]
