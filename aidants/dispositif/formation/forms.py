"""What is typed about bodies, sessions, attendance and results.  Well-formedness only."""

from typing import Any

from django import forms
from django.utils import timezone

from aidants.comptes.forms import CodeForm
from aidants.domain.activite.formation import CADRES, KINDS
from aidants.domain.departements import DEPARTEMENTS
from aidants.domain.siret import is_siret
from aidants.envois.adresse import AdresseField
from aidants.structures.lieu import WithCommune

_LARGEST_FILE = 512 * 1024
_DAY = {"required": "Indiquez un jour.", "invalid": "Indiquez un jour, par exemple 31/03/2021."}


def day_field(label: str, help_text: str = "") -> forms.DateField:
    """Return the field of one day, as browsers know it."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, widget=widget, error_messages=_DAY)


class OrganismeForm(forms.Form):
    """A training body to approve."""

    name = forms.CharField(label="Nom de l’organisme", max_length=256, error_messages={"required": "Saisissez le nom."})
    siret = forms.CharField(label="SIRET", max_length=17, error_messages={"required": "Saisissez le SIRET."})
    departement = forms.ChoiceField(
        label="Département",
        choices=[("", "Choisir"), *((code, f"{code} {name}") for code, name in DEPARTEMENTS.items())],
    )
    city = forms.CharField(label="Commune", max_length=256, error_messages={"required": "Saisissez la commune."})

    def clean_siret(self) -> str:
        """Keep the digits; refuse what is no SIRET."""
        digits = "".join(self.cleaned_data["siret"].split())
        if not is_siret(digits):
            raise forms.ValidationError("Ce SIRET n’existe pas : vérifiez ses 14 chiffres.")
        return digits


class AddressForm(forms.Form):
    """The address of somebody who has an account."""

    email = AdresseField(
        label="Adresse électronique",
        error_messages={"required": "Saisissez l’adresse.", "invalid": "Saisissez une adresse complète."},
    )


class SessionForm(WithCommune):
    """A session to open."""

    cadre = forms.ChoiceField(label="Pour qui", choices=[(key.value, label) for key, label in CADRES.items()])
    kind = forms.ChoiceField(label="Formation", choices=list(KINDS.items()))
    starts_on = day_field("Premier jour")
    ends_on = day_field("Dernier jour")
    places = forms.IntegerField(
        label="Places",
        min_value=1,
        max_value=500,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "Indiquez un nombre entre 1 et 500."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """The last day comes neither before the first nor before today: nobody could take a place."""
        data: dict[str, Any] = super().clean()
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "Le dernier jour vient après le premier.")
        elif last and last < timezone.localdate():
            self.add_error("ends_on", "Ce jour est passé : plus personne ne pourrait s’inscrire.")
        return data


class ResultForm(forms.Form):
    """One result of the certification."""

    email = AddressForm.base_fields["email"]
    result = forms.ChoiceField(
        label="Résultat",
        choices=[("obtenue", "Certification obtenue"), ("non", "Non obtenue")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez le résultat."},
    )
    day = day_field("Jour du résultat")


class ResultsFileForm(CodeForm):
    """A file of results, and a fresh second factor for them all."""

    results = forms.FileField(
        label="Fichier CSV",
        help_text="Trois colonnes : adresse;date;resultat. Le résultat est « obtenue » ou « non obtenue ».",
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )

    field_order = ("results", "code")

    def clean_results(self) -> str:
        """Read the file as UTF-8, or as older spreadsheets write."""
        given = self.cleaned_data["results"]
        if given.size > _LARGEST_FILE:
            raise forms.ValidationError("Ce fichier est trop grand : 512 ko au plus.")
        content: bytes = given.read()
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            return content.decode("cp1252", errors="replace")
