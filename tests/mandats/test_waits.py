"""A try that must wait is refused before it takes a lock: a flood of them queues on nothing."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aidants.domain.acteur import Acteur, Kind
from aidants.journal.limits import Throttled
from mandats.domain.codes import new_code
from mandats.registre.services.accueil import find_for_accueil
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_minute")]
VOLET = {"reference": "GAP7-K3XW-9B", "day": "24", "month": "08", "year": "1962"}
VERIFY = VOLET | {"organisation": "CAF", "family_name": "Dubois", "demarche": "logement"}
CALL = {"organisation": "CAF", "siret": "99999910500011", "code": "123456"}
LETTER = {"subject": "autre", "email": "a@b.example", "message": "Bonjour"}


def posts(path: str, form: dict[str, str], *, code: bool = False) -> Callable[[], bool]:
    def once() -> bool:
        return Client().post(path, form | ({"code": new_code()} if code else {})).status_code == 429

    return once


def searches() -> Callable[[], bool]:
    acteur = Acteur(Kind.COMPTE, uuid.uuid4(), None, "accueil")

    def once() -> bool:
        found = find_for_accueil("Nom", "1962-08-24", "Ville", acteur, timezone.now())
        return isinstance(found, Throttled)

    return once


@pytest.mark.parametrize(
    "door",
    [
        posts("/verifier", VERIFY, code=True),
        posts("/usager", VOLET, code=True),
        posts("/verifier/appel", CALL),
        posts("/nous-ecrire", LETTER),
        searches(),
    ],
    ids=["verifier", "usager", "appel", "contact", "accueil"],
)
def test_a_try_that_must_wait_takes_no_lock(settings: Any, door: Callable[[], bool]) -> None:
    settings.LIMITS_FACTOR = 0.001
    settings.SERVICE_CONTACT = "equipe@mandats.example"
    builders.keys()
    with CaptureQueriesContext(
        connection,
    ) as first:
        assert not door()
    assert "advisory" in str(list(first)), "one that is looked at waits for its like"
    with CaptureQueriesContext(connection) as refused:
        assert door()
    asked = str(list(refused))
    assert ("advisory" in asked, "FOR UPDATE" in asked) == (False, False), asked
