"""What is typed about structures and national roles.  Well-formedness only."""

from collections.abc import Mapping
from typing import Any

from django import forms

from aidants.comptes.forms import CodeForm, InvitationForm, NamesForm, StatutForm, one_line
from aidants.domain.activite.dossier import KINDS
from aidants.domain.departements import DEPARTEMENTS
from aidants.domain.roles import LABELS, NATIONAL_ROLES, Role
from aidants.domain.telephone import in_french
from aidants.envois.adresse import AdresseField
from aidants.habilitation.forms import StructureFields
from aidants.habilitation.structures import MOTIFS
from aidants.structures.identite import CORRECTED
from aidants.structures.models import Structure

TIME_ZONES = {
    "Europe/Paris": "Paris",
    "America/Guadeloupe": "Guadeloupe, Saint-Martin, Saint-Barthélemy",
    "America/Martinique": "Martinique",
    "America/Cayenne": "Guyane",
    "America/Miquelon": "Saint-Pierre-et-Miquelon",
    "Indian/Reunion": "La Réunion",
    "Indian/Mayotte": "Mayotte",
    "Pacific/Noumea": "Nouvelle-Calédonie",
    "Pacific/Tahiti": "Polynésie française",
    "Pacific/Wallis": "Wallis-et-Futuna",
}
ROLES = {role: LABELS[role] for role in NATIONAL_ROLES} | {
    Role.ADMINISTRATEUR: f"{LABELS[Role.ADMINISTRATEUR]} (une seconde personne approuve)"
}
_OPTIONAL = {"telephone", "email", "passkey"}


