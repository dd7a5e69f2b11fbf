"""Fields that several forms of the scheme ask for: amounts, dates, telephone.  Well-formedness only."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from aidants.comptes.forms import one_line
from aidants.domain.noms import LONGEST, is_name

_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def text_field(label: str, longest: int = 256, help_text: str = "", **more: Any) -> forms.CharField:
    """Return a field of one line."""
    required = more.pop("required", True)
    messages = {"required": f"Complétez « {label} »."}
    return forms.CharField(
        label=label,
        max_length=longest,
        help_text=help_text,
        required=required,
        validators=[one_line],
        error_messages=messages,
        **more,
    )


def words_field(label: str, longest: int, help_text: str = "", *, required: bool = True) -> forms.CharField:
    """Return a field of several lines."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=longest,
        required=required,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Écrivez quelques mots."},
    )


def name_field(label: str, autocomplete: str) -> forms.CharField:
    """Return the field of a person's name."""
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
        validators=[_a_name],
        error_messages={"required": f"Complétez « {label} »."},
    )


def _a_name(text: str) -> None:
    if not is_name(text):
        raise ValidationError("Écrivez un nom : des lettres, des espaces, des traits d’union, des apostrophes.")


def _a_near_year(day: date) -> None:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValidationError("Vérifiez l’année : quatre chiffres, par exemple 2026.")


def day_field(label: str, help_text: str = "", *, required: bool = True) -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        validators=[_a_near_year],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Indiquez une date, par exemple 22/11/2026.",
            "invalid": "Indiquez une date, par exemple 22/11/2026.",
        },
    )


class EurosField(forms.DecimalField):
    """An amount as people type it: spaces between thousands, a comma or a full stop before the cents."""

    def to_python(self, value: Any) -> Any:
        """Read the amount."""
        typed = "".join(str(value or "").split()).replace(",", ".").removesuffix("€")
        return super().to_python(typed)


def euros_field(label: str, help_text: str = "") -> EurosField:
    """Return a field for an amount in euros."""
    return EurosField(
        label=label,
        help_text=help_text,
        min_value=Decimal(1),
        max_value=Decimal(20000),
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "required": "Indiquez un montant en euros.",
            "invalid": "Indiquez un montant en euros, par exemple 1900 ou 1900,50.",
            "min_value": "Ce montant est trop petit.",
            "max_value": "Ce montant est trop grand : indiquez un montant par mois.",
        },
    )


def telephone_field(label: str = "Téléphone", *, required: bool = True) -> forms.CharField:
    """Return the field of a telephone number."""
    return forms.CharField(
        label=label,
        max_length=24,
        help_text="" if required else "Facultatif.",
        required=required,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
        error_messages={"required": "Donnez un numéro où vous joindre."},
    )
