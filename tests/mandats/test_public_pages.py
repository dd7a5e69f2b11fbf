"""Public pages: there for everybody, by no query, kept by browsers and not by shared desks; the help is searched."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from mandats.pages.public import prose
from mandats.pages.public.prose import search, textes
from tests import builders

pytestmark = pytest.mark.django_db
QueryCount = Callable[[int], AbstractContextManager[Any]]

WORDS = (
    ("/pour-les-usagers", "Ce que vous décidez"),
    ("/pour-les-aidants", "Ce qu’il faut"),
    ("/pour-les-administrations", "Vérifier, sans compte"),
    ("/conditions-d-utilisation", "Ce à quoi s’engage l’aidant"),
    ("/mentions-legales", "Cookies"),
    ("/accessibilite", "Aucun organisme extérieur ne l’a audité"),
    ("/plan-du-site", "Reconnaître un aidant qui téléphone"),
    ("/aide-en-ligne", "Se connecter la première fois"),
    ("/aide-en-ligne/appareil-perdu", "deux personnes"),
    ("/donnees-ouvertes", "code_insee"),
    ("/vos-donnees", "articles 13 et 14 du RGPD"),
)
FOOTER = (
    "/plan-du-site", "/accessibilite", "/mentions-legales", "/vos-donnees", "/conditions-d-utilisation",
    "/aide-en-ligne", "/nous-ecrire", "/statistiques", "/donnees-ouvertes", "/usager", "/verifier", "/journal",
)  # fmt: skip


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize(("path", "words"), WORDS)
def test_a_page_of_words_asks_nothing_of_the_database(path: str, words: str, query_count: QueryCount) -> None:
    with query_count(0):
        answer = Client().get(path)
    assert answer.status_code == 200
    assert words in text(answer)
    assert not re.search(r"\{(service|accueil|post|privacy|issuer)\}", text(answer))
    if path != "/vos-donnees":
        assert answer["Cache-Control"] == "private, max-age=300"
        assert "Cookie" in answer["Vary"]
    assert Client().post(path).status_code == 405


def test_a_page_of_who_is_signed_in_is_kept_nowhere() -> None:
    browser = builders.signed_in(builders.aidant(builders.structure()))
    assert browser.get("/accessibilite")["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/connexion", "/verifier", "/nulle-part"])
def test_every_page_leads_to_what_the_law_wants_found(path: str) -> None:
    page = text(Client().get(path))
    footer = page[page.index("<footer") :]
    assert [link for link in FOOTER if f'href="{link}"' not in footer] == []
    assert "Accessibilité\u00a0: non conforme" in footer
    for site in ("info.gouv.fr", "service-public.fr", "legifrance.gouv.fr", "data.gouv.fr"):
        assert site in footer


def test_the_usager_s_light_pages_lead_there_too() -> None:
    page = text(Client().get("/usager"))
    for link in ("/aide-en-ligne", "/plan-du-site", "/accessibilite", "/mentions-legales", "/vos-donnees"):
        assert f'href="{link}"' in page


def test_the_home_page_says_what_it_is_and_has_three_doors() -> None:
    page = text(Client().get("/"))
    assert page.count("fr-tile__title") == 3
    for path in ("/pour-les-usagers", "/pour-les-aidants", "/pour-les-administrations", "/statistiques"):
        assert f'href="{path}"' in page


@pytest.mark.parametrize("folder", ["pages", "aide"])
def test_every_link_of_the_words_leads_somewhere(folder: str) -> None:
    for one in textes(folder).values():
        for link in re.findall(r'href="(/[^"]*)"', one.html()):
            try:
                resolve(link)
            except Resolver404:
                pytest.fail(f"{one.slug}: {link}")


@pytest.mark.reaches("GET mandats:public:help_article")
def test_an_unknown_article_is_unknown() -> None:
    assert Client().get("/aide-en-ligne/appareil-perdu").status_code == 200
    assert Client().get("/aide-en-ligne/nulle-part").status_code == 404
    assert "le plan du site" in text(Client().get("/aide-en-ligne/nulle-part"))


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("téléphone perdu", "appareil-perdu"),
        ("TELEPHONE PERDU", "appareil-perdu"),
        ("mot de passe", "mot-de-passe-oublie"),
        ("arreter", "arreter-un-mandat"),
        ("sms fin", "arreter-un-mandat"),
        ("carte perdue", "appareil-perdu"),
        ("comptes fermés", "compte-ferme"),
    ],
)
def test_the_help_is_searched_without_accents_or_capitals(query: str, slug: str) -> None:
    assert slug in [one.slug for one in search("aide", query)[:3]]
    assert f"/aide-en-ligne/{slug}" in text(Client().get("/aide-en-ligne", {"q": query}))


def test_a_search_without_answer_says_what_to_do() -> None:
    page = text(Client().get("/aide-en-ligne", {"q": "<b>zzz</b>"}))
    assert "Aucune réponse" in page
    assert "&lt;b&gt;zzz" in page
    assert "<b>zzz" not in page
    assert "/nous-ecrire" in page
    assert "Se connecter la première fois" in text(Client().get("/aide-en-ligne", {"q": "   "}))


def test_the_last_date_of_a_text_is_the_one_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pages").mkdir()
    for day, words in (("2026-01-01", "avant"), ("2026-02-01", "après"), ("2025-02-01", "jadis")):
        (tmp_path / "pages" / f"{day}-loi.txt").write_text(f"titre: Loi\n\n{words} <b> **fort** [x](javascript:y)")
    monkeypatch.setattr(prose, "_FOLDER", tmp_path)
    shown = textes.__wrapped__("pages")["loi"]
    assert shown.dated.isoformat() == "2026-02-01"
    assert shown.html() == "<p>après &lt;b&gt; <strong>fort</strong> [x](javascript:y)</p>"


def test_whom_to_tell_of_a_weakness(query_count: QueryCount) -> None:
    with query_count(0):
        answer = Client().get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=86400"
    fields = dict(line.split(": ", 1) for line in text(answer).splitlines())
    assert fields["Contact"].startswith(("mailto:", "https://"))
    expires = datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=366), "RFC 9116 §2.5.5"
    assert fields["Canonical"].endswith("/.well-known/security.txt")
    assert text(answer).endswith("\r\n")


def test_robots_read_the_public_pages_alone() -> None:
    told = text(Client().get("/robots.txt"))
    assert "Disallow: /usager/" in told
    assert "Disallow: /\n" not in told
    assert "pour-les-usagers" not in told


def test_a_failure_is_told_without_the_database(query_count: QueryCount) -> None:
    from django.test import RequestFactory

    from aidants.pages.errors import server_error

    with query_count(0):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "téléphonez au" in text(answer)
