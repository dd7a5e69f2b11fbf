"""What the conseiller and the usager type.  Well-formedness only: the rules stand in the services."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from aidants.domain.demarches import DEMARCHES, Demarche
from mandats.domain import errors
from mandats.domain.durees import DUREES, french_date
from mandats.domain.utilisations import DECLARED_CHANNELS
from mandats.registre.services.brouillons import DemarcheChoisie

_HOST_DUREES = ("J1", "J31")
_PNG_PREFIX = "data:image/png;base64,"


@dataclass(frozen=True, slots=True)
class Card:
    """One theme on the first step: what is ticked in it, what was typed, what is wrong."""

    demarche: Demarche
    chosen: bool
    formalites: list[tuple[str, bool]]
    other: str
    error: str

    @property
    def detailed(self) -> bool:
        """Whether something precise was asked, so that the details stand open."""
        return bool(self.other or self.error or any(ticked for _, ticked in self.formalites))


class DemarchesForm(forms.Form):
    """The first step: themes, the formalities named in them, a duration."""

    demarches = forms.MultipleChoiceField(
        label="Démarches",
        choices=[(code, demarche.label) for code, demarche in DEMARCHES.items()],
        error_messages={"required": "Choisissez au moins une démarche."},
    )
    duree = forms.ChoiceField(label="Durée", choices=[], error_messages={"required": "Choisissez une durée."})

    def __init__(self, *args: Any, offered: Iterable[str], today: date, hosted: bool, **kwargs: Any) -> None:
        """Offer the structure's themes, and the durations with the last day of each if signed ``today``."""
        super().__init__(*args, **kwargs)
        self.offered = [DEMARCHES[code] for code in DEMARCHES if code in set(offered)]
        self.fields["demarches"].choices = [(one.code, one.label) for one in self.offered]  # type: ignore[attr-defined]
        allowed = _HOST_DUREES if hosted else tuple(DUREES)
        self.durees = [(code, DUREES[code].label, french_date(_ends(today, code))) for code in allowed]
        self.fields["duree"].choices = [(code, label) for code, label, _ in self.durees]  # type: ignore[attr-defined]
        for one in self.offered:
            named = forms.MultipleChoiceField(required=False, choices=[(text, text) for text in one.formalites])
            self.fields[f"formalites_{one.code}"] = named
            self.fields[f"autre_{one.code}"] = forms.CharField(required=False, max_length=200, label="Autre")

    def clean(self) -> dict[str, Any]:
        """A formality is named inside a theme that is ticked."""
        cleaned = super().clean() or {}
        ticked = cleaned.get("demarches", [])
        for one in self.offered:
            named = cleaned.get(f"formalites_{one.code}") or cleaned.get(f"autre_{one.code}")
            if named and one.code not in ticked:
                self.add_error(f"autre_{one.code}", f"Cochez aussi « {one.label} », ou effacez ces précisions.")
        return cleaned

    def chosen(self) -> list[DemarcheChoisie]:
        """Return what was asked, as the services take it."""
        return [
            {"code": code, "formalites": [*self.cleaned_data[f"formalites_{code}"], self.cleaned_data[f"autre_{code}"]]}
            for code in self.cleaned_data["demarches"]
        ]

    def cards(self) -> list[Card]:
        """Return the themes with all that was ticked or typed so far."""
        ticked = self["demarches"].value() or []
        return [self._card(one, one.code in ticked) for one in self.offered]

    def _card(self, one: Demarche, chosen: bool) -> Card:
        named = self[f"formalites_{one.code}"].value() or []
        formalites = [(text, text in named) for text in one.formalites]
        other = self[f"autre_{one.code}"]
        return Card(one, chosen, formalites, other.value() or "", " ".join(map(str, other.errors)))


def initial_of(demarches: list[dict[str, Any]], duree: str) -> dict[str, Any]:
    """Return the first step's values from what a brouillon holds."""
    given: dict[str, Any] = {"demarches": [chosen["code"] for chosen in demarches], "duree": duree}
    for chosen in demarches:
        known = DEMARCHES[chosen["code"]].formalites
        given[f"formalites_{chosen['code']}"] = [text for text in chosen["formalites"] if text in known]
        given[f"autre_{chosen['code']}"] = ", ".join(text for text in chosen["formalites"] if text not in known)
    return given


def _ends(today: date, code: str) -> date:
    return date.fromordinal(today.toordinal() + (DUREES[code].days or 0))


