"""A small world for the walk: two structures, somebody of each role signed in, and each kind of object four times.

``own`` is the object of the role itself, or of the aidant of its structure; ``colleague`` is another person's of the
same structure; ``foreign`` another structure's; ``unknown`` nobody's.
"""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.test import Client as Browser
from django.utils import timezone

from aidants.comptes import recovery
from aidants.comptes.facteurs.changes import factors_of
from aidants.comptes.models import Compte, Fonction
from aidants.comptes.second_factor import grant_change, touch
from aidants.comptes.sessions.models import SessionOuverte
from aidants.domain.acteur import Acteur, Kind
from aidants.domain.roles import NATIONAL_ROLES, Role
from aidants.journal.sequence import integrate
from aidants.structures.invitations import Invite, invite
from aidants.structures.models import Adhesion, Affectation, Invitation, Nomination, Structure
from mandats.alertes.models import Alerte
from mandats.domain.codes import grouped
from mandats.domain.droits import Droit
from mandats.droits import demandes
from mandats.droits.models import Demande, Rapprochement
from mandats.registre.models import Contestation
from mandats.registre.services.contestations import object_to_use
from mandats.registre.services.many import acteur_usager
from mandats.registre.services.volet import CodesVolet, renew_codes
from oidc.protocol.still_asked import StillAsked
from oidc.provider.clients import NewClient, create_client
from oidc.provider.models import Client, Interaction
from tests import builders
from tests.access.more_objects import join_body, of_activity, of_habilitation, of_letter, of_training
from tests.access.partner import calling_partner, names
from tests.access.scheme_objects import of_scheme
from tests.access.table import ROLES, SCOPES
from tests.aidants.training_desk import organisme
from tests.oidc import flow

# Arguments of addresses that name no object.
WORDS = {
    "code": "falc",
    "departement": "05",
    "slug": "x",
    "name": "porteur",
    "kind": "export",
    "number": "1",
    "level": "0",
    "place": "000",
}


class Bare(Browser):
    """A browser that hands back the service's answer and nothing of its templates: four times quicker.

    It keeps no cookie that it is given, so that each request starts from the same session.
    """

    def __init__(self, like: Browser) -> None:
        super().__init__()
        self.cookies, self.defaults, self.headers = like.cookies, like.defaults, like.headers

    def request(self, **request: Any) -> Any:
        """Hand the request to the service."""
        return self.handler(self._base_environ(**request))  # type: ignore[attr-defined]  # Django's own, untyped


