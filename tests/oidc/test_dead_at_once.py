"""Who may act no more is out at the very next request, whatever was open: the table of what dies, and of what kills.

« Within five seconds » (DOMAIN §3.4) is what a page needs that asks every two; everything here is refused at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone

from aidants.comptes.inactivity import deactivate
from aidants.comptes.models import Compte
from aidants.domain.acteur import SYSTEME, Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.habilitation.conditions import withdraw_aidant
from aidants.habilitation.structures import suspend_structure
from aidants.structures.models import Affectation
from aidants.structures.places import change_place
from mandats.domain.motifs import MotifDeFin
from mandats.registre.models import Brouillon, Mandat
from mandats.registre.services.closure import end_structure
from tests import builders
from tests.aidants.dispositif import scheme
from tests.mandats import consent_desk, pages_desk
from tests.mandats.pages_desk import Desk
from tests.oidc import flow

pytestmark = pytest.mark.django_db


@dataclass
class Open:
    """All that one aidant has open at a time: pages, forms, the bridge at each of its steps."""

    desk: Desk
    mandat: Mandat
    ready: Brouillon
    remote: Brouillon
    phone: Brouillon
    site: flow.Site
    token: str
    waiting: str
    choice: str
    uses: int = field(init=False)

    def __post_init__(self) -> None:
        self.uses = self.mandat.utilisations.count()

    @property
    def place(self) -> Affectation:
        return Affectation.objects.get(compte=self.desk.who)

    def status(self, path: str) -> int:
        return int(self.desk.client.get(path).status_code)

    def polls(self) -> list[int]:
        """What the two pages that ask every two seconds are answered."""
        return [
            self.status(f"/mandats/brouillons/{self.remote.id}/accord/sms/etat"),
            self.status(f"/franceconnect/brouillon/{self.phone.id}/telephone/etat"),
        ]


@pytest.fixture
def opened() -> Open:
    builders.keys()
    desk = pages_desk.desk(email="accueil@ccas-demonstration.fr", telephone="01 99 00 12 34")
    mandat, ready = desk.mandat(), desk.consented()
    remote, phone = desk.identified(), desk.brouillon()
    assert consent_desk.asks_by_sms(desk, remote).status_code == 302
    assert desk.client.post(f"/franceconnect/brouillon/{phone.id}/telephone/ouvrir").status_code == 302
    at, site = flow.Desk(desk.place, desk.who, mandat, desk.client), flow.site()
    token = flow.tokens_of(at, site)["access_token"]
    waiting, choice = flow.code_of(at, site), flow.choice_page(desk.client, site)
    made = Open(desk, mandat, ready, remote, phone, site, token, waiting, choice)
    assert made.polls() == [200, 200]
    assert flow.userinfo(token).status_code == 200
    assert flow.introspect(site, token).json()["active"] is True
    assert made.status(choice) == 200
    return made


def _instructeur() -> Acteur:
    return Acteur(Kind.COMPTE, scheme.holder("instructeur").id, None, "instructeur")


def _deactivated(at: Open) -> None:
    deactivate(at.desk.who, "vol", SYSTEME, timezone.now())


def _changed(at: Open, *, is_referent: bool) -> None:
    place = at.place
    referent = Acteur(Kind.COMPTE, scheme.referent(at.desk.place).id, at.desk.place.id, "referent")
    done = change_place(
        place.id, referent, is_aidant=False, is_referent=is_referent, statut="", identity={}, now=timezone.now()
    )
    assert not isinstance(done, Denied), done


def _no_aidant(at: Open) -> None:
    _changed(at, is_referent=True)


def _out_of_the_team(at: Open) -> None:
    _changed(at, is_referent=False)


def _right_withdrawn(at: Open) -> None:
    assert withdraw_aidant(at.place, "Fraude", _instructeur(), timezone.now())


def _structure_suspended(at: Open) -> None:
    assert suspend_structure(at.desk.place.id, "verification", _instructeur(), timezone.now())


def _structure_closed(at: Open) -> None:
    assert end_structure(at.desk.place.id, _instructeur(), MotifDeFin.FERMETURE, timezone.now())


# What happens, and whether the person still reads what the structure holds: a right that is gone leaves that.
DEATHS = {
    "person deactivated": (_deactivated, False),
    "role withdrawn": (_no_aidant, False),
    "out of the team": (_out_of_the_team, False),
    "right withdrawn": (_right_withdrawn, True),
    "structure suspended": (_structure_suspended, True),
    "structure closed": (_structure_closed, True),
}


@pytest.mark.parametrize(("kill", "reads"), DEATHS.values(), ids=DEATHS.keys())
def test_whatever_was_open_is_dead_at_the_next_request(opened: Open, kill: Callable[[Open], None], reads: bool) -> None:
    desk, first = opened.desk, opened.mandat.autorisations.get()
    kill(opened)
    if not reads:
        assert set(opened.polls()).isdisjoint({200}), opened.polls()
        for path in (f"/mandats/{opened.mandat.id}", f"/mandats/{opened.mandat.id}/document", "/mandats"):
            assert opened.status(path) in (302, 403, 404), path
    # The bridge, at each of its steps.
    assert flow.userinfo(opened.token).status_code == 401
    assert flow.introspect(opened.site, opened.token).json() == {"active": False}
    assert flow.exchange(opened.site, opened.waiting).status_code == 400
    assert desk.client.post(opened.choice, {"autorisation": str(first.id)}).status_code != 200
    assert "code=" not in str(desk.client.post(opened.choice, {"autorisation": str(first.id)}).content)
    # A form half filled, its code right.
    standing = Mandat.objects.count()
    desk.client.post(f"/mandats/brouillons/{opened.ready.id}/acceptation", builders.factor(desk.who))
    assert Mandat.objects.count() == standing
    desk.client.post(f"/mandats/{opened.mandat.id}/utilisation", _use(first.id))
    desk.client.post("/appels", {"autorisation": first.id})
    assert opened.mandat.utilisations.count() == opened.uses
    before = Brouillon.objects.count()
    desk.client.post("/mandats/nouveau", _asked(desk))
    assert Brouillon.objects.count() <= before


def _asked(desk: Desk) -> dict[str, Any]:
    return {"demarches": ["logement"], "duree": "J31", "structure": str(desk.place.id)}


def _use(autorisation: Any) -> dict[str, Any]:
    told = {"channel": "telephone", "body": "CAF", "description": "Appel", "manner": "avec", "confirmed": "1"}
    return {"autorisation": autorisation, "used_on": timezone.localdate().isoformat(), **told}


def test_what_the_table_refuses_is_taken_while_nobody_died(opened: Open) -> None:
    """The same acts, by somebody who may: none of them is refused for another reason."""
    desk, first = opened.desk, opened.mandat.autorisations.get()
    assert flow.exchange(opened.site, opened.waiting).status_code == 200
    assert desk.client.post(opened.choice, {"autorisation": str(first.id)}).status_code == 200
    assert isinstance(consent_desk.accepts(desk, opened.ready), Mandat)
    uses = opened.mandat.utilisations.count()
    desk.client.post(f"/mandats/{opened.mandat.id}/utilisation", _use(first.id))
    assert opened.mandat.utilisations.count() == uses + 1
    assert (
        desk.client.post(
            "/mandats/nouveau", {"demarches": ["logement"], "duree": "J31", "structure": str(desk.place.id)}
        ).status_code
        == 302
    )
    assert Compte.objects.get(pk=desk.who.pk).is_active
