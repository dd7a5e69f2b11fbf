"""What an agent types from the mandat, from the usager, and from their own file."""

from typing import Any, TypeVar

from django import forms
from django.http import QueryDict

from aidants.domain.demarches import DEMARCHES
from mandats.pages.usager.forms import VoletFields

Form = TypeVar("Form", bound=forms.Form)
CORRECT = "corriger"
"""The button by which an agent comes back to what they typed."""


class VerifyForm(VoletFields):
    """Reference and code from the usager; name and birth date from the agent's own file; one demarche."""

    organisation = forms.CharField(
        label="Votre organisme",
        help_text="Par exemple « CAF de Paris ». L’usager verra qui a vérifié.",
        max_length=200,
        widget=forms.TextInput({"autocomplete": "organization"}),
        error_messages={"required": "Écrivez le nom de votre organisme."},
    )
    family_name = forms.CharField(
        label="Nom de naissance de l’usager",
        help_text="Celui de votre dossier, pas celui du mandat.",
        max_length=256,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Écrivez le nom de naissance de l’usager."},
    )
    demarche = forms.ChoiceField(
        label="Démarche demandée",
        choices=[("", "Choisissez"), *((demarche.code, demarche.label) for demarche in DEMARCHES.values())],
        error_messages={"required": "Choisissez la démarche."},
    )
    field_order = ("organisation", "reference", "code", "family_name", "day", "month", "year", "demarche")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code de vérification"
        self.fields["code"].help_text = "16 chiffres, donnés par l’usager."


class AgentVerifyForm(VerifyForm):
    """The same, typed by an agent whose organisation is known already."""

    organisation = None  # type: ignore[assignment]  # Django's way to leave an inherited field out


def typed_in(form: type[Form], post: QueryDict) -> Form:
    """Return what was typed; not judged, and without its code, when the agent comes back to correct it."""
    if CORRECT in post:
        return form(initial={name: post.get(name, "") for name in form.base_fields if name != "code"})
    return form(post or None)


def kept_of(form: forms.Form) -> dict[str, str]:
    """Return what was typed but the code, to be sent again."""
    return {name: str(form.data.get(name, "")) for name in form.fields if name != "code"}