class World:
    """The people, their browsers, and what they may ask for."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self._made: dict[tuple[str, str], Mapping[str, object]] = {}
        here, elsewhere = builders.structure(), builders.structure("CCAS voisin", siret="99999920500029")
        self.people = {"aidant": builders.aidant(here), "referent": _referent(here), "nobody": builders.compte()}
        for role in NATIONAL_ROLES:
            self.people[role.value] = builders.compte()
            where = "05" if role is Role.PREFECTURE else ""
            Fonction.objects.create(compte=self.people[role.value], role=role.value, departement=where)
        self.second_referent, self.foreign_referent = _referent(here), _referent(elsewhere)
        self.aidants = {
            "own": self.people["aidant"],
            "colleague": builders.aidant(here),
            "foreign": builders.aidant(elsewhere),
        }
        self.places = {"own": here, "colleague": here, "foreign": elsewhere}
        here_too, other = organisme(), organisme("Autre organisme", "99999950100005")
        self.bodies = {"own": here_too, "colleague": here_too, "foreign": other}
        join_body(here_too, self.people["organisme"], self.now)
        self.browsers: dict[str, Browser] = {role: builders.signed_in(who) for role, who in self.people.items()}
        self.browsers["stranger"] = Browser()
        self.browsers["client"] = self._administration()
        self.browsers["partenaire"] = calling_partner(self.places, self.aidants, self.now)
        self.shared = {scope: self._objects(scope) for scope in SCOPES[:3]}
        integrate(self.now)
        self.browsers["usager"] = self._usager()
        self.browsers["halfway"] = Browser()
        self.browsers["halfway"].force_login(self.people["aidant"], backend="aidants.comptes.backend.ComptesBackend")

    def _administration(self) -> Browser:
        new = NewClient("Allocations", "administration", [flow.CALLBACK])
        self.site, secret = create_client(new, self.now)
        pair = base64.b64encode(f"{self.site.client_id}:{secret}".encode()).decode()
        return Browser(headers={"Authorization": f"Basic {pair}"})

    def _usager(self) -> Browser:
        """Enter the usager's own page by the code of the volet."""
        mandat = self.mandats["own"]
        codes = renew_codes(mandat.id, builders.acteur(mandat.aidant, mandat.structure), self.now)
        assert isinstance(codes, CodesVolet)
        year, month, day = builders.IDENTITE.birthdate.split("-")
        typed = {"reference": mandat.reference, "code": grouped(codes.revocation)}
        browser = Browser()
        answer = browser.post("/usager", typed | {"day": day, "month": month, "year": year})
        assert answer["Location"] == "/usager/mandats", answer.content.decode()
        return browser

    def _objects(self, scope: str) -> dict[str, object]:
        """Make one of everything that belongs to a structure, or to somebody of it."""
        place, who = self.places[scope], self.aidants[scope]
        mandat = builders.mandat(who, place, now=self.now)
        self.mandats = {**getattr(self, "mandats", {}), scope: mandat}
        use = builders.utilisation(mandat)
        objection = object_to_use(use.id, acteur_usager(mandat.usager_id), "", self.now)
        assert isinstance(objection, Contestation)
        referent = {"own": self.people["referent"], "colleague": self.second_referent}.get(scope, self.foreign_referent)
        asker = self.people["administrateur"] if scope == "own" else _with_role("administrateur")
        return {
            "mandat_id": mandat.id,
            "usager_id": mandat.usager_id,
            "structure_id": place.id,
            "utilisation_id": use.id,
            "contestation_id": objection.id,
            "brouillon_id": builders.consented(who, place, now=self.now).id,
            "autorisation_id": mandat.autorisations.get().id,
            "document_id": mandat.documents.get(kind="signature").id,
            "alerte_id": _alerte(place, who, self.now).id,
            "invitation_id": _invitation(place, referent, self.now).id,
            "recovery_id": _recovery(builders.aidant(place), referent, self.now).id,
            "demande_id": _demande(mandat.usager_id, asker, self.now).id,
            "row_id": _rapprochement(mandat.usager_id, self.now).id,
            "client_pk": self.site.pk if scope == "own" else _site().pk,
            "fonction_id": Fonction.objects.get(compte=_with_role("accueil")).id,
            "nomination_id": _nomination(asker, self.now).id,
            **of_letter(mandat.usager, self.now),
            **of_scheme(place, who, "13" if scope == "foreign" else "05"),
            **of_activity(place, who, self.now),
            **of_habilitation(who, self.now),
            **of_training(self.bodies[scope], self.people["organisme"], place, who),
        }

    def arguments(self, role: str, scope: str) -> Mapping[str, object]:
        """Return what stands in an address for this role: the value of each argument, by its name; made once."""
        if (role, scope) not in self._made:
            self._made[role, scope] = self._arguments(role, scope)
        return self._made[role, scope]

    def _arguments(self, role: str, scope: str) -> Mapping[str, object]:
        if scope == "unknown":
            return {**dict.fromkeys(self.arguments(role, "own"), uuid4()), "key": "code-0", **WORDS}
        who = self.people.get(role, self.people["aidant"])
        other = {"own": who, "colleague": self.aidants["colleague"], "foreign": self.aidants["foreign"]}[scope]
        return {**self.shared[scope], **WORDS, **names(scope), **self._of_person(other)}

    def row_of(self, route: str, scope: str) -> object:
        """Return the key of a row of the table that a page of the admin shows; nobody's owns it."""
        app, model, _ = route.partition(":")[2].split("_")
        return uuid4() if scope == "unknown" else apps.get_model(app, model).objects.order_by("pk")[0].pk

    def _of_person(self, who: Compte) -> dict[str, object]:
        """Return what belongs to one person: account, a session elsewhere, a factor, a request of a site."""
        session, _ = SessionOuverte.objects.get_or_create(
            compte=who, device="ailleurs", defaults=_session(self.now, who.id)
        )
        waiting, _ = Interaction.objects.get_or_create(
            state=str(who.id), defaults={**_request(self.site, self.now), "browser": str(who.id)}
        )
        place = self.places["foreign" if who == self.aidants["foreign"] else "own"]
        asked, _ = Adhesion.objects.get_or_create(compte=who, structure=place, defaults={"asked_at": self.now})
        return {
            "adhesion_id": asked.id,
            "compte_id": who.id,
            "public_id": session.public_id,
            "key": factors_of(who)[0].key,
            "interaction_id": waiting.id,
        }

    def prepare(self) -> None:
        """Make whatever is asked for, and let each browser be the one whose request of a site waits."""
        for role, who in self.people.items():
            session = self.browsers[role].session
            session["oidc_browser"] = str(who.id)
            session.save()
        for role, scope in product(ROLES, SCOPES):
            self.arguments(role, scope)
        self.browsers = {role: Bare(browser) for role, browser in self.browsers.items()}
        self._stay_awake(timezone.now())

    def keep_awake(self) -> None:
        """Note an act of everybody now and then, as they would do some: their sessions last as long as the walk does,
        and a request need not write that it was one.
        """
        now = timezone.now()
        if now - self._awake_at > timedelta(seconds=20):
            self._stay_awake(now)

    def _stay_awake(self, now: datetime) -> None:
        self._awake_at = now
        # Who is halfway has given a password and no second factor, this very moment.
        for role in (*self.people, "halfway"):
            session = self.browsers[role].session
            touch(session, now)
            grant_change(session, now)
            session.save()