class ShownTextForm(forms.Form):
    """Carries the digest of the text that was on the screen, so that another text is refused."""

    text_sha256 = forms.CharField(min_length=64, max_length=64, widget=forms.HiddenInput)


def _agreement() -> forms.BooleanField:
    return forms.BooleanField(
        label="J’ai lu ce mandat, ou on me l’a lu. Je le comprends et je suis d’accord.",
        error_messages={"required": "Cochez la case si vous êtes d’accord."},
    )


class DrawingForm(ShownTextForm):
    """The usager ticks, and signs by drawing."""

    agree = _agreement()
    drawing = forms.CharField(
        widget=forms.HiddenInput,
        error_messages={"required": "La signature est vide. Signez dans le cadre, ou choisissez un autre moyen."},
    )

    def clean_drawing(self) -> bytes:
        """Return the bytes of the image that the page sent as a ``data:`` address (RFC 2397)."""
        text = self.cleaned_data["drawing"]
        try:
            return base64.b64decode(text.removeprefix(_PNG_PREFIX), validate=True)
        except (binascii.Error, ValueError) as error:
            raise forms.ValidationError("La signature n’a pas pu être lue. Signez de nouveau.") from error


class TelephoneForm(forms.Form):
    """The usager's own number."""

    telephone = forms.CharField(
        label="Téléphone de la personne",
        help_text="Son propre téléphone, jamais celui de la structure. Exemple : 06 12 34 56 78.",
        max_length=24,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
        error_messages={"required": "Saisissez le numéro de téléphone de la personne."},
    )


class ConsentCodeForm(ShownTextForm):
    """The usager ticks, and gives the code that their telephone received."""

    agree = _agreement()
    code = forms.CharField(
        label="Code reçu par SMS",
        help_text="6 chiffres, valables 10 minutes.",
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Saisissez le code reçu par SMS."},
    )


class ScanForm(ShownTextForm):
    """The signed sheet, scanned or photographed."""

    scan = forms.FileField(
        label="Feuille signée",
        help_text="PDF, JPEG ou PNG, 10 Mo au plus. Toutes les pages doivent être lisibles.",
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png", "capture": "environment"}),
        error_messages={"required": "Choisissez le fichier de la feuille signée.", "empty": "Ce fichier est vide."},
    )

    def clean_scan(self) -> UploadedFile:
        """Refuse what is too large before it is read."""
        scan: UploadedFile = self.cleaned_data["scan"]
        if (scan.size or 0) > settings.SCAN_MAX_BYTES:
            raise forms.ValidationError(errors.SCAN_REFUSED.message)
        return scan


class UtilisationForm(forms.Form):
    """A use made by telephone, by letter or at a counter."""

    autorisation = forms.ChoiceField(
        label="Pour quelle démarche ?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la démarche."},
    )
    channel = forms.ChoiceField(
        label="Comment ?",
        choices=[(code, label.capitalize()) for code, label in DECLARED_CHANNELS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez comment cela s’est fait."},
    )
    manner = forms.ChoiceField(
        label="Avec la personne ?",
        help_text="Ce qui est fait avec elle compte pour son autonomie.",
        choices=[("avec", "Avec la personne"), ("place", "À sa place, avec son accord")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez avec la personne, ou à sa place."},
    )
    body = forms.CharField(
        label="Organisme contacté",
        help_text="Exemple : CAF des Hautes-Alpes.",
        max_length=256,
        error_messages={"required": "Indiquez l’organisme contacté."},
    )
    description = forms.CharField(
        label="Ce qui a été fait",
        help_text="La personne lira ces mots. N’écrivez ni mot de passe ni détail médical.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites en quelques mots ce qui a été fait."},
    )
    used_on = forms.DateField(
        label="Date",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Indiquez la date.", "invalid": "Indiquez une date, par exemple 22/11/2026."},
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the demarches that still stand."""
        super().__init__(*args, **kwargs)
        self.fields["autorisation"].choices = choices  # type: ignore[attr-defined]


class CorrectionForm(forms.Form):
    """Why a declared use was a mistake; the usager reads it."""

    reason = forms.CharField(
        label="Quelle est l’erreur ?",
        help_text="La personne lira ces mots. Exemple : je me suis trompée de personne.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites en quelques mots quelle est l’erreur."},
    )


class VoletForm(forms.Form):
    """How the volet is printed."""

    large = forms.BooleanField(label="En gros caractères", required=False)
