"""Papers at the desk: a copy by e-mail, explanations, and codes copied by hand where nothing prints."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Error

from mandats.attestation.sceau import seal_in, token_in_seal
from mandats.domain.codes import normalise
from mandats.registre.services.volet import check_code
from tests.browser.conseiller import Conseiller


def test_papers_of_a_mandat(conseiller: Conseiller) -> None:
    mandat = conseiller.has_concluded("logement", "argent", usager="martin-sophie")
    at = conseiller.visitor
    conseiller.signs_in()
    at.open(f"{conseiller.sites.service}/mandats/{mandat.id}")
    at.see(mandat.usager.full_name)
    assert token_in_seal(seal_in(conseiller.takes_mandat())) is not None
    for form in ("Résumé en gros caractères", "Facile à lire", "English", "العربية"):
        assert at.take(at.link(re.compile(f"^{form}"))).startswith(b"%PDF-")

    at.follow("Envoyer sa copie par courriel")
    at.see("Envoyer sa copie à la personne")
    at.read(mandat.usager.email)
    at.press("Envoyer par courriel")
    at.hear("La copie part à")
    at.read("scellé, et horodaté le")


def test_codes_are_copied_by_hand_where_nothing_prints(conseiller: Conseiller) -> None:
    mandat = conseiller.has_concluded("logement", usager="martin-sophie")
    at = conseiller.visitor
    conseiller.signs_in()
    at.open(f"{conseiller.sites.service}/mandats/{mandat.id}")
    at.see(mandat.usager.full_name)
    at.follow(re.compile("^Imprimer le volet"))
    at.see("Imprimer le volet de la personne")
    at.follow("L’imprimante ne marche pas")
    at.see("Sans imprimante")
    at.press("Je suis la personne")
    at.see("Vos codes")
    codes = {kind: normalise(at.page.locator(f"#{kind}").inner_text()) for kind in ("revocation", "verification")}
    assert all(check_code(mandat.id, kind, code, timezone.now()) for kind, code in codes.items())

    at.follow("J’ai recopié, cacher")
    at.see(mandat.usager.full_name)
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        at.page.go_back()
    assert all(check_code(mandat.id, kind, code, timezone.now()) for kind, code in codes.items())
