"""The words of the mandat: complete, plain, at most 150 words in summary, deaf to what names contain."""

import itertools
import re
from dataclasses import replace
from datetime import date

import pytest

from mandats.document.textes import (
    TEXT_VERSION,
    TextInput,
    blocks,
    frozen_text,
    sha256_hex,
    summary_text,
    text_file_sha256,
)
from mandats.domain.durees import J1, until
from tests.mandats.document_examples import NASTY, longest_text, ordinary_text

SIGNED_FILES = {
    ("mandat", "2026-11-22"): "187f1a4592181811a301e367b239c0003cf5465bb6337cf4102ea4b63f36ac05",
    ("resume", "2026-11-22"): "8b18e0ff021d1b83f73e4b1b150d110fde78a668e11cce2a52e65ac347af9e64",
    ("mandat", "2026-11-25"): "13265b027c2a3ef62c4f250b30a468c8c4e1d43efeda6c843b94b397ad1ba698",
    ("resume", "2026-11-25"): "f574fad8147d2f2eaaeaa0e8de85acd34e6339b63207a1dbbae449255a2e6bfa",
    ("mandat", "2026-11-26"): "15d1718956b7402658b6111f310276dd38250af7691e80e4398095dc7e3f890f",
    ("resume", "2026-11-26"): "f574fad8147d2f2eaaeaa0e8de85acd34e6339b63207a1dbbae449255a2e6bfa",
    ("mandat", "2026-11-27"): "0b644cc3562e88ec6529074db424a18834a642a83adf7d06354a217e2b6c67fc",
    ("resume", "2026-11-27"): "2f876cc80170b65a0b7c4b46c00d99ed72e5e5edbb436e28f149ef23b41c1812",
}
FILLED = {
    "2026-11-22": "4586b6327f87ea9ee024bce9b391c00719e40ac12cb535ef6364f968e5578e38",
    "2026-11-25": "4586b6327f87ea9ee024bce9b391c00719e40ac12cb535ef6364f968e5578e38",
    "2026-11-26": "9aa15cca9e07a3a845a7629f4856fd40ec03af176b27bd5aa13d52a60ddef5d2",
    "2026-11-27": "d1f7f457abfaf8e0b629060181d78f6065221a182f9825833f63ab998ad5a5d7",
}
"""SHA-256 of the longest text by version: what waits for its acceptation reads the same after a release."""


@pytest.mark.parametrize(("name", "version"), SIGNED_FILES)
def test_a_dated_file_never_changes(name: str, version: str) -> None:
    assert text_file_sha256(name, version) == SIGNED_FILES[name, version]  # type: ignore[arg-type]


@pytest.mark.parametrize(("version", "digest"), FILLED.items())
def test_the_same_input_gives_the_same_text_for_ever(version: str, digest: str) -> None:
    assert sha256_hex(frozen_text(longest_text(), version)) == digest


def test_the_current_version_is_a_dated_folder() -> None:
    assert ("mandat", TEXT_VERSION) in SIGNED_FILES
    with pytest.raises(ValueError, match="date"):
        text_file_sha256("mandat", "../..")


@pytest.mark.parametrize(
    "words",
    [
        "articles 1984 et suivants du code civil",
        "article 2004 du code civil",
        "articles 2003, 2006 et 2007",
        "Marie Éloïse DUPONT (nom d’usage : Martin), née le 1er mars 1954 à Lille",
        "CCAS de Démonstration, SIRET 999 999 105 00011, 1 place de la Mairie, 59000 Lille",
        "Karim Petit, aidant habilité",
        "Logement : demande d’APL",
        "Argent - Impôts - Consommation : toutes les démarches administratives de ce thème",
        "code de la consommation, articles R. 721-2 et R. 761-1",
        "Il dure 31 jours",
        "heure de Paris",
        "par internet, avec ou sans FranceConnect, par téléphone, par courrier ou au guichet",
        "Aucun mot de passe n’est conservé",
        "RGPD, articles 15 à 21",
        "CNIL",
        "code de révocation",
        "par téléphone, au 01 99 00 12 34",
        "formulaire papier",
        "avec FranceConnect",
        "référent",
        "au moins 18 ans",
        "sauvegarde de justice, curatelle, habilitation familiale",
        "n’agir que dans les limites",
        "en votre présence, ou avec votre accord",
        "garder secret",
        "vous rendre compte",
        "s’arrêter dès que vous le demandez",
        "perd son habilitation",
        "gratuit",
    ],
)
def test_the_text_says(words: str) -> None:
    assert words in frozen_text(ordinary_text()).replace("\u00a0", " ")


def test_six_duties() -> None:
    text = frozen_text(ordinary_text())
    duties = text[text.index("\n6. ") : text.index("\n7. ")]
    assert duties.count("\n- ") == 6