class ChangeForm(StructureFields, CodeForm):
    """What new actes will say of a structure; its SIRET never changes."""

    email = AdresseField(
        label="Adresse électronique",
        required=False,
        max_length=254,
        error_messages={"invalid": "Saisissez une adresse complète, par exemple contact@mairie.fr."},
    )
    time_zone = forms.ChoiceField(
        label="Heure locale",
        help_text="Les mandats finissent à minuit, à cette heure. Ceux qui sont signés ne changent pas.",
        choices=list(TIME_ZONES.items()),
    )
    insee_code = forms.CharField(
        label="Code commune (INSEE)", help_text="Cinq signes, par exemple 05061 pour Gap.", max_length=5
    )
    kind = forms.ChoiceField(label="Type de structure")
    field_order = (
        "name",
        "siret",
        "kind",
        "street",
        "postcode",
        "city",
        "insee_code",
        "time_zone",
        "telephone",
        "email",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for everything but what a structure may lack; keep a kind that our list does not have."""
        super().__init__(*args, **kwargs)
        labels = list(dict.fromkeys([*KINDS.values(), *filter(None, [self.initial.get("kind")])]))
        self.fields["kind"] = forms.ChoiceField(
            label="Type de structure", choices=[("", "Choisir"), *((one, one) for one in labels)]
        )
        self.order_fields(self.field_order)
        for name, field in self.fields.items():
            if name not in _OPTIONAL and name != "code":
                field.required = True
                field.error_messages["required"] = f"Remplissez « {field.label} »."
        if "siret" in self.initial:
            del self.fields["siret"]

    def clean_insee_code(self) -> str:
        """Five signs, capitals (2A, 2B)."""
        code = str(self.cleaned_data["insee_code"]).upper()
        if len(code) != 5 or not code.isalnum():
            raise forms.ValidationError("Le code d’une commune a cinq signes, par exemple 05061.")
        return code

    def columns(self) -> dict[str, str]:
        """Return what goes into the structure's row."""
        return {name: str(self.cleaned_data[name]) for name in self.fields if name not in ("code", "passkey")}


def initial_of(structure: Structure) -> dict[str, str]:
    """Return what the form shows of a structure."""
    names = ("name", "siret", "kind", "street", "postcode", "city", "insee_code", "telephone", "email", "time_zone")
    told = {name: getattr(structure, name) for name in names}
    return told | {"telephone": in_french(structure.telephone)}


class SuspendForm(CodeForm):
    """Why a structure is deactivated."""

    motif = forms.ChoiceField(
        label="Raison",
        choices=list(MOTIFS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une raison."},
    )
    field_order = ("motif", "code")


class ReferentForm(InvitationForm):
    """Somebody whom the service invites into a structure."""


class RoleForm(InvitationForm):
    """To whom a national role is given."""

    role = forms.ChoiceField(
        label="Fonction nationale",
        choices=[("", "Choisir"), *((role.value, ROLES[role]) for role in NATIONAL_ROLES)],
        error_messages={"required": "Choisissez une fonction."},
    )
    departement = forms.ChoiceField(
        label="Département",
        help_text="Pour une préfecture seulement.",
        choices=[("", "Aucun"), *((code, f"{code} {name}") for code, name in DEPARTEMENTS.items())],
        required=False,
    )
    field_order = ("given_name", "family_name", "email", "profession", "role", "departement", "code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Roles of a structure are not given here."""
        super().__init__(*args, **kwargs)
        del self.fields["roles"], self.fields["statut"]
        self.fields["profession"].help_text = ""

    def clean(self) -> dict[str, Any]:
        """A préfecture has its department, and nobody else has one."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        is_prefecture = data.get("role") == Role.PREFECTURE.value
        if is_prefecture and not data.get("departement"):
            self.add_error("departement", "Choisissez le département de la préfecture.")
        elif not is_prefecture:
            data["departement"] = ""
        return data


class JoinForm(forms.Form):
    """Which structure somebody asks to join."""

    siret = StructureFields.base_fields["siret"]

    def clean_siret(self) -> str:
        """Read as for a dossier; nothing typed is refused."""
        digits = "".join(str(self.cleaned_data["siret"]).split())
        if not digits:
            raise forms.ValidationError("Saisissez le SIRET de la structure.")
        return digits


class IdentityForm(NamesForm, CodeForm):
    """The name and the profession of somebody else, and a fresh second factor.

    What the page showed comes back with what is typed: only what was changed here is written, so that a correction
    made meanwhile by somebody else stays.
    """

    profession = forms.CharField(label="Fonction", max_length=100, required=False, validators=[one_line])
    kept: tuple[str, ...] = CORRECTED
    field_order: tuple[str, ...] = (*CORRECTED, "code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Keep what the page shows beside what is typed."""
        super().__init__(*args, **kwargs)
        for name in self.kept:
            self.fields[name].show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        """Let a profession be corrected, not emptied; who never had one goes on without it."""
        given = super().clean() or self.cleaned_data
        if "profession" in self.changed_data and given.get("profession") == "":
            self.add_error("profession", "Saisissez la fonction.")
        return given

    def corrected(self) -> dict[str, str]:
        """Return what was changed here of the names."""
        return {name: str(self.cleaned_data[name]) for name in CORRECTED if name in self.changed_data}


class PlaceForm(StatutForm, IdentityForm):
    """The name of somebody in the team, their status and their roles; none takes them out of it."""

    roles = forms.MultipleChoiceField(
        label="Rôles dans l’équipe",
        help_text="Sans aucun rôle, la personne quitte l’équipe. Ce qu’elle a fait reste.",
        choices=InvitationForm.base_fields["roles"].choices,  # type: ignore[attr-defined]
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    kept = (*CORRECTED, "statut")
    field_order = (*CORRECTED, "roles", "statut", "code")

    def brings_aidant(self, given: Mapping[str, Any]) -> bool:
        """Who was an aidant before their status was asked for stays one until it is declared."""
        return super().brings_aidant(given) and bool(given["statut"] or "aidant" not in self.initial["roles"])

    def declared(self) -> str:
        """Return the status that was chosen here; empty when it was left as it was."""
        return str(self.cleaned_data["statut"]) if "statut" in self.changed_data else ""
