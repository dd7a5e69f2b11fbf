"""Identities typed in every field of every route, as anybody who may or may not knock there: none is in the journal."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from aidants.comptes.models import Fonction
from aidants.journal.models import Entree, RefusCompte
from aidants.structures.models import Affectation
from mandats.registre.services.uses import declare_utilisation
from tests import builders
from tests.architecture.all_routes import routes
from tests.architecture.sources import ROOT
from tests.oidc import flow

pytestmark = pytest.mark.django_db

IDENTITIES = {
    "name": "Zzfamille",
    "email": "zz.personne@zz.example",
    "telephone": "+33699887766",
    "date": "1931-05-17",
    "free": "Zzfamille née le 17/05/1931, 06 99 88 77 66, zz.personne@zz.example",
}
HIDDEN = ("Zzfamille", "zzfamille", "zz.personne", "99887766", "99 88 77 66", "1931-05-17", "17/05/1931")


def _fields() -> set[str]:
    """Return the name of every field that a form or a view of ours reads."""
    found: set[str] = set()
    for app in ("aidants", "mandats", "oidc"):
        for path in (ROOT / app).rglob("*.py"):
            source = path.read_text()
            found |= set(re.findall(r"^    (\w+) = (?:forms\.|code_field)", source, re.MULTILINE))
            found |= set(re.findall(r"(?:POST|GET)(?:\.get\(|\[)\"(\w+)\"", source))
        for path in (ROOT / app / "templates").rglob("*.html"):
            found |= set(re.findall(r'name="(\w+)"', path.read_text()))
    return found - {"csrfmiddlewaretoken"}


def _given(name: str) -> str:
    """Return what is typed in a field: something personal, of the kind that its name asks for."""
    for part, kind in (("mail", "email"), ("phone", "telephone"), ("date", "date"), ("name", "name"), ("q", "name")):
        if part in name:
            return IDENTITIES[kind]
    return {"day": "17", "month": "5", "year": "1931", "demarche": "logement", "channel": "telephone"}.get(
        name, IDENTITIES["free"]
    )


def _doors(at: flow.Desk) -> list[str]:
    """Return an address for every route, its objects being the desk's own."""
    own = {"mandat_id": at.mandat.id, "autorisation_id": at.autorisation().id, "compte_id": at.aidant.id}
    own |= {"structure_id": at.place.id, "brouillon_id": builders.brouillon(at.aidant, at.place).id}
    found = []
    for name, path in routes():
        if name in {"aidants:sign_out", "sante"}:
            continue
        pattern = getattr(resolve(path), "captured_kwargs", None) or resolve(path).kwargs
        given = {key: own.get(key, value) for key, value in pattern.items()}
        found.append(reverse(name, kwargs=given))
    return found


def test_identities_typed_in_every_field_of_every_door_are_not_in_the_journal() -> None:
    at = flow.desk()
    national = builders.compte()
    for role in ("instructeur", "accueil", "administrateur"):
        Fonction.objects.create(compte=national, role=role)
    referent = builders.compte()
    Affectation.objects.create(compte=referent, structure=at.place, is_referent=True, started_at=builders.NOW)
    typed = {name: _given(name) for name in _fields()}
    assert len(typed) > 40
    before = Entree.objects.count()
    for browser in (Client(), at.browser, builders.signed_in(national), builders.signed_in(referent)):
        browser.raise_request_exception = False
        for door in _doors(at):
            browser.get(door, {"q": IDENTITIES["name"], "avant": IDENTITIES["name"], "state": IDENTITIES["free"]})
            browser.post(door, typed)
            if door.startswith("/api"):
                browser.post(door, json.dumps(typed), content_type="application/json")
    declared = {"channel": "telephone", "body": "Zzfamille", "description": IDENTITIES["free"]}
    told: dict[str, Any] = {**declared, "used_on": timezone.localdate(), "now": timezone.now()}
    declare_utilisation(at.autorisation().id, builders.acteur(at.aidant, at.place), **told)
    assert Entree.objects.count() > before + 25
    kept = "\n".join(bytes(body).decode() for body in Entree.objects.values_list("body", flat=True))
    kept += repr([*Entree.objects.values("event", "reason"), *RefusCompte.objects.values("kind", "bucket")])
    assert [one for one in HIDDEN if one in kept] == []
