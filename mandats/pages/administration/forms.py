"""What is typed on these screens.  Well-formedness only: the rules stand in the services."""

from typing import Any

from django import forms

from aidants.comptes.forms import code_field
from aidants.domain.telephone import BadTelephone, to_e164
from aidants.envois.adresse import AdresseField
from mandats.domain.droits import CONTACTS, GROUNDS, ORIGINS, PIVOT, PROOFS
from mandats.domain.errors import TELEPHONE_REFUSED
from mandats.registre.models import Usager
from mandats.verification.comparison import birthdate_from

_GENDERS = (("female", "femme"), ("male", "homme"), ("unspecified", "non précisé"))
FIELD_LABELS = {
    "given_name": "Prénoms",
    "family_name": "Nom de naissance",
    "preferred_username": "Nom d’usage",
    "birthdate": "Date de naissance",
    "gender": "Sexe à l’état civil",
    "birthplace": "Commune de naissance (code Insee)",
    "birthcountry": "Pays de naissance (code Insee)",
    "email": "Adresse électronique",
    "telephone": "Téléphone",
    "postal_address": "Adresse postale",
}
_HINTS = {
    "birthdate": "AAAA-MM-JJ ; 00 pour un jour ou un mois inconnu.",
    "birthplace": "Cinq caractères, par exemple 05061. Vide pour une naissance à l’étranger.",
    "birthcountry": "Cinq chiffres ; 99100 pour la France.",
    "telephone": "Par exemple 06 12 34 56 78.",
}


class SearchForm(forms.Form):
    """A whole reference, or a whole birth name and a birth date."""

    reference = forms.CharField(label="Référence d’un mandat", max_length=32, required=False)
    family_name = forms.CharField(label="Nom de naissance entier", max_length=256, required=False)
    day = forms.CharField(label="Jour de naissance", max_length=2, required=False)
    month = forms.CharField(label="Mois de naissance", max_length=2, required=False)
    year = forms.CharField(label="Année de naissance", max_length=4, required=False)

    def clean(self) -> dict[str, Any]:
        """Want one way or the other, whole."""
        given = {name: (self.cleaned_data.get(name) or "").strip() for name in self.fields}
        given["birthdate"] = birthdate_from(given.pop("day"), given.pop("month"), given.pop("year"))
        if not given["reference"] and not (given["family_name"] and given["birthdate"]):
            raise forms.ValidationError(
                "Saisissez la référence d’un mandat, ou le nom de naissance entier et la date de naissance."
            )
        return given


class DemandeForm(forms.Form):
    """How the person asked, how they were recognised, when it came; and the second factor."""

    origin = forms.ChoiceField(
        label="Comment la demande est arrivée",
        choices=list(ORIGINS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Dites comment la demande est arrivée."},
    )
    proof = forms.ChoiceField(
        label="Comment la personne a été reconnue",
        help_text="Sans certitude sur l’identité, rien n’est remis ni changé (RGPD 12.6).",
        choices=list(PROOFS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Dites comment la personne a été reconnue."},
    )
    received_on = forms.DateField(
        label="Reçue le",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Donnez le jour de réception.", "invalid": "Ce jour n’existe pas."},
    )
    code = code_field(help_text="Le code que votre application affiche maintenant.")


class RectificationForm(DemandeForm):
    """The same, with the values as they should be."""

    field_order = (*FIELD_LABELS, "origin", "proof", "received_on", "code")

    def __init__(self, *args: Any, usager: Usager, **kwargs: Any) -> None:
        """Show what is known; what FranceConnect told is not offered."""
        super().__init__(*args, **kwargs)
        names = CONTACTS if usager.sub_digest is not None else (*PIVOT, "preferred_username", *CONTACTS)
        self.names = tuple(names)
        for name in names:
            self.fields[name] = _field(name, getattr(usager, name))
        self.order_fields(self.field_order)

    def clean_telephone(self) -> str:
        """Return the number as it is kept."""
        typed = str(self.cleaned_data["telephone"]).strip()
        try:
            return to_e164(typed) if typed else ""
        except BadTelephone as error:
            raise forms.ValidationError(TELEPHONE_REFUSED.message) from error

    @property
    def changes(self) -> dict[str, str]:
        """The values typed, by field."""
        return {name: self.cleaned_data[name] for name in self.names}


def _field(name: str, value: str) -> forms.Field:
    given: dict[str, Any] = {"label": FIELD_LABELS[name], "initial": value, "required": False}
    if name == "gender":
        return forms.ChoiceField(**given, choices=_GENDERS)
    if name == "email":
        return AdresseField(**given, max_length=254)
    limits = {"birthdate": 10, "birthplace": 5, "birthcountry": 5, "telephone": 32}
    return forms.CharField(**given, max_length=limits.get(name, 256), help_text=_HINTS.get(name, ""))


class AnswerForm(forms.Form):
    """The second person's answer."""

    answer = forms.ChoiceField(
        label="Votre réponse",
        choices=(("oui", "J’approuve"), ("non", "Je refuse")),
        widget=forms.RadioSelect,
        error_messages={"required": "Approuvez ou refusez."},
    )
    code = code_field(help_text="Le code que votre application affiche maintenant.")


class ArchiveForm(forms.Form):
    """One archived mandat, on a ground of the closed list."""

    reference = forms.CharField(
        label="Référence du mandat",
        help_text="Par exemple GAP7-K3XW-9B. L’archive ne se parcourt pas.",
        max_length=32,
        error_messages={"required": "Saisissez la référence entière."},
    )
    ground = forms.ChoiceField(
        label="Pourquoi l’ouvrir",
        choices=list(GROUNDS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Dites pourquoi."},
    )
    code = code_field(help_text="Le code que votre application affiche maintenant.")
