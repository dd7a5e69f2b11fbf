"""The client registry: an administrateur's screens, a fresh second factor for each act, secrets shown once."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone
from joserfc.jwk import ECKey

from aidants.comptes.models import Compte, Fonction
from aidants.journal.models import Entree
from oidc.provider.clients import NewClient, create_client, is_secret_of
from oidc.provider.models import Client, EventReceiver
from tests import builders

pytestmark = pytest.mark.django_db
REDIRECT = "https://alloc.example.org/retour"
PUBLIC = {"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}


@pytest.fixture
def ines() -> Compte:
    who = builders.compte("ines@mandats.example")
    Fonction.objects.create(compte=who, role="administrateur")
    return who


@pytest.fixture
def desk(ines: Compte) -> Browser:
    return builders.signed_in(ines)


@pytest.fixture
def site() -> Client:
    return create_client(NewClient("Allocations", "administration", [REDIRECT]), timezone.now())[0]


def typed(who: Compte, **fields: Any) -> dict[str, Any]:
    return {
        "name": "Allocations",
        "profile": "administration",
        "redirect_uris": f"{REDIRECT}\n https://alloc.example.org/autre \n",
        "auth_method": "client_secret_basic",
        "id_token_alg": "ES256",
        "access_token_format": "opaque",
        "code": builders.totp_code(who),
    } | fields


def shown(page: str, name: str) -> str:
    found = re.search(rf'id="{name}">([^<]+)<', page)
    assert found, page
    return found[1]


def test_a_site_is_registered_and_its_secret_shown_once(desk: Browser, ines: Compte) -> None:
    answer = desk.post("/registre/sites/nouveau", typed(ines))
    page = answer.content.decode()
    client = Client.objects.get()
    assert shown(page, "client-id") == client.client_id
    assert is_secret_of(client, shown(page, "client-secret"), timezone.now())
    assert client.redirect_uris == [REDIRECT, "https://alloc.example.org/autre"]
    assert "no-store" in answer["Cache-Control"]
    assert Entree.objects.get(event="client:create").acteur_id == ines.id
    assert "client-secret" not in desk.get(f"/registre/sites/{client.pk}").content.decode()


@pytest.mark.writes("client:create")
def test_a_site_with_its_own_key_has_no_secret(desk: Browser, ines: Compte) -> None:
    given = typed(ines, auth_method="private_key_jwt", jwks=json.dumps(PUBLIC), is_fapi2="on")
    page = desk.post("/registre/sites/nouveau", given).content.decode()
    assert "client-secret" not in page
    assert Client.objects.get().is_fapi2


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"redirect_uris": ""},
        {"redirect_uris": "http://alloc.example.org/retour"},
        {"redirect_uris": "https://alloc.example.org/*"},
        {"id_token_alg": "HS256"},
        {"jwks": "{"},
        {"jwks": "[]"},
        {"jwks": json.dumps({"keys": [PUBLIC["keys"][0] | {"kid": "a\x00"}]})},
        {"jwks": json.dumps({"keys": [PUBLIC["keys"][0] | {"kid": "a\ud800"}]})},
        {"post_logout_redirect_uris": "https://alloc.example.org/a\x00"},
        {"contacts": "a@b.example\na\x00@b.example"},
        {"jwks": json.dumps({"keys": [ECKey.generate_key("P-256").as_dict(private=True)]})},
        {"auth_method": "private_key_jwt"},
        {"demarches": ["tout"]},
        {"profile": "autre"},
    ],
)
def test_what_the_profile_forbids_is_told_and_keeps_what_was_typed(
    desk: Browser, ines: Compte, wrong: dict[str, Any]
) -> None:
    answer = desk.post("/registre/sites/nouveau", typed(ines, contacts="a@b.example") | wrong)
    assert answer.status_code == 422
    assert "a@b.example" in answer.content.decode()
    assert not Client.objects.exists()


KEYS = json.dumps(PUBLIC)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"redirect_uris": ""}, "Écrivez au moins une adresse de retour."),
        (
            {"redirect_uris": "http://alloc.example.org/retour"},
            "Adresse refusée\u00a0: http://alloc.example.org/retour.",
        ),
        ({"jwks_uri": "https://127.0.0.1/cles"}, "Donnez une adresse publique"),
        ({"jwks_uri": "https://localhost/cles"}, "Donnez une adresse publique"),
        ({"jwks_uri": "https://[::ffff:10.0.0.7]/cles"}, "Donnez une adresse publique"),
        ({"jwks_uri": "https://a:b@alloc.example.org/cles"}, "Donnez une adresse publique"),
        ({"backchannel_logout_uri": "https://192.168.1.1/fin"}, "Donnez une adresse publique"),
        ({"redirect_uris": f"{REDIRECT}\nhttps://autre.example.org/retour"}, "sont sur plusieurs domaines"),
        ({"agent_sirets": "12345678901234"}, "Un SIRET d’agents est faux"),
        ({"agent_domains": "CAF.example", "agent_sirets": "99999910500011"}, "en minuscules"),
        ({"agent_domains": "caf.example"}, "écrivez aussi ce SIRET"),
        ({"profile": "partenaire"}, "Un partenaire ne connecte personne"),
        ({"profile": "partenaire", "redirect_uris": "", "auth_method": "client_secret_post"}, "en tête HTTP"),
        ({"auth_method": "private_key_jwt"}, "demande les clés du site"),
        ({"auth_method": "private_key_jwt", "jwks": KEYS, "jwks_uri": "https://alloc.example.org/k"}, "pas les deux"),
        ({"id_token_alg": "HS256"}, "HS256 est réservé à FranceConnect"),
        (
            {"profile": "franceconnect", "id_token_alg": "HS256", "auth_method": "private_key_jwt", "jwks": KEYS},
            "HS256 demande un secret",
        ),
        ({"is_fapi2": "on"}, "FAPI 2.0 est pour une administration qui signe par sa clé"),
        ({"is_fapi2": "on", "auth_method": "private_key_jwt", "jwks": KEYS, "id_token_alg": "RS256"}, "exclut RS256"),
        (
            {"is_fapi2": "on", "auth_method": "private_key_jwt", "jwks": KEYS, "redirect_uris": "http://localhost/r"},
            "FAPI 2.0 exclut http",
        ),
    ],
)
def test_what_the_profile_forbids_is_told_in_french(
    desk: Browser, ines: Compte, wrong: dict[str, Any], told: str
) -> None:
    answer = desk.post("/registre/sites/nouveau", typed(ines) | wrong)
    assert (answer.status_code, told in answer.content.decode()) == (422, True), answer.content.decode()


def test_a_slip_in_a_long_form_costs_no_code_and_the_page_opens_at_its_beginning(
    desk: Browser, ines: Compte, site: Client
) -> None:
    """A code serves once: spent on an address mistyped, it would have to be waited for."""
    given, settings = typed(ines), f"/registre/sites/{site.pk}/reglages"
    wrong = given | {"redirect_uris": "http://alloc.example.org/retour"}
    assert "autofocus" not in desk.get("/registre/sites/nouveau").content.decode()
    assert "autofocus" not in desk.get(settings).content.decode()
    for path in ("/registre/sites/nouveau", settings):
        assert desk.post(path, wrong).status_code == 422
    announced = {"url": "https://10.0.0.1/e", "authorization": "", "code": given["code"]}
    assert desk.post(f"/registre/sites/{site.pk}/annonces", announced).status_code == 422
    assert desk.post(settings, given).status_code == 302, "the very code"


def test_a_record_is_told_in_words(desk: Browser, site: Client) -> None:
    Client.objects.filter(pk=site.pk).update(
        demarches=["logement", "argent"],
        scopes=["birth", "mandat"],
        access_token_format="jwt",
        post_logout_redirect_uris=["https://alloc.example.org/fin"],
        backchannel_logout_uri="https://alloc.example.org/fins",
    )
    page = desk.get(f"/registre/sites/{site.pk}").content.decode()
    assert "Logement ; Argent - Impôts - Consommation" in page
    assert "Lieu de naissance ; Le mandat et qui agit" in page
    assert "Secret, en tête HTTP" in page
    assert "jetons d’accès JWT" in page
    assert [page.count(f">https://alloc.example.org/{end}<") for end in ("fin", "fins", "retour")] == [1, 1, 1]
    assert "client_secret_basic" not in desk.get("/registre/sites").content.decode()


def test_an_address_of_keys_says_what_came_of_its_last_reading(desk: Browser) -> None:
    asked = NewClient("Clés", "administration", [REDIRECT], auth_method="private_key_jwt", jwks_uri=f"{REDIRECT}/cles")
    site, now = create_client(asked, timezone.now())[0], timezone.now()

    def page(**changes: Any) -> str:
        Client.objects.filter(pk=site.pk).update(**changes)
        return desk.get(f"/registre/sites/{site.pk}").content.decode()

    assert "Pas encore lues" in page()
    assert "n’a pas donné de clés publiques" in page(jwks_tried_at=now)
    read = page(jwks_fetched=PUBLIC, jwks_fetched_at=now)
    assert ("1 clé lue le" in read, "n’a pas donné" in read) == (True, False)
    assert "n’a pas donné de clés publiques" in page(jwks_tried_at=now + timedelta(minutes=11))


@pytest.mark.writes("compte:second_factor_refused")
def test_a_wrong_code_registers_nothing(desk: Browser, ines: Compte) -> None:
    assert desk.post("/registre/sites/nouveau", typed(ines, code="000000")).status_code == 422
    assert not Client.objects.exists()


@pytest.mark.writes("client:change")
def test_settings_change_and_the_journal_says_which(desk: Browser, ines: Compte, site: Client) -> None:
    sector = site.sector
    given = typed(ines, name="CAF", redirect_uris="https://caf.example.org/retour", demarches=["logement"])
    assert desk.post(f"/registre/sites/{site.pk}/reglages", given).status_code == 302
    site.refresh_from_db()
    assert (site.name, site.demarches, site.sector) == ("CAF", ["logement"], sector)
    body = bytes(Entree.objects.get(event="client:change").body).decode()
    assert "redirect_uris" in body
    assert "caf.example.org" not in body


@pytest.mark.parametrize("left", [{}, {"requires_par": "on"}, {"requires_dpop": "on"}], ids=str)
def test_a_site_held_to_fapi_cannot_lose_what_holds_it(desk: Browser, ines: Compte, left: dict[str, str]) -> None:
    asked = NewClient("CAF", "administration", [REDIRECT], jwks=PUBLIC, is_fapi2=True)
    site = create_client(asked, timezone.now())[0]
    where, given = f"/registre/sites/{site.pk}/reglages", typed(ines, name="Caf", jwks=json.dumps(PUBLIC))
    answer = desk.post(where, given | left)
    assert answer.status_code == 422
    assert "FAPI 2.0 impose PAR et DPoP\u00a0: laissez les deux cases cochées." in answer.content.decode()
    site.refresh_from_db()
    assert (site.name, site.requires_par, site.requires_dpop) == ("CAF", True, True)


@pytest.mark.writes("client:rotate_secret")
def test_a_secret_is_renewed_and_two_are_good(desk: Browser, ines: Compte) -> None:
    client, first = create_client(NewClient("Allocations", "administration", [REDIRECT]), timezone.now())
    given = {"hours": "24", "code": builders.totp_code(ines)}
    second = shown(desk.post(f"/registre/sites/{client.pk}/secret", given).content.decode(), "client-secret")
    client.refresh_from_db()
    now = timezone.now()
    assert is_secret_of(client, first, now)
    assert is_secret_of(client, second, now)
    assert not is_secret_of(client, first, now + timedelta(hours=25))
    assert "reste valable" in desk.get(f"/registre/sites/{client.pk}").content.decode()


@pytest.mark.writes("client:resume", "client:suspend")
def test_access_closes_and_opens_in_one_gesture(desk: Browser, ines: Compte, site: Client) -> None:
    path = f"/registre/sites/{site.pk}/acces"
    assert desk.post(path, {"code": "123456"}).status_code == 422
    desk.post(path, {"code": builders.totp_code(ines)})
    assert Client.objects.get().suspended_at is not None
    desk.post(path, {"code": builders.totp_code(ines)})
    assert Client.objects.get().suspended_at is None
    assert list(Entree.objects.filter(subject_id=site.id).order_by("id").values_list("event", flat=True))[-2:] == [
        "client:suspend",
        "client:resume",
    ]


def test_where_ends_are_told_is_set_and_its_header_never_shown(desk: Browser, ines: Compte, site: Client) -> None:
    path = f"/registre/sites/{site.pk}/annonces"
    given = {"url": "https://alloc.example.org/fins", "authorization": "Bearer secret-du-site"}
    assert desk.post(path, given | {"url": "http://a.example", "code": builders.totp_code(ines)}).status_code == 422
    assert desk.post(path, given | {"code": builders.totp_code(ines)}).status_code == 302
    assert EventReceiver.objects.get().url == given["url"]
    assert "secret-du-site" not in desk.get(path).content.decode()
    desk.post(path, {"url": "", "code": builders.totp_code(ines)})
    assert not EventReceiver.objects.exists()


@pytest.mark.parametrize("role", ["instructeur", "accueil", "prefecture", ""])
def test_nobody_else_enters(site: Client, role: str) -> None:
    who = builders.compte()
    if role:
        Fonction.objects.create(compte=who, role=role)
    browser = builders.signed_in(who)
    for path in ("", "/nouveau", f"/{site.pk}", f"/{site.pk}/reglages", f"/{site.pk}/secret", f"/{site.pk}/acces"):
        assert browser.get(f"/registre/sites{path}").status_code == 403
        assert browser.post(f"/registre/sites{path}", {}).status_code in (403, 405)


def test_an_unknown_site_does_not_exist(desk: Browser) -> None:
    assert desk.get("/registre/sites/00000000-0000-0000-0000-000000000000").status_code == 404


def test_names_are_shown_as_text(desk: Browser, site: Client) -> None:
    Client.objects.update(name="<script>alert(1)</script>")
    for path in ("", f"/{site.pk}", f"/{site.pk}/secret"):
        page = desk.get(f"/registre/sites{path}").content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;" in page


def test_query_counts(desk: Browser, site: Client, query_count: Callable[[int], Any]) -> None:
    for path, count in (("", 7), (f"/{site.pk}", 8)):
        desk.get(f"/registre/sites{path}")
        with query_count(count):
            desk.get(f"/registre/sites{path}")
