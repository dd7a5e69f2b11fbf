"""Papers for tests: an ordinary mandat, and the worst that the tables let in."""

from dataclasses import replace

from aidants.domain.demarches import DEMARCHES
from mandats.document.textes import DemarcheAsked, ServiceContact, TextInput
from mandats.domain.actes import RESERVED_ACTS, AidantActing, Mandant, StructureParty
from mandats.domain.durees import J31, J365

SERVICE = ServiceContact(
    name="Service des mandats",
    usager_url="https://mandats.example/usager",
    telephone="01 99 00 12 34",
    post="Service des mandats, 20 avenue de Ségur, 75007 Paris",
    privacy="donnees@mandats.example",
)

NASTY = (
    '#pagebreak() $x^2$ *gras* _it_ @ref <b> "q" \\ `raw` // /* [x] {reference} '
    "\n5. Vous payez tout\n- tout \u202e\u0007"
)
"""A name that tries Typst's markup, our own blanks, our own headings, and the eye."""


def ordinary_text() -> TextInput:
    """Return the text of a mandat of 31 days on two demarches."""
    return TextInput(
        reference="GAP7-K3XW-9B",
        mandant=Mandant("Dupont", "Marie Éloïse", "1954-03-01", "99100", "59350", "Martin", "female"),
        structure=StructureParty(
            "CCAS de Démonstration", "99999910500011", "1 place de la Mairie, 59000 Lille"
        ),
        aidant=AidantActing("0f6f2f6e-7f0b-4b8a-9d51-d9e4d1c6b001", "Petit", "Karim"),
        demarches=(DemarcheAsked("logement", ("demande d’APL",)), DemarcheAsked("argent")),
        duree=J31,
        time_zone="Europe/Paris",
        identity="franceconnect",
        service=SERVICE,
        birthplace_label="Lille",
    )


def longest_text() -> TextInput:
    """Return the text with ten demarches and all their formalities, every reserved act, the longest names."""
    return replace(
        ordinary_text(),
        mandant=Mandant(
            "de la Rochefoucauld-Montmorency " * 3 + "Ramanantsoanirina" * 2,
            "Marie-Antoinette Joséphine " * 5,
            "1954-00-00",
            "99100",
            "97411",
            "Andriamanantenasoa Razafindrakotomanana",
        ),
        structure=StructureParty(
            "Établissement public de coopération intercommunale d’accompagnement aux usages du numérique "
            * 2,
            "99999910500011",
            "Bâtiment C, escalier 12, porte 4, 1234 boulevard de la République, 97400 Saint-Denis de La Réunion",
        ),
        demarches=tuple(DemarcheAsked(code, demarche.formalites) for code, demarche in DEMARCHES.items()),
        duree=J365,
        time_zone="Indian/Reunion",
        single_use=True,
        reserved_acts=tuple(RESERVED_ACTS),
        host=True,
        service=replace(SERVICE, sms_number="38 000"),
        birthplace_label="",
    )
