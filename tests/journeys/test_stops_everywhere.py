"""From the second of a stop: tokens, bridge and codes at once; status list and open visits within five seconds.

Five seconds are the bound of the waiting, as the service promises them (DOMAIN §3.4); nothing is measured.
"""

import base64
import json
import zlib
from collections.abc import Callable

import pytest
import requests
from django.utils import timezone

from aidants.comptes.models import Compte
from aidants.structures.models import Structure
from mandats.attestation.status_list import INVALID, SUSPENDED, VALID
from mandats.registre.models import Mandat
from mandats.registre.papers import print_volet
from tests import builders
from tests.browser.papers import Volet, volet_of
from tests.journeys.walker import Walker
from tests.stack import LiveStack
from tests.together import wait_until

_WITHIN_SECONDS = 5
_BORN = {"day": "24", "month": "8", "year": "1962"}


def _within_five_seconds(true: Callable[[], bool]) -> None:
    wait_until(true, seconds=_WITHIN_SECONDS, otherwise="not within five seconds")


def _opens_visit(stack: LiveStack, who: Compte) -> Walker:
    """Sign in at the simulated administration as an aidant who acts for the usager."""
    walker = Walker()
    walker.open(f"{stack.sites.administration}/connexion/aidant")
    walker.press("Se connecter", email=who.email, password=builders.PASSWORD, code=builders.totp_code(who))
    chosen = walker.answer.text.partition('name="autorisation" value="')[2].partition('"')[0]
    walker.press("Continuer vers Allocations", autorisation=chosen)
    assert "Dossier de" in walker.words
    return walker


def _status(stack: LiveStack, mandat: Mandat) -> int:
    """Read the status of the only autorisation as a stranger does, without our reader."""
    row = mandat.autorisations.get()
    told = requests.get(f"{stack.sites.service}/status/{row.status_list}", timeout=10)
    body = told.text.split(".")[1]
    listed = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["status_list"]["lst"]
    packed = zlib.decompress(base64.urlsafe_b64decode(listed + "=" * (-len(listed) % 4)))
    return packed[row.status_index // 4] >> (row.status_index % 4 * 2) & 3


def _verified(stack: LiveStack, volet: Volet) -> str:
    agent = Walker()
    agent.open(f"{stack.sites.service}/verifier")
    typed = {"reference": volet.reference, "code": volet.verification, "demarche": "logement"}
    agent.press("Vérifier", organisation="CAF de Gap", family_name="Dubois", **typed, **_BORN)
    return agent.words


@pytest.fixture
def place(stack_db: LiveStack) -> Structure:
    return builders.structure("Maison des services de Gap", city="Gap", postcode="05000", insee_code="05061")


@pytest.mark.parametrize(
    ("link", "button", "status", "told"),
    [
        ("Arrêter ce mandat", "Oui, arrêter maintenant", INVALID, "a pris fin"),
        ("", "Suspendre pour le moment", SUSPENDED, "suspendu"),
    ],
    ids=["stopped", "suspended"],
)
def test_a_stop_is_felt_everywhere(
    stack_db: LiveStack, place: Structure, link: str, button: str, status: int, told: str
) -> None:
    stack, who = stack_db, builders.aidant(place)
    mandat = builders.mandat(who, place, now=timezone.now())
    printed = print_volet(mandat.id, builders.acteur(who, place), timezone.now())
    assert isinstance(printed, bytes)
    volet, visit, usager = volet_of(printed), _opens_visit(stack, who), Walker()
    assert "couvre" in _verified(stack, volet)
    assert _status(stack, mandat) == VALID
    usager.open(f"{stack.sites.service}/usager")
    usager.press("Ouvrir ma page", reference=volet.reference, code=volet.revocation, **_BORN)
    if link:
        usager.follow(link)
    usager.press(button)

    # At once: each of these asks the register.
    visit.open(f"{stack.sites.administration}/dossier")
    if "Visite terminée" not in visit.words:
        visit.press("Vérifier que le mandat tient toujours")
    assert "ne tient plus" in visit.words or "Visite terminée" in visit.words
    assert told in _verified(stack, volet)
    aidant = Walker()
    aidant.http.cookies = visit.http.cookies
    aidant.open(f"{stack.sites.administration}/connexion/aidant")
    assert "Aucun mandat utilisable" in aidant.words

    # Within five seconds: what is published, and the visit that stood open.
    _within_five_seconds(lambda: _status(stack, mandat) == status)
    _within_five_seconds(lambda: _is_closed(stack, visit))


def _is_closed(stack: LiveStack, visit: Walker) -> bool:
    visit.open(f"{stack.sites.administration}/dossier")
    return "Visite terminée" in visit.words
