"""What is typed about the usager at the desk: from their document, and how they are reached.  Well-formedness only."""

from typing import Any

from django import forms

from aidants.domain.telephone import BadTelephone, to_e164
from aidants.envois.adresse import AdresseField
from mandats.domain import contact_errors
from mandats.domain.pieces import DECLARATION, GENDERS, LABELS
from mandats.pages.usager.forms import BirthdateFields, EnterForm
from mandats.registre.models import Usager

_OFF = {"autocomplete": "off", "spellcheck": "false"}


class PieceForm(BirthdateFields):
    """What the aidant reads on the document.  Its number has no field."""

    piece = forms.ChoiceField(
        label="Pièce présentée",
        choices=list(LABELS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la pièce que vous avez sous les yeux."},
    )
    family_name = forms.CharField(
        label="Nom de naissance",
        help_text="Tel qu’il est écrit sur la pièce.",
        max_length=256,
        widget=forms.TextInput(_OFF),
        error_messages={"required": "Recopiez le nom de naissance."},
    )
    given_name = forms.CharField(
        label="Prénoms",
        help_text="Tous les prénoms, dans l’ordre de la pièce, séparés par des espaces.",
        max_length=256,
        widget=forms.TextInput(_OFF),
        error_messages={"required": "Recopiez tous les prénoms."},
    )
    preferred_username = forms.CharField(
        label="Nom d’usage, s’il y en a un", required=False, max_length=256, widget=forms.TextInput(_OFF)
    )
    gender = forms.ChoiceField(
        label="Sexe indiqué sur la pièce",
        choices=list(GENDERS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez ce que la pièce indique."},
    )
    birthplace_label = forms.CharField(
        label="Lieu de naissance",
        help_text="Commune et département, ou ville et pays, comme sur la pièce. Exemple : Gap (Hautes-Alpes).",
        max_length=256,
        widget=forms.TextInput(_OFF),
        error_messages={"required": "Recopiez le lieu de naissance."},
    )
    declared = forms.BooleanField(
        label=DECLARATION, error_messages={"required": "Cochez la case si c’est bien le cas."}
    )
    field_order = (
        "piece",
        "family_name",
        "given_name",
        "preferred_username",
        "gender",
        "day",
        "month",
        "year",
        "birthplace_label",
        "declared",
    )


class SamePersonForm(forms.Form):
    """« Même personne ? »: one of those found, or another."""

    person = forms.ChoiceField(
        label="Est-ce la même personne ?",
        choices=[],
        widget=forms.RadioSelect,
        error_messages={"required": "Répondez avant de continuer."},
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        """Offer those found."""
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = choices  # type: ignore[attr-defined]


class ContactsForm(forms.Form):
    """How the usager is reached: either may be empty."""

    email = AdresseField(
        label="Adresse électronique de la personne",
        help_text="La sienne, qu’elle lit elle-même. Laissez vide si elle n’en a pas.",
        required=False,
        max_length=254,
        widget=forms.EmailInput(_OFF),
        error_messages={"invalid": contact_errors.CONTACT_MISTYPED.message},
    )
    telephone = forms.CharField(
        label="Téléphone de la personne",
        help_text="Le sien ; un mobile reçoit des SMS. Laissez vide si elle n’en a pas.",
        required=False,
        max_length=24,
        widget=forms.TextInput({"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )

    def clean_telephone(self) -> str:
        """Return the number in E.164."""
        typed = self.cleaned_data["telephone"].strip()
        try:
            return to_e164(typed) if typed else ""
        except BadTelephone as error:
            raise forms.ValidationError(contact_errors.CONTACT_MISTYPED.message) from error


class SharedCodeForm(forms.Form):
    """The code that the shared contact received."""

    code = forms.CharField(
        label="Code reçu par qui partage ce contact",
        help_text="6 chiffres.",
        max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", **_OFF}),
        error_messages={"required": "Saisissez le code reçu."},
    )


class HolderVoletForm(EnterForm):
    """The volet of who holds a shared contact, typed by them."""

    prefix = "volet"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say whose volet it is."""
        super().__init__(*args, **kwargs)
        self.fields["reference"].label = "Référence de son mandat"
        self.fields["code"].label = "Son code de révocation"
        self.fields["code"].help_text = "16 chiffres, sur la feuille remise à cette personne seule."


class CoupleAgreesForm(forms.Form):
    """Both persons of one appointment tick, each for themselves."""

    prefix = "couple"
    mine = forms.BooleanField()
    other = forms.BooleanField()

    def __init__(self, *args: Any, names: tuple[str, str], **kwargs: Any) -> None:
        """Name each of the two beside their box."""
        super().__init__(*args, **kwargs)
        for field, name in zip(("mine", "other"), names, strict=True):
            self.fields[field].label = f"{name} : je suis d’accord"
            self.fields[field].error_messages = {"required": f"{name} n’a pas coché."}


def person_choices(found: list[Usager]) -> list[tuple[str, str]]:
    """Return each person found, and « une autre personne »."""
    known = [(str(one.id), f"Oui : {one.full_name}, déjà connue de votre structure") for one in found]
    return [*known, ("autre", "Non, c’est une autre personne")]