def _referent(place: Structure) -> Compte:
    made = builders.compte()
    Affectation.objects.create(compte=made, structure=place, is_referent=True, started_at=builders.NOW)
    return made


def _with_role(role: str) -> Compte:
    made = builders.compte()
    Fonction.objects.create(compte=made, role=role)
    return made


def _alerte(place: Structure, who: Compte, now: Any) -> Alerte:
    return Alerte.objects.create(rule="nuit", structure=place, aidant=who, day=now.date(), count=3, raised_at=now)


def _invitation(place: Structure, referent: Compte, now: Any) -> Invitation:
    doer = Acteur(Kind.COMPTE, referent.id, place.id, "referent")
    asked = Invite(f"{uuid4().hex}@example.org", "Zoé", "Petit", "Agente", is_aidant=True, statut="salarie")
    made = invite(place, asked, doer, now)
    assert isinstance(made, Invitation)
    return made


def _recovery(compte: Compte, garant: Compte, now: Any) -> Any:
    channel, recognised = recovery.Channel.POST, recovery.Recognised.VOICE
    doer = Acteur(Kind.COMPTE, garant.id)
    return recovery.open_recovery(compte, garant, channel=channel, recognised=recognised, acteur=doer, now=now)


def _demande(usager_id: UUID, who: Compte, now: Any) -> Demande:
    told = {"origin": "courrier", "proof": "piece", "received_on": now.date()}
    doer = Acteur(Kind.COMPTE, who.id, None, "administrateur")
    made = demandes.ask(usager_id, Droit.EXPORT, doer, now=now, **told)
    assert isinstance(made, Demande)
    return made


def _nomination(who: Compte, now: Any) -> Nomination:
    told = {"email": f"{uuid4().hex}@example.org", "given_name": "Zoé", "family_name": "Petit"}
    return Nomination.objects.create(**told, asked_by=who, asked_at=now, expires_at=now + timedelta(days=7))


def _rapprochement(usager_id: UUID, now: Any) -> Rapprochement:
    return Rapprochement.objects.create(usager_id=usager_id, sub_digest=uuid4().hex * 2, way="usager", proposed_at=now)


def _site() -> Client:
    return create_client(NewClient(f"Site {uuid4().hex[:6]}", "administration", [flow.CALLBACK]), timezone.now())[0]


def _session(now: Any, owner: UUID) -> dict[str, object]:
    key = uuid4().hex
    return {"session_key": key, "session_data": "", "expire_date": now + timedelta(hours=1), "opened_at": now}


def _request(site: Client, now: Any) -> dict[str, object]:
    asked = StillAsked().to_json()
    ends = {"created_at": now, "expires_at": now + timedelta(minutes=30)}
    return {"client": site, "redirect_uri": flow.CALLBACK, "nonce": "n", "scope": "openid", "asked": asked, **ends}
