"""What is typed about a dossier, and what an instructeur answers.  Well-formedness only."""

from typing import Any

from django import forms

from aidants.comptes.forms import CodeForm, EmailForm, WithTelephone
from aidants.domain.activite.dossier import DECLARATIONS, KINDS, REASONED, Etat
from aidants.domain.activite.errors import REASON_MISSING
from aidants.domain.siret import is_siret
from aidants.domain.statuts import STATUTS, is_professional
from aidants.envois.adresse import AdresseField
from aidants.habilitation.models import Dossier
from aidants.structures.lieu import WithCommune

_ROWS = 5


class StartForm(EmailForm):
    """The address to which the dossier's link goes."""


def _text(label: str, length: int = 256, help_text: str = "", **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=length, required=False, widget=forms.TextInput(attrs=attrs)
    )


class StructureFields(WithTelephone):
    """What a structure is: its SIRET as text, where it is, how it is called."""

    name = _text("Nom de la structure")
    siret = _text("SIRET", 17, "14 chiffres, avec ou sans espaces.", inputmode="numeric")
    kind = forms.ChoiceField(label="Type de structure", choices=[("", "Choisir"), *KINDS.items()], required=False)
    street = _text("Adresse", autocomplete="street-address")
    postcode = _text("Code postal", 5, inputmode="numeric", autocomplete="postal-code")
    city = _text("Commune", autocomplete="address-level2")
    telephone = _text("Téléphone", 24, type="tel", inputmode="tel", autocomplete="tel")

    def clean_siret(self) -> str:
        """Keep the digits; refuse what is no SIRET, unless nothing was typed."""
        digits = "".join(self.cleaned_data["siret"].split())
        if digits and not is_siret(digits):
            raise forms.ValidationError("Ce SIRET n’existe pas : vérifiez ses 14 chiffres.")
        return digits

    def clean_postcode(self) -> str:
        """Five digits."""
        code = str(self.cleaned_data["postcode"])
        if code and (len(code) != 5 or not code.isdigit()):
            raise forms.ValidationError("Le code postal a cinq chiffres.")
        return code


def _declarations() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="La structure déclare",
        choices=list(DECLARATIONS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class DeclarationsForm(forms.Form):
    """The five declarations of a structure that the scheme retained."""

    declarations = _declarations()


class DossierForm(StructureFields, WithCommune):
    """The structure and its referent; everything may be left for later, until the dossier is handed in."""

    referent_given_name = _text("Prénom du référent", 100)
    referent_family_name = _text("Nom du référent", 100)
    referent_email = AdresseField(
        label="Adresse électronique du référent",
        required=False,
        error_messages={"invalid": "Saisissez une adresse complète, par exemple prenom.nom@mairie.fr."},
    )
    referent_profession = _text("Fonction du référent", 100)
    referent_is_aidant = forms.BooleanField(label="Le référent sera aussi aidant", required=False)
    referent_statut = forms.ChoiceField(
        label="Statut du référent, s’il est aussi aidant", choices=[("", "Choisir"), *STATUTS.items()], required=False
    )
    declarations = _declarations()

    commune_may_wait = True

    def clean(self) -> dict[str, Any]:
        """The commune's own code follows from what was typed; nothing typed, no code."""
        given = super().clean()
        given["insee_code"] = self.commune.code if self.commune else ""
        return given


class AidantRow(forms.Form):
    """One aidant of the dossier; an empty row is nobody."""

    given_name = _text("Prénom", 100)
    family_name = _text("Nom", 100)
    email = AdresseField(
        label="Adresse électronique",
        required=False,
        error_messages={"invalid": "Saisissez une adresse complète, par exemple prenom.nom@mairie.fr."},
    )
    profession = _text("Fonction", 100)
    statut = forms.ChoiceField(label="Statut", choices=[("", "Choisir"), *STATUTS.items()], required=False)

    def clean(self) -> dict[str, Any]:
        """Whole or empty; professionals only."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        given = [name for name in self.fields if data.get(name)]
        if given and not self.errors:
            for name in self.fields:
                if not data.get(name):
                    self.add_error(name, "À remplir pour cette personne.")
        statut = data.get("statut", "")
        if statut and not is_professional(statut):
            self.add_error("statut", "Cette personne ne peut pas être aidant : seuls les professionnels le peuvent.")
        return data


def aidant_rows(data: Any, dossier: Dossier) -> list[AidantRow]:
    """Return the rows of a dossier's aidants, with some empty ones to fill."""
    known = list(
        dossier.aidants.order_by("family_name", "given_name", "id").values(*AidantRow.base_fields),
    )
    count = max(_ROWS, len(known) + 2)
    if data is not None:
        posted = {name.split("-")[1] for name in data if name.startswith("aidant-") and name.count("-") == 2}
        count = min(100, max([count, *(int(one) + 1 for one in posted if one.isdigit())]))
    return [
        AidantRow(data, prefix=f"aidant-{rank}", initial=known[rank] if rank < len(known) else None)
        for rank in range(count)
    ]


class WordsForm(forms.Form):
    """A message in a dossier."""

    text = forms.CharField(
        label="Votre message",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Écrivez votre message."},
    )


class DecisionForm(CodeForm):
    """What the instructeur decides, and a fresh second factor: a validation lets a whole structure act."""

    etat = forms.ChoiceField(
        label="Que décidez-vous",
        choices=[
            (Etat.VALIDEE.value, "Valider : la structure est créée et habilitée, ses personnes sont invitées"),
            (Etat.MODIFICATIONS_DEMANDEES.value, "Demander des modifications"),
            (Etat.REFUSEE.value, "Refuser"),
            (Etat.CLOTUREE.value, "Clôturer sans suite"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une décision."},
    )
    why = forms.CharField(
        label="Ce que la structure lira",
        help_text="À remplir pour un refus ou une demande de modifications.",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    field_order = ("etat", "why", "code")

    def clean(self) -> dict[str, Any]:
        """Ask for the reason before the code that it would spend; the service asks it too."""
        given = super().clean() or self.cleaned_data
        if given.get("etat") in REASONED and not given.get("why"):
            self.add_error("why", REASON_MISSING.message)
        return given


class WithdrawalForm(CodeForm):
    """Why something is taken back, and a fresh second factor."""

    why = forms.CharField(
        label="Motif",
        help_text="Quelques mots, sans nom de personne aidée.",
        max_length=200,
        error_messages={"required": "Dites pourquoi."},
    )
    field_order = ("why", "code")
