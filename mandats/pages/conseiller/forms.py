"""What the conseiller and the usager type.  Well-formedness only: the rules stand in the services."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from mandats.consentement.papier import is_heic
from mandats.domain import errors
from mandats.domain.utilisations import DECLARED_CHANNELS
from mandats.pages.usager.forms import BirthdateFields

_HEIC = (
    "Cette photographie est au format HEIC. Sur le téléphone, choisissez « Le plus compatible » dans les réglages "
    "de l’appareil photo, ou envoyez-la en JPEG."
)
_PNG_PREFIX = "data:image/png;base64,"


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


class SheetForm(forms.Form):
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
        if is_heic(scan.read(12)):
            raise forms.ValidationError(_HEIC)
        scan.seek(0)
        return scan


class ScanForm(ShownTextForm, SheetForm):
    """The signed sheet that the usager consents by, and the day written on it."""

    signed_on = forms.DateField(
        label="Date de signature écrite sur la feuille",
        required=False,
        help_text="Laissez vide si la personne vient de signer.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Indiquez une date, par exemple 22/11/2026."},
    )


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

    reserved_act = forms.ChoiceField(
        label="Un acte réservé a-t-il été fait ?",
        help_text="La personne en est prévenue aussitôt. Un acte que le mandat ne nomme pas est interdit.",
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, choices: list[tuple[str, str]], reserved: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        """Offer the demarches that still stand, and the reserved acts that the mandat names."""
        super().__init__(*args, **kwargs)
        self.fields["reserved_act"].choices = [("", "Non"), *reserved]  # type: ignore[attr-defined]
        self.names_reserved_acts = bool(reserved)
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


class FindForm(BirthdateFields):
    """An usager of the structure whom this aidant has not served lately."""

    family_name = forms.CharField(
        label="Nom de naissance",
        help_text="En entier, tel qu’il est sur la pièce d’identité.",
        max_length=256,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Écrivez le nom de naissance."},
    )
    field_order = ("family_name", "day", "month", "year")


class VoletForm(forms.Form):
    """How the volet is printed."""

    large = forms.BooleanField(label="En gros caractères", required=False)
    plain = forms.BooleanField(label="En facile à lire", required=False)
