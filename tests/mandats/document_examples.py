"""Papers for tests: an ordinary mandat, and the worst that the tables let in."""

import io
from dataclasses import replace
from datetime import date
from functools import cache

from PIL import Image, ImageDraw

from aidants.domain.demarches import DEMARCHES
from mandats.document.given import (
    EndCertificate,
    ExemplaireDocument,
    Letter,
    LetterTable,
    MandatDocument,
    VoletDocument,
)
from mandats.document.textes import DemarcheAsked, ServiceContact, TextInput, frozen_text, summary_text
from mandats.domain.actes import RESERVED_ACTS, AidantActing, Mandant, StructureParty
from mandats.domain.durees import J31, J365
from tests.domain.actes_examples import ordinary_acte
from tests.mandats.attestation_examples import golden

SERVICE = ServiceContact(
    name="Service des mandats",
    usager_url="https://mandats.example/usager",
    telephone="01 99 00 12 34",
    post="Service des mandats, 20 avenue de Ségur, 75007 Paris",
    privacy="donnees@mandats.example",
    hours="du lundi au vendredi, de 9\u00a0h à 17\u00a0h",
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
        structure=StructureParty("CCAS de Démonstration", "99999910500011", "1 place de la Mairie, 59000 Lille"),
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
            "Établissement public de coopération intercommunale d’accompagnement aux usages du numérique " * 2,
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


@cache
def drawing() -> bytes:
    """Return a drawn signature as a browser's canvas gives it: a PNG on a transparent ground."""
    image = Image.new("RGBA", (900, 300), (255, 255, 255, 0))
    stroke = [(50, 200), (150, 60), (200, 240), (330, 80), (420, 200), (600, 120), (850, 220)]
    ImageDraw.Draw(image).line(stroke, fill=(0, 0, 60, 255), width=7)
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def ordinary_mandat(given: TextInput | None = None) -> MandatDocument:
    """Return the signed mandat of ``given`` (the ordinary text), with a drawn signature."""
    given, acte = given or ordinary_text(), ordinary_acte()
    return MandatDocument(
        reference=given.reference,
        text=frozen_text(given),
        summary=summary_text(given),
        mandant=f"{given.mandant.given_names} {given.mandant.family_name}",
        structure=given.structure.name,
        aidant=f"{given.aidant.given_names} {given.aidant.family_name}",
        consentement="ecran",
        consent_method="dessin",
        consented_at=acte.consented_at,
        accepted_at=acte.accepted_at,
        expires_at=acte.expires_at,
        time_zone=given.time_zone,
        place=acte.place,
        acte=golden("acte-v1.jws"),
        qr=golden("statement-v1.txt"),
        service=given.service,
        signature_png=drawing(),
    )


def longest_mandat() -> MandatDocument:
    """Return the mandat of the longest text, with a QR code as large as any may be."""
    return replace(ordinary_mandat(longest_text()), qr=golden("statement-v1.txt").ljust(700, "A"))


def exemplaire(given: TextInput | None = None) -> ExemplaireDocument:
    """Return the sheet to sign by hand."""
    signed, duree = ordinary_mandat(given), (given or ordinary_text()).duree
    return ExemplaireDocument(
        reference=signed.reference,
        text=signed.text,
        summary=signed.summary,
        mandant=signed.mandant,
        structure=signed.structure,
        aidant=signed.aidant,
        duree=duree.label,
        place=signed.place,
        prepared_at=signed.consented_at,
        time_zone=signed.time_zone,
        service=signed.service,
    )


def volet(given: TextInput | None = None) -> VoletDocument:
    """Return the usager's sheet of codes."""
    signed = ordinary_mandat(given)
    return VoletDocument(
        reference=signed.reference,
        mandant=signed.mandant,
        structure=signed.structure,
        last_day=date(2026, 12, 23),
        verification_code="1234567890123450",
        revocation_code="9876543210987654",
        verification_until=date(2026, 12, 22),
        printed_at=signed.accepted_at,
        time_zone=signed.time_zone,
        service=signed.service,
    )


def end_certificate(given: TextInput | None = None) -> EndCertificate:
    """Return the certificate that the ordinary mandat has ended."""
    signed = ordinary_mandat(given)
    return EndCertificate(
        reference=signed.reference,
        usager=signed.mandant,
        structure=signed.structure,
        ended_at=signed.accepted_at,
        made_at=signed.accepted_at,
        time_zone=signed.time_zone,
        ended=("Logement\u00a0: demande d’APL", "Argent - Impôts - Consommation"),
        verify="https://mandats.example/verifier",
        service=signed.service,
    )


def letter() -> Letter:
    """Return a letter with six lines of address, the longest of them too long, and a table."""
    return Letter(
        recipient=(
            "Madame Marie Éloïse DUPONT-MARTIN",
            "Chez Monsieur et Madame de la Rochefoucauld-Montmorency",
            "Bâtiment C, escalier 12",
            "1234 boulevard de la République",
            "BP 12",
            "59000 LILLE CEDEX",
        ),
        place="Paris",
        written_at=ordinary_mandat().accepted_at,
        time_zone="Europe/Paris",
        object="Ce qui a été fait en votre nom",
        paragraphs=("Madame,", "Voici les démarches faites en votre nom."),
        service=SERVICE,
        signatory="Le service des mandats",
        reference="GAP7-K3XW-9B",
        table=LetterTable(
            ("Date", "Aidant", "Démarche"),
            (
                ("3 mars 2027", "Nadia Benali, CCAS de Démonstration", "CAF des Hautes-Alpes, par téléphone"),
                ("4 mars 2027", "Nadia Benali, CCAS de Démonstration", "France Travail"),
            ),
        ),
        closing=("Une question ? Téléphonez au 01 99 00 12 34.",),
    )
