"""The first step as a form: themes, formalities, reserved acts, single use, a duration or a last day.

Well-formedness only: what may be asked is decided by ``mandats.domain.perimetre``.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms

from aidants.domain.demarches import DEMARCHES, Demarche
from aidants.structures.models import Structure
from mandats.domain.actes import RESERVED_ACTS
from mandats.domain.durees import CHOSEN, DUREES, french_date, max_days_of, zone_label
from mandats.domain.perimetre import FORMALITE_LENGTH, DemarcheChoisie, Perimetre
from mandats.registre.models import Brouillon, Mandat


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
    """The first step.  ``structure`` carries the one that the page showed, so that another is never taken for it."""

    structure = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": "Rechargez cette page."})
    demarches = forms.MultipleChoiceField(
        label="Démarches",
        choices=[],
        error_messages={
            "required": "Choisissez au moins une démarche.",
            "invalid_choice": "Une des démarches cochées n’est plus proposée par votre structure.",
        },
    )
    duree = forms.ChoiceField(label="Durée", choices=[], error_messages={"required": "Choisissez une durée."})
    last_day = forms.DateField(
        label="Dernier jour choisi",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "fr-input"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Indiquez une date, par exemple 22/11/2026."},
    )
    single_use = forms.BooleanField(label="Pour une seule utilisation", required=False)
    reserved_acts = forms.MultipleChoiceField(
        label="Actes réservés", required=False, choices=[(code, words) for code, words in RESERVED_ACTS.items()]
    )
    couple = forms.BooleanField(label="Un couple est à votre bureau", required=False)

    def __init__(self, *args: Any, place: Structure, today: date, **kwargs: Any) -> None:
        """Offer what ``place`` offers, and the last day of each duration if the mandat is concluded ``today``."""
        super().__init__(*args, **kwargs)
        self.today, self.zone = today, zone_label(place.time_zone)
        offered = set(place.demarches or DEMARCHES)
        self.offered = [DEMARCHES[code] for code in DEMARCHES if code in offered]
        self.fields["demarches"].choices = [(one.code, one.label) for one in self.offered]  # type: ignore[attr-defined]
        self.furthest = today + timedelta(days=max_days_of(place.houses_or_bills))
        self.durees = [
            (code, one.label, french_date(today + timedelta(days=one.days or 0)))
            for code, one in DUREES.items()
            if today + timedelta(days=one.days or 0) <= self.furthest
        ]
        choices = [*((code, label) for code, label, _ in self.durees), (CHOSEN, "Un dernier jour choisi")]
        self.fields["duree"].choices = choices  # type: ignore[attr-defined]
        bounds = {"min": today.isoformat(), "max": self.furthest.isoformat()}
        self.fields["last_day"].widget.attrs.update(bounds)
        for one in self.offered:
            named = forms.MultipleChoiceField(required=False, choices=[(text, text) for text in one.formalites])
            self.fields[f"formalites_{one.code}"] = named
            other = forms.CharField(required=False, max_length=FORMALITE_LENGTH, label="Autre")
            self.fields[f"autre_{one.code}"] = other

    @property
    def last_days(self) -> tuple[str, str]:
        """The first and the furthest day that may be chosen, in words."""
        return french_date(self.today), french_date(self.furthest)

    def clean(self) -> dict[str, Any]:
        """A formality is named inside a theme that is ticked; a chosen last day comes with its choice."""
        cleaned = super().clean() or {}
        ticked = cleaned.get("demarches", [])
        for one in self.offered:
            named = cleaned.get(f"formalites_{one.code}") or cleaned.get(f"autre_{one.code}")
            if named and one.code not in ticked:
                self.add_error(f"autre_{one.code}", f"Cochez aussi « {one.label} », ou effacez ces précisions.")
        if cleaned.get("duree") == CHOSEN and not cleaned.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", "Indiquez le dernier jour.")
        return cleaned

    def asked(self) -> Perimetre:
        """Return what was asked, as the services take it."""
        data = self.cleaned_data
        chosen = tuple(self._chosen(code) for code in data["demarches"])
        duree = f"{CHOSEN}:{data['last_day'].isoformat()}" if data["duree"] == CHOSEN else data["duree"]
        return Perimetre(chosen, duree, data["single_use"], tuple(data["reserved_acts"]))

    def _chosen(self, code: str) -> DemarcheChoisie:
        data = self.cleaned_data
        return {"code": code, "formalites": [*data[f"formalites_{code}"], *_listed(data[f"autre_{code}"])]}

    @property
    def shown_for(self) -> UUID:
        """The structure that the page named."""
        found: UUID = self.cleaned_data["structure"]
        return found

    def refused(self, message: str, code: str) -> None:
        """Write a refusal of the service under the field that can mend it."""
        self.add_error("last_day" if code.startswith("brouillon.duree") else None, message)

    def cards(self) -> list[Card]:
        """Return the themes with all that was ticked or typed so far."""
        ticked = self["demarches"].value() or []
        return [self._card(one, one.code in ticked) for one in self.offered]

    def _card(self, one: Demarche, chosen: bool) -> Card:
        named = self[f"formalites_{one.code}"].value() or []
        formalites = [(text, text in named) for text in one.formalites]
        other = self[f"autre_{one.code}"]
        return Card(one, chosen, formalites, other.value() or "", " ".join(map(str, other.errors)))

    def reserved(self) -> list[tuple[str, str, bool]]:
        """Return the six reserved acts: code, words, whether it is named."""
        ticked = self["reserved_acts"].value() or []
        return [(code, words, code in ticked) for code, words in RESERVED_ACTS.items()]


def _listed(typed: str) -> list[str]:
    """Return what was typed as formalities: several are told apart by semicolons."""
    return [part.strip() for part in typed.split(";") if part.strip()]


def initial_of(source: Brouillon | Mandat, demarches: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the first step's values from what a brouillon, or a mandat to renew, holds."""
    code, _, day = source.duree.partition(":")
    given: dict[str, Any] = {
        "demarches": [chosen["code"] for chosen in demarches],
        "duree": code,
        "last_day": day,
        "single_use": source.single_use,
        "reserved_acts": list(source.reserved_acts),
    }
    for chosen in demarches:
        known = DEMARCHES[chosen["code"]].formalites
        given[f"formalites_{chosen['code']}"] = [text for text in chosen["formalites"] if text in known]
        given[f"autre_{chosen['code']}"] = " ; ".join(text for text in chosen["formalites"] if text not in known)
    return given
