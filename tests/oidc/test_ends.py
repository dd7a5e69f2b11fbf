"""The provider follows the journal: what ended in the register ends the connexions that stood on it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.utils import timezone

from aidants.dispositif.contrats import break_contrat
from aidants.domain.acteur import SYSTEME, Acteur, Kind
from aidants.domain.dispositif.financement import MotifRupture
from aidants.habilitation.conditions import withdraw_aidant
from aidants.journal.follow import follow
from aidants.journal.models import Entree
from aidants.journal.sequence import integrate
from aidants.structures.places import set_roles_from_outside
from mandats.registre.services.revoke import revoke_autorisation, revoke_mandat
from mandats.registre.services.single_use import BRIDGE_LASTS, close_bridge_uses, close_expired
from mandats.registre.services.suspend import resume_mandat, suspend_mandat
from oidc.provider.ends import ENDS
from oidc.provider.models import Connexion, LogoutNotice
from tests import builders
from tests.aidants.dispositif import scheme
from tests.oidc import flow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _following():
    """The follower is there before anything happens, as in the service."""
    integrate(timezone.now())
    follow(ENDS, timezone.now())


def catch_up() -> None:
    integrate(timezone.now())
    follow(ENDS, timezone.now())


def usager(at: flow.Desk) -> Acteur:
    return Acteur(Kind.USAGER, at.mandat.usager_id)


def connexions_open() -> set[str]:
    rows = Connexion.objects.filter(revoked_at__isnull=True)
    return set(rows.values_list("autorisation__demarche", flat=True))


def two_connexions() -> tuple[flow.Desk, flow.Site, str]:
    """Return a desk that has used both its demarches, and the token of the first use."""
    at, asked = flow.desk(), flow.site()
    token = flow.tokens_of(at, asked)["access_token"]
    other = flow.site(redirect_uris=["https://autre.example/retour"])
    assert flow.exchange(other, flow.code_of(at, other, "argent")).status_code == 200
    return at, asked, token


@pytest.mark.writes("connexion:end")
def test_a_revocation_ends_every_connexion_of_the_mandat():
    at, _, _ = two_connexions()
    assert revoke_mandat(at.mandat.id, usager(at), way="page_usager", now=timezone.now())
    catch_up()
    assert connexions_open() == set()
    told = Entree.objects.filter(event="connexion:end").order_by("id")
    assert [(row.acteur_kind, row.subject_id, row.reason) for row in told] == [
        ("systeme", at.mandat.id, "oidc.mandat_no_longer_stands")
    ] * 2
    catch_up()
    assert Entree.objects.filter(event="connexion:end").count() == 2


@pytest.mark.writes("mandat:end", "connexion:end")
def test_the_term_ends_every_connexion_of_the_mandat_and_of_no_other():
    at, _, _ = two_connexions()
    other, asked = flow.desk(demarches=("social",), duree="J365"), flow.site()
    assert flow.exchange(asked, flow.code_of(other, asked, "social")).status_code == 200
    assert close_expired(at.mandat.expires_at) == 1
    catch_up()
    assert connexions_open() == {"social"}
    told = Entree.objects.filter(event="connexion:end")
    assert {(row.acteur_kind, row.subject_id) for row in told} == {("systeme", at.mandat.id)}


@pytest.mark.writes("mandat:end", "connexion:end")
def test_a_single_use_ends_its_connexion_once_the_site_had_its_time():
    at, asked = flow.desk(single_use=True), flow.site()
    flow.tokens_of(at, asked)
    catch_up()
    assert connexions_open() == {"logement"}
    assert close_bridge_uses(timezone.now() + BRIDGE_LASTS) == 1
    catch_up()
    assert connexions_open() == set()


def test_the_end_of_one_demarche_ends_its_connexions_alone():
    at, _, _ = two_connexions()
    assert revoke_autorisation(at.autorisation("argent").id, usager(at), way="page_usager", now=timezone.now())
    catch_up()
    assert connexions_open() == {"logement"}


def test_a_mandat_replaced_ends_the_connexions_of_the_old_one():
    at, _, _ = two_connexions()
    person = builders.identite(sub_digest=at.mandat.usager.sub_digest)
    builders.mandat(at.aidant, at.place, person, now=timezone.now(), demarches=("argent",))
    catch_up()
    assert connexions_open() == {"logement"}


def test_a_suspension_ends_what_was_open_and_spares_what_comes_after_it_was_lifted():
    at, asked, _ = two_connexions()
    earlier = timezone.now() - timedelta(minutes=5)
    Connexion.objects.update(created_at=earlier - timedelta(minutes=1))
    assert suspend_mandat(at.mandat.id, usager(at), way="telephone", now=earlier)
    assert resume_mandat(at.mandat.id, usager(at), way="page_usager", now=earlier)
    asked.state = "another"
    flow.tokens_of(at, asked)
    catch_up()
    assert Connexion.objects.filter(revoked_at__isnull=True).count() == 1


def test_a_code_not_yet_exchanged_is_left_to_the_register():
    at, asked = flow.desk(), flow.site()
    code = flow.code_of(at, asked)
    revoke_mandat(at.mandat.id, usager(at), way="page_usager", now=timezone.now())
    catch_up()
    assert flow.exchange(asked, code).json()["error"] == "invalid_grant"
    assert Entree.objects.filter(event="utilisation:refuse").count() == 1


def _becomes(at: flow.Desk, *, is_aidant: bool, is_referent: bool) -> None:
    place, now = at.aidant.affectations.get(), timezone.now()
    assert set_roles_from_outside(place, SYSTEME, is_aidant=is_aidant, is_referent=is_referent, now=now)


def _contract_breaks(at: flow.Desk) -> None:
    """The referent of the structure ends the contract of a conseiller who left the day before."""
    at.aidant.affectations.update(is_conseiller=True)
    today = timezone.localdate()
    made = scheme.contrat(at.place, at.aidant, starts_on=today - timedelta(days=90), ends_on=today + timedelta(days=90))
    doer = builders.acteur(scheme.referent(at.place), at.place)
    assert break_contrat(made.id, today - timedelta(days=1), MotifRupture.DEMISSION, doer, timezone.now())


OUT: dict[str, Callable[[flow.Desk], object]] = {
    "closed": lambda at: call_command("deactivate_compte", email=at.aidant.email, motif="vol"),
    "left": partial(_becomes, is_aidant=False, is_referent=False),
    "referent": partial(_becomes, is_aidant=False, is_referent=True),
    "contract broken": _contract_breaks,
    "withdrawn": lambda at: withdraw_aidant(at.aidant.affectations.get(), "Fraude.", SYSTEME, timezone.now()),
}


@pytest.mark.parametrize("how", OUT)
def test_who_is_put_out_is_out_at_the_sites_too_at_once_and_their_visits_end(how: str):
    """The tokens and codes die with the right itself; the site is told as soon as the journal is read."""
    at, asked, token = two_connexions()
    asked.state = "third"
    code = flow.code_of(at, asked)
    colleague = builders.aidant(at.place)
    kept = replace(at, aidant=colleague, browser=builders.signed_in(colleague))
    other = flow.site(redirect_uris=["https://autre.example/retour"])
    theirs = flow.tokens_of(kept, other)["access_token"]
    OUT[how](at)
    assert flow.userinfo(token).status_code == 401
    assert flow.introspect(asked, token).json() == {"active": False}
    assert flow.exchange(asked, code).json()["error"] == "invalid_grant"
    catch_up()
    ended = Connexion.objects.filter(aidant=at.aidant, redeemed_at__isnull=False)
    assert ended.count() == 2
    assert all(one.revoked_at for one in ended)
    reasons = Entree.objects.filter(event="connexion:end").values_list("reason", flat=True)
    assert list(reasons) == ["structure.not_an_aidant"] * 2
    assert flow.userinfo(theirs).status_code == 200, "a colleague goes on"


@pytest.mark.spec("RP-Initiated Logout", "2")
@pytest.mark.spec("Back-Channel Logout", "2.3")
@pytest.mark.writes("compte:sign_out")
def test_a_session_that_is_closed_is_closed_at_the_sites_that_listen_and_no_other():
    at, mute = flow.desk(), flow.site(redirect_uris=["https://autre.example/retour"])
    told = flow.site(backchannel_logout_uri="https://site.example/deconnexion")
    open_elsewhere = replace(at, browser=builders.signed_in(at.aidant))
    kept, _, ended = [flow.tokens_of(*one) for one in ((open_elsewhere, told), (at, mute), (at, told))]
    flow.choice_page(at.browser, mute, max_age="3600")
    assert at.browser.post("/deconnexion").status_code == 302
    catch_up()
    (connexion,) = Connexion.objects.filter(revoked_at__isnull=False)
    assert str(connexion.id) == flow.claims_of(ended["id_token"])["sid"] != flow.claims_of(kept["id_token"])["sid"]
    assert LogoutNotice.objects.get().connexion_id == connexion.id
    assert flow.userinfo(ended["access_token"]).status_code == 401


def test_signing_in_again_for_a_site_ends_no_visit():
    at, told = flow.desk(), flow.site(backchannel_logout_uri="https://site.example/deconnexion")
    flow.tokens_of(at, told)
    flow.choice_page(at.browser, told, prompt="login")
    catch_up()
    assert Entree.objects.filter(event="compte:sign_out").count() == 1
    assert not Connexion.objects.filter(revoked_at__isnull=False).exists()


def test_a_second_role_ends_no_visit():
    at, _, token = two_connexions()
    _becomes(at, is_aidant=True, is_referent=True)
    catch_up()
    assert connexions_open() == {"logement", "argent"}
    assert flow.userinfo(token).status_code == 200


def test_a_token_used_after_the_end_is_still_told_in_the_journal():
    at, asked, token = two_connexions()
    revoke_mandat(at.mandat.id, usager(at), way="page_usager", now=timezone.now())
    catch_up()
    assert flow.userinfo(token).status_code == 401
    assert flow.introspect(asked, token).json() == {"active": False}
    refused = Entree.objects.filter(event="utilisation:refuse")
    assert {row.subject_id for row in refused} == {at.mandat.id}
    assert refused.count() == 2
