"""Somebody who follows their invitation, in Chromium."""

import re

from django_otp.oath import totp

from aidants.domain.cartes import seed_of
from tests.browser.personne import letter, link_in
from tests.browser.visitor import Visitor
from tests.stack import LiveStack


def opens(newcomer: Visitor, stack: LiveStack, address: str, name: str = "de La Rochefoucauld-Montbéliard") -> None:
    text = letter(newcomer, stack.emails_folder, address, "Votre invitation au Service des mandats")
    newcomer.open(link_in(text))
    newcomer.see("Vous avez reçu une invitation")
    assert "#" not in newcomer.page.url, "the code has left the address bar"
    newcomer.press("Continuer")
    newcomer.see("Est-ce bien vous")
    newcomer.read(name)
    newcomer.press("Oui, c’est moi")
    newcomer.see("Un code vous attend")
    text = letter(newcomer, stack.emails_folder, address, "Votre code pour accepter l’invitation")
    code = re.search(r"\d{3} \d{3}", text)
    assert code
    newcomer.write("Code à 6 chiffres", code.group())
    newcomer.press("Continuer")
    newcomer.see("Votre moyen de connexion")


def chooses_password(newcomer: Visitor, password: str) -> None:
    """Enrol an application and a password, where the page has its fold open."""
    typed = newcomer.page.locator(".seed").inner_text()
    newcomer.write("Code affiché par l’application", f"{totp(seed_of(typed) or b''):06d}")
    newcomer.write("Nouveau mot de passe", password)
    newcomer.press("Enregistrer")


def keeps_codes(newcomer: Visitor) -> list[str]:
    newcomer.see("Vos codes de secours")
    newcomer.press("Créer mes dix codes")
    newcomer.read("Ils ne seront plus jamais montrés")
    newcomer.see("Vos codes de secours")
    codes = newcomer.page.locator(".codes .reference").all_inner_texts()
    assert len(codes) == 10
    file = newcomer.take(newcomer.link("Télécharger"))
    assert file.decode().split("\r\n") == codes
    newcomer.follow("Je les ai mis à l’abri")
    newcomer.see("Bonjour")
    return codes