BORN = {
    ("05061", "99100"): "née le 2 avril 1962 à Gap (05),",
    ("76351", "99100"): "née le 2 avril 1962 au Havre (76),",
    ("97101", "99100"): "née le 2 avril 1962 aux Abymes (971),",
    ("2A004", "99100"): "née le 2 avril 1962 à Ajaccio (2A),",
    ("75112", "99100"): "née le 2 avril 1962 à Paris 12e arrondissement (75),",
    ("01033", "99100"): "née le 2 avril 1962 à Valserhône (01),",
    ("01039", "99100"): "née le 2 avril 1962 à Béon (01),",
    ("05999", "99100"): "née le 2 avril 1962 (commune de naissance : code Insee 05999),",
    ("", "99352"): "née le 2 avril 1962 (pays de naissance : Algérie),",
    ("", "99998"): "née le 2 avril 1962 (pays de naissance : code Insee 99998),",
    ("", ""): "née le 2 avril 1962,",
}
"""Code of the commune (none abroad) and of the country, as FranceConnect gives them; what is read."""


@pytest.mark.parametrize(("codes", "words"), BORN.items(), ids=lambda given: "-".join(given) if len(given) == 2 else "")
def test_where_somebody_was_born_is_read_as_a_name(codes: tuple[str, str], words: str) -> None:
    given = ordinary_text()
    born = replace(given.mandant, birthdate="1962-04-02", gender="female", birthplace=codes[0], birthcountry=codes[1])
    text = frozen_text(replace(given, mandant=born, birthplace_label=""))
    assert words in text.replace("\u00a0", " ")


def test_facts_choose_the_lines() -> None:
    ordinary, longest = frozen_text(ordinary_text()), frozen_text(longest_text()).replace("\u00a0", " ")
    assert "une seule utilisation" not in ordinary
    assert "une seule utilisation" in longest
    assert "modifier vos coordonnées bancaires ;" in longest
    assert "ces actes ne sont permis que si le mandat les nomme" not in longest
    assert "FIN au 38 000" in longest
    assert "SMS" not in ordinary
    assert "31 jours au plus" in longest
    assert "né(e)" not in ordinary
    assert "née en 1954 (jour et mois inconnus)" not in longest
    assert "né(e) en 1954 (jour et mois inconnus) à Saint-Denis (974)" in longest
    seen = frozen_text(replace(ordinary_text(), identity="piece_vue", duree=until(date(2027, 3, 1))))
    assert "pièce d’identité" in seen
    assert "est le 1er mars 2027." in seen


def test_what_the_usager_decides_about_other_structures_is_in_the_text() -> None:
    chosen = replace(ordinary_text(), cited="GAP7-K3XW-9B", replaces_elsewhere=True)
    for text in (frozen_text(chosen), summary_text(chosen)):
        assert "GAP7-K3XW-9B" in text.replace(ordinary_text().reference, "", text is frozen_text(chosen))
        assert "d’autres structures" in text
    assert "d’autres structures" not in frozen_text(ordinary_text())
    assert frozen_text(ordinary_text(), "2026-11-26") == frozen_text(ordinary_text(), "2026-11-22")


def every_text() -> list[TextInput]:
    yes_no = (True, False)
    shapes = itertools.product(yes_no, yes_no, yes_no, yes_no, (J1, until(date(2027, 9, 22))))
    return [
        replace(
            longest_text(),
            single_use=single,
            host=host,
            reserved_acts=longest_text().reserved_acts * acts,
            duree=duree,
            cited="GAP7-K3XW-9B" * elsewhere,
            replaces_elsewhere=elsewhere,
        )
        for single, host, acts, elsewhere, duree in shapes
    ]


@pytest.mark.parametrize("given", [ordinary_text(), longest_text(), *every_text()])
def test_the_summary_has_at_most_150_words(given: TextInput) -> None:
    for count in range(1, len(given.demarches) + 1):
        shorter = replace(given, demarches=given.demarches[-count:])
        assert len(summary_text(shorter).split()) <= 150


@pytest.mark.parametrize("given", [ordinary_text(), longest_text(), *every_text()])
def test_nothing_is_left_to_fill_nor_claimed(given: TextInput) -> None:
    for text in (frozen_text(given), summary_text(given)):
        assert not re.search(r"[{}]|^[?*]|  | [;:?!»]", text, re.MULTILINE)
        assert "qualifié" not in text
        assert "homologué" not in text


def test_blocks_leave_nothing_out() -> None:
    text = frozen_text(longest_text())
    found = blocks(text)
    again = "".join(("- " if block.kind == "item" else "") + block.text for block in found)
    assert again == text.replace("\n", "")
    assert [block.text[:2] for block in found if block.kind == "heading"] == [f"{n}." for n in range(1, 9)]
    assert found[0].kind == "title"


def test_a_nasty_name_stays_on_its_line() -> None:
    plain = blocks(frozen_text(ordinary_text()))
    mandant = replace(ordinary_text().mandant, given_names=NASTY)
    nasty = blocks(frozen_text(replace(ordinary_text(), mandant=mandant)))
    assert [block.kind for block in nasty] == [block.kind for block in plain]
    assert '#pagebreak() $x^2$ *gras* _it_ @ref <b> "q"' in nasty[2].text
    assert "{reference} 5. Vous payez tout - tout" in nasty[2].text
    assert not {"\u202e", "\u0007"} & set(nasty[2].text)


def test_same_input_same_text() -> None:
    assert frozen_text(ordinary_text()) == frozen_text(ordinary_text())
    assert sha256_hex("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"
