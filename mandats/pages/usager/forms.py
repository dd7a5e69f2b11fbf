"""What the usager types to open their page."""

import json
from typing import Any

from django import forms
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from mandats.domain import errors
from mandats.domain.codes import is_well_formed, normalise
from mandats.domain.references import Mistake, parse
from mandats.verification.comparison import birthdate_from

REFERENCE_MISTYPED = (
    "Cette référence comporte une erreur. Recopiez-la telle qu’elle est sur le mandat, par exemple GAP7-K3XW-9B."
)
DATE_MISTYPED = "Cette date n’existe pas. Écrivez le jour, le mois et l’année de naissance en quatre chiffres."
HOLDER_UNREADABLE = "Ce n’est pas une clé publique P-256 au format JWK. Laissez vide si vous n’en avez pas."
_OFF = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
_DIGITS = {"autocomplete": "off", "inputmode": "numeric", "maxlength": "2"}


class BirthdateFields(forms.Form):
    """Day, month and year in three boxes; an unknown day or month is left empty."""

    day = forms.CharField(label="Jour", required=False, max_length=2, widget=forms.TextInput(_DIGITS))
    month = forms.CharField(label="Mois", required=False, max_length=2, widget=forms.TextInput(_DIGITS))
    year = forms.CharField(
        label="Année",
        max_length=4,
        widget=forms.TextInput({**_DIGITS, "maxlength": "4"}),
        error_messages={"required": "Écrivez l’année de naissance en quatre chiffres."},
    )

    def clean(self) -> dict[str, Any]:
        """Put the three boxes together."""
        given = super().clean() or {}
        if "year" in given:
            given["birthdate"] = birthdate_from(given.get("day", ""), given.get("month", ""), given["year"])
            if not given["birthdate"]:
                self.add_error("year", DATE_MISTYPED)
        return given


class ReferenceFields(forms.Form):
    """A reference, told when mistyped before anything is looked up."""

    reference = forms.CharField(
        label="Référence du mandat",
        help_text="Dix lettres et chiffres, par exemple GAP7-K3XW-9B.",
        max_length=40,
        widget=forms.TextInput(_OFF),
        error_messages={"required": "Écrivez la référence du mandat."},
    )

    def clean_reference(self) -> str:
        """Return the reference as we write it; its two check characters tell a mistake."""
        found = parse(self.cleaned_data["reference"])
        if isinstance(found, Mistake):
            raise forms.ValidationError(REFERENCE_MISTYPED)
        return found


class VoletFields(ReferenceFields, BirthdateFields):
    """A reference and a code of the volet, with a birth date."""

    code = forms.CharField(
        label="Code",
        help_text="16 chiffres, en quatre groupes.",
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": "Écrivez le code."},
    )

    def clean_code(self) -> str:
        """Return sixteen digits; the check digit tells a mistake."""
        code = normalise(self.cleaned_data["code"])
        if not is_well_formed(code):
            raise forms.ValidationError(errors.CODE_MISTYPED.message)
        return code


class EnterForm(VoletFields):
    """The usager's own: the revocation code of the volet."""

    field_order = ("reference", "code", "day", "month", "year")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code de révocation"
        self.fields["code"].help_text = "16 chiffres, sur la feuille qui vous a été remise à vous seul."


class ObjectionForm(forms.Form):
    """What the usager wishes to add, or nothing."""

    words = forms.CharField(
        label="Voulez-vous ajouter quelque chose ? (facultatif)",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class HolderForm(forms.Form):
    """The public key of the usager's wallet, when they have one."""

    jwk = forms.CharField(
        label="Clé publique de votre portefeuille (JWK)",
        help_text="À laisser vide si vous ne savez pas ce que c’est. Avec une clé (P-256), l’attestation ne sert "
        "qu’avec elle.",
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_jwk(self) -> dict[str, str] | None:
        """Return the public key alone, or nothing."""
        text = self.cleaned_data["jwk"].strip()
        if not text:
            return None
        try:
            given = json.loads(text)
            public = {name: given[name] for name in ("kty", "crv", "x", "y")}
            fits = "d" not in given and (public["kty"], public["crv"]) == ("EC", "P-256")
            ECKey.import_key(dict(public))
        except (ValueError, KeyError, TypeError, JoseError, RecursionError) as error:
            raise forms.ValidationError(HOLDER_UNREADABLE) from error
        if not fits:
            raise forms.ValidationError(HOLDER_UNREADABLE)
        return public
