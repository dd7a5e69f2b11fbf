"""What is typed about letters and accounts of uses.  Well-formedness only."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import QueryDict

_LINES, _LONGEST = 4, 38
_DAY = {"type": "date"}


class AddressForm(forms.Form):
    """A postal address, as it is written on the envelope."""

    address = forms.CharField(
        label="Adresse postale",
        help_text="Telle qu’on l’écrit sur l’enveloppe, sans le nom : quatre lignes au plus, la commune à la fin.",
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_address(self) -> str:
        """Refuse what would not stand in the window of an envelope (NF Z10-011: 38 characters a line)."""
        text: str = self.cleaned_data["address"]
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > _LINES or any(len(line) > _LONGEST for line in lines):
            raise forms.ValidationError(f"Quatre lignes au plus, de {_LONGEST} caractères au plus chacune.")
        return text


class HandForm(forms.Form):
    """Which lines were given, and how; the lines are those that the page showed."""

    how = forms.CharField(max_length=8)

    @property
    def avis(self) -> list[UUID]:
        """The identifiers that were posted; what is none names nothing."""
        posted = cast("QueryDict", self.data).getlist("avis")[:500]
        return [found for text in posted if (found := _identifier(text))]


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class PeriodForm(forms.Form):
    """Between which days the account is rendered; an empty form means the last 365 days."""

    start = forms.DateField(label="Du", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    end = forms.DateField(label="Au", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))

    def __init__(self, data: QueryDict | None = None, *, usual: tuple[date, date]) -> None:
        """Propose the usual dates."""
        super().__init__(data, initial={"start": usual[0], "end": usual[1]})
        self.usual = usual

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        given = super().clean() or {}
        if given.get("start") and given.get("end") and given["end"] < given["start"]:
            self.add_error("end", "La deuxième date vient avant la première.")
        return given

    @property
    def period(self) -> tuple[date, date]:
        """The dates chosen, or the usual ones while nothing valid was."""
        if self.is_bound and self.is_valid():
            return self.cleaned_data["start"], self.cleaned_data["end"]
        return self.usual
