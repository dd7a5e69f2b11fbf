"""Getting in: invited, enrolled in three steps, signed in by one gesture, and brought back after a loss."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from aidants.comptes.models import Compte
from aidants.structures.models import Affectation, Structure
from tests import builders
from tests.browser.conftest import Visit
from tests.browser.conseiller import Conseiller
from tests.browser.newcomer import chooses_password, keeps_codes, opens
from tests.browser.personne import Authenticator, letter, scanned
from tests.browser.visitor import DESK, KEYBOARD_ZOOMED, NARROW, Visitor
from tests.stack import LiveStack

PASSWORD = "girafe marteau violet tempete"
ALL_WAYS = pytest.mark.parametrize("way", [DESK, NARROW, KEYBOARD_ZOOMED], ids=str)
AT_A_DESK = pytest.mark.parametrize("way", [DESK], ids=str)


@pytest.fixture
def sylvie(visit: Visit, stack: LiveStack, place: Structure) -> Conseiller:
    """Seat a referent of the structure at her own desk, signed in."""
    compte = builders.compte(given_name="Sylvie", family_name="Faure")
    Affectation.objects.create(
        compte=compte, structure=place, is_referent=True, is_aidant=True, started_at=builders.NOW
    )
    made = Conseiller(visit(), stack.sites, compte, place)
    made.signs_in()
    return made


@pytest.fixture
def address() -> str:
    """Give each newcomer an address of their own: the stack keeps what earlier tests did."""
    return f"zoe.{time.monotonic_ns()}@mairie.example"


def invites(sylvie: Conseiller, address: str) -> None:
    at = sylvie.visitor
    at.follow("Équipe")
    at.see("L’équipe")
    at.follow("Inviter quelqu’un")
    at.see("Inviter quelqu’un")
    at.press("Envoyer l’invitation")
    at.see("Inviter quelqu’un")
    at.read("Saisissez le prénom")
    at.write("Prénom", "Zoé-Marguerite")
    at.write("Nom", "de La Rochefoucauld-Montbéliard")
    at.write("Adresse électronique", address)
    at.write("Fonction", "Conseillère numérique")
    at.choose("Statut dans la structure", "Salarié")
    sylvie.gives_fresh_code("Envoyer l’invitation")
    at.see("L’équipe")
    at.hear("L’invitation est partie")


@contextmanager
def gestures(*visitors: Visitor) -> Iterator[list[str]]:
    """Note each thing that these people press, type or tick: what a way costs them, on any machine."""
    made: list[str] = []

    def counted(name: str, do: Callable[..., None]) -> Callable[..., None]:
        def act(*given: object) -> None:
            made.append(name)
            do(*given)

        return act

    with pytest.MonkeyPatch.context() as patch:
        for actor, name in product((one.actor for one in visitors), ("press", "write", "tick")):
            patch.setattr(actor, name, counted(name, getattr(actor, name)))
        yield made


def signs_in_by_key(visitor: Visitor, stack: LiveStack) -> None:
    visitor.open(f"{stack.sites.service}/connexion")
    visitor.see("Connexion")
    visitor.press("Avec ma clé d’accès")


@ALL_WAYS
def test_first_visit_with_a_passkey_then_one_gesture(
    sylvie: Conseiller, visit: Visit, stack: LiveStack, address: str
) -> None:
    invites(sylvie, address)
    newcomer = visit()
    Authenticator(newcomer)
    opens(newcomer, stack, address)
    newcomer.press("Créer ma clé d’accès")
    keeps_codes(newcomer)
    newcomer.press("Se déconnecter")
    newcomer.see("Que souhaitez-vous faire")
    with gestures(newcomer) as made:
        signs_in_by_key(newcomer, stack)
    newcomer.see("Bonjour")
    assert made == ["press"], "in within ten seconds: one gesture, nothing typed"
    assert not Compte.objects.get(email=address).has_usable_password()
    newcomer.follow("Mon compte")
    newcomer.see("Mon compte")
    newcomer.read("Clé d’accès")
    newcomer.follow("Ajouter une application")
    newcomer.see("Confirmez que c’est vous")
    newcomer.press("Confirmer avec ma clé d’accès")
    newcomer.see("Ajouter une application")


@ALL_WAYS
def test_first_visit_with_a_password_and_an_application(
    sylvie: Conseiller, visit: Visit, stack: LiveStack, address: str, tmp_path: Path
) -> None:
    invites(sylvie, address)
    newcomer = visit()
    opens(newcomer, stack, address)
    newcomer.unfold("Ou un mot de passe et une application")
    typed = newcomer.page.locator(".seed").inner_text()
    told = parse_qs(urlsplit(scanned(newcomer, tmp_path)).query)
    assert told["secret"] == [typed.replace(" ", "")]
    chooses_password(newcomer, "motdepasse1234")
    newcomer.see("Votre moyen de connexion")
    newcomer.read("se devine trop facilement")
    chooses_password(newcomer, PASSWORD)
    codes = keeps_codes(newcomer)
    newcomer.press("Se déconnecter")
    newcomer.see("Que souhaitez-vous faire")
    newcomer.follow("Se connecter")
    newcomer.see("Connexion")
    newcomer.write("Adresse électronique", address)
    newcomer.write("Mot de passe", PASSWORD)
    newcomer.write("Code à 6 chiffres", codes[0])
    newcomer.press("Se connecter")
    newcomer.see("Bonjour")


@ALL_WAYS
def test_a_device_lost_on_a_saturday_is_replaced_in_five_minutes(
    sylvie: Conseiller, visit: Visit, stack: LiveStack, place: Structure
) -> None:
    who = builders.aidant(place, given_name="Thomas", family_name="Giraud")
    lost = visit()
    with gestures(sylvie.visitor, lost) as made:
        comes_back(sylvie, lost, stack, who)
    assert len(made) * 10 < 300, "under five minutes, at ten seconds a gesture"
    lost.follow("Mon compte")
    lost.see("Mon compte")
    lost.read_nowhere("Application")


def comes_back(sylvie: Conseiller, lost: Visitor, stack: LiveStack, who: Compte) -> None:
    desk = sylvie.visitor
    desk.follow("Équipe")
    desk.see("L’équipe")
    desk.follow("A perdu son appareil : Thomas")
    desk.see("Aider à revenir")
    desk.tick("Au téléphone")
    sylvie.gives_fresh_code("Me porter garant")
    desk.see("C’est parti")
    lost.open(f"{stack.sites.service}/connexion")
    lost.see("Connexion")
    lost.follow("Téléphone, clé ou carte perdus")
    lost.see("Vous n’avez plus votre appareil")
    text = letter(lost, stack.emails_folder, who.email, "Votre code pour revenir")
    code = re.search(r"\d{4} \d{4}", text)
    assert code
    desk.read_nowhere(code.group())
    lost.write("Adresse électronique", who.email)
    lost.write("Code à 8 chiffres", "0000 0000")
    lost.press("Continuer")
    lost.see("Vous n’avez plus votre appareil")
    lost.read("Adresse électronique ou code incorrect")
    lost.write("Code à 8 chiffres", code.group())
    lost.press("Continuer")
    lost.see("Un nouveau moyen de connexion")
    Authenticator(lost)
    lost.press("Créer ma clé d’accès")
    keeps_codes(lost)


@AT_A_DESK
def test_a_second_device_a_copy_a_stranger_s_finger_and_another_site(
    conseiller: Conseiller, visit: Visit, stack: LiveStack
) -> None:
    at = conseiller.visitor
    device = Authenticator(at)
    conseiller.signs_in()
    at.follow("Mon compte")
    at.see("Mon compte")
    at.follow("Ajouter une clé d’accès")
    at.see("Confirmez que c’est vous")
    conseiller.gives_fresh_code("Continuer")
    at.see("Ajouter une clé d’accès")
    at.write("Nom, pour la reconnaître", "Portable du bureau")
    at.press("Créer la clé d’accès")
    at.see("Mon compte")
    at.read("Portable du bureau")
    (held,) = device.credentials()

    second = visit()
    # A link cut inside a sign fills nothing and breaks nothing: an error of the script would be a complaint.
    second.open(f"{stack.sites.service}/mot-de-passe/nouveau#%E0%A4%A")
    second.see("Nouveau mot de passe")
    other = Authenticator(second)
    other.hold({**held, "signCount": held["signCount"] + 50})
    signs_in_by_key(second, stack)
    second.see("Bonjour")

    at.press("Se déconnecter")
    signs_in_by_key(at, stack)
    at.read("n’a pas été reconnue")
    at.see("Connexion")
    letter(at, stack.emails_folder, conseiller.compte.email, "Une clé d’accès à votre compte a peut-être été copiée")

    other.recognises(owner=False)
    second.press("Se déconnecter")
    signs_in_by_key(second, stack)
    second.read("La clé d’accès n’a pas servi")
    other.recognises(owner=True)
    refused_elsewhere(second, stack)


@pytest.mark.parametrize("way", [DESK, NARROW, KEYBOARD_ZOOMED], ids=str)
def test_an_agent_comes_by_proconnect_and_gives_a_code(conseiller: Conseiller, stack: LiveStack) -> None:
    at = conseiller.visitor
    at.open(f"{stack.sites.service}/connexion")
    at.see("Connexion")
    at.press("S’identifier avec ProConnect")
    at.see("ProConnect simulé")
    at.write("Adresse électronique professionnelle", conseiller.compte.email)
    at.press("Continuer")
    at.see("Encore un code")
    conseiller.gives_fresh_code("Se connecter")
    at.see("Bonjour")
    at.press("Se déconnecter")
    at.see("Que souhaitez-vous faire")


ELSEWHERE = """async (options) => {
  const bytes = (t) => Uint8Array.from(atob(t.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b)))
    .replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=+$/, "");
  const publicKey = { challenge: bytes(options.challenge), rpId: options.rpId, userVerification: "required" };
  const got = await navigator.credentials.get({ publicKey });
  const part = (name) => text(got.response[name]);
  return JSON.stringify({ id: got.id, rawId: text(got.rawId), type: got.type, clientExtensionResults: {},
    response: { clientDataJSON: part("clientDataJSON"), authenticatorData: part("authenticatorData"),
      signature: part("signature"), userHandle: part("userHandle") } });
}"""


def refused_elsewhere(visitor: Visitor, stack: LiveStack) -> None:
    """A site of another origin relays our challenge to the person's own key, then brings the answer to us."""
    page = visitor.page
    asked: list[str] = []
    page.on("response", lambda one: asked.append(one.text()) if one.url.endswith("/cle/options") else None)
    ask = """async () => { const form = document.querySelector("form[data-passkey]");
      const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
      const answer = await fetch(form.dataset.options, { method: "POST", headers: { "X-CSRFToken": token } });
      return answer.json(); }"""
    visitor.open(f"{stack.sites.service}/connexion")
    options = page.evaluate(ask)
    visitor.open(stack.sites.franceconnect)
    answer = page.evaluate(ELSEWHERE, options)
    assert json.loads(answer)["id"]
    visitor.open(f"{stack.sites.service}/connexion")
    page.evaluate(
        """(answer) => { const form = document.querySelector("form[data-passkey]");
      form.elements.passkey.value = answer; form.submit(); }""",
        answer,
    )
    visitor.read("n’a pas été reconnue")


@AT_A_DESK
def test_one_s_sessions_are_listed_and_closed_from_elsewhere(conseiller: Conseiller, visit: Visit) -> None:
    conseiller.signs_in()
    elsewhere = Conseiller(visit(), conseiller.sites, conseiller.compte, conseiller.place)
    elsewhere.signs_in()
    at = conseiller.visitor
    at.follow("Mon compte")
    at.see("Mon compte")
    at.press("Fermer toutes les autres")
    at.see("Mon compte")
    at.hear("Toutes vos autres sessions sont fermées")
    elsewhere.visitor.follow("Mandats")
    elsewhere.visitor.see("Connexion")
    at.follow("Retirer application")
    at.see("Confirmez que c’est vous")
    conseiller.gives_fresh_code("Continuer")
    at.see("Retirer un moyen de connexion")
    at.press("Retirer")
    at.see("Retirer un moyen de connexion")
    at.read("dernier moyen")
