"""An activity report, in ten seconds on a telephone: everything is a touch, most of it touched already."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from aidants.dispositif.formation.forms import day_field
from aidants.domain.activite.comptes_rendus import (
    AGES,
    ALONE,
    CHANNELS,
    DURATIONS,
    FIRST_TASKS,
    KINDS,
    MANNERS,
    MOST_PEOPLE,
    OBJECTIVES,
    OLDEST,
    OUTCOMES,
    PLACES,
    SECOND_TASKS,
    Contenu,
)


def _radio(label: str, choices: Mapping[str, str]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=list(choices.items()),
        widget=forms.RadioSelect,
        error_messages={"required": f"{label} : choisissez."},
    )


def _numbers(least: int, most: int) -> dict[str, str]:
    """Return the one answer to every number that is not between two."""
    return dict.fromkeys(
        ("required", "invalid", "min_value", "max_value"), f"Indiquez un nombre entre {least} et {most}."
    )


class ReportForm(forms.Form):
    """The report; no field takes words of one's own, so no name can slip in."""

    kind = _radio("Type d’accompagnement", KINDS)
    channel = _radio("Où", CHANNELS)
    themes = forms.MultipleChoiceField(
        label="Sur quoi",
        choices=[
            ("Objectif", list(OBJECTIVES.items())),
            ("D’abord", list(FIRST_TASKS.items())),
            ("Ensuite", list(SECOND_TASKS.items())),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un thème."},
    )
    people = forms.IntegerField(
        label="Combien de personnes",
        min_value=1,
        max_value=MOST_PEOPLE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=_numbers(1, MOST_PEOPLE),
    )
    minutes = forms.TypedChoiceField(
        label="Combien de temps",
        choices=list(DURATIONS.items()),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Combien de temps : choisissez."},
    )
    manner = _radio("Avec la personne ou à sa place", MANNERS)
    outcome = _radio("Suite donnée", OUTCOMES)
    redirected_to = forms.ChoiceField(
        label="Orienté vers", choices=[("", "Choisir, si vous avez orienté"), *PLACES.items()], required=False
    )
    day = day_field("Jour")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add one number for each age band."""
        super().__init__(*args, **kwargs)
        for band, label in AGES.items():
            self.fields[f"age_{band}"] = forms.IntegerField(
                label=label,
                min_value=0,
                max_value=MOST_PEOPLE,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                error_messages=_numbers(0, MOST_PEOPLE),
            )

    def clean(self) -> dict[str, Any]:
        """One person alone; a place to which somebody is led, and no place otherwise; no more ages than people."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("kind") in ALONE and "people" in data:
            data["people"] = 1
        led = data.get("outcome") == "oriente"
        if led and not data.get("redirected_to"):
            self.add_error("redirected_to", "Dites vers quel lieu.")
        if data.get("kind") == "atelier" and data.get("people") == 1:
            told = "Combien de personnes à l’atelier ? S’il n’en est venu qu’une, touchez « Une personne »."
            self.add_error("people", told)
        if not led:
            data["redirected_to"] = ""
        if sum(self._ages(data).values()) > (data.get("people") or 0):
            self.add_error("people", "Il y a plus d’âges que de personnes.")
        return data

    @staticmethod
    def _ages(data: Mapping[str, Any]) -> dict[str, int]:
        return {band: data[f"age_{band}"] for band in AGES if data.get(f"age_{band}")}

    def clean_day(self) -> date:
        """Say which days a report may tell of; the rule itself stands in the domain."""
        day: date = self.cleaned_data["day"]
        today = timezone.localdate()
        if not today - OLDEST <= day <= today + timedelta(days=1):
            raise forms.ValidationError("Indiquez aujourd’hui ou un jour de l’année passée.")
        return day

    @property
    def folded_errors(self) -> bool:
        """Whether something is wrong in what the page keeps folded."""
        return any(name in self.errors for name in ("people", "redirected_to", "day", *(f"age_{one}" for one in AGES)))

    @property
    def age_fields(self) -> list[Any]:
        """The numbers by age, for the template."""
        return [self[f"age_{band}"] for band in AGES]

    def content(self) -> Contenu:
        """Return what was said."""
        data = self.cleaned_data
        return Contenu(
            day=data["day"],
            channel=data["channel"],
            kind=data["kind"],
            people=data["people"],
            minutes=data["minutes"],
            themes=tuple(data["themes"]),
            manner=data["manner"],
            outcome=data["outcome"],
            redirected_to=data["redirected_to"],
            ages=self._ages(data),
        )


def usual(today: date, **given: Any) -> dict[str, Any]:
    """Return what is touched already: the most ordinary report."""
    plain = {"kind": "individuel", "channel": "bureau", "people": 1, "minutes": 30, "manner": "avec", "outcome": "fait"}
    return plain | {"day": today} | given
