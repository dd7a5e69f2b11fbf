"""Importing structures and aidants from a file, for the administrateur: checked line by line, whole or not at all."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes.fonctions import for_role
from aidants.comptes.forms import CodeForm
from aidants.comptes.fresh_factor import fresh_factor_given
from aidants.domain.acteur import Acteur
from aidants.domain.cartes import Erreur
from aidants.domain.fiches import AIDANT_COLUMNS, STRUCTURE_COLUMNS
from aidants.domain.roles import Role
from aidants.domain.statuts import STATUTS
from aidants.pages.posted import posted
from aidants.structures.imports import import_aidants, import_structures

_IMPORTS = {"structures": import_structures, "aidants": import_aidants}


class FileForm(CodeForm):
    """What the file holds, the file, and a fresh second factor."""

    kind = forms.ChoiceField(
        label="Ce que contient le fichier",
        choices=[("structures", "Des structures"), ("aidants", "Des aidants, invités par courriel")],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites ce que contient le fichier."},
    )
    file = forms.FileField(
        label="Fichier CSV",
        help_text="Virgules ou points-virgules, UTF-8, noms des colonnes à la première ligne, 2 000 lignes au plus.",
        error_messages={"required": "Choisissez un fichier.", "empty": "Ce fichier est vide."},
    )
    field_order = ("kind", "file", "code")

    def clean_file(self) -> str:
        """Return the text of the file; anything but UTF-8 is refused, so that no name is spoilt."""
        content = self.cleaned_data["file"].read(1024 * 1024 + 1)
        if len(content) > 1024 * 1024:
            raise forms.ValidationError("Un mégaoctet au plus : coupez le fichier en deux.")
        try:
            return str(content.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError("Enregistrez le fichier en UTF-8, puis recommencez.") from error


@sensitive_post_parameters("code", "passkey")
@require_http_methods(["GET", "HEAD", "POST"])
@for_role(Role.ADMINISTRATEUR)
def imports(request: HttpRequest, acteur: Acteur) -> HttpResponse:
    """Take a file, or say every line that is wrong."""
    form, now = FileForm(posted(request), request.FILES or None), timezone.now()
    line_errors: list[Erreur] = []
    if form.is_valid() and fresh_factor_given(request, form, acteur, now):
        outcome = _IMPORTS[form.cleaned_data["kind"]](form.cleaned_data["file"], acteur, now)
        if isinstance(outcome, int):
            messages.success(request, f"Le fichier est pris en entier : {outcome} lignes.")
            return redirect("aidants:imports")
        line_errors = outcome
    context = {
        "form": form,
        "line_errors": line_errors,
        "structure_columns": STRUCTURE_COLUMNS,
        "aidant_columns": ("siret", *AIDANT_COLUMNS),
        "statuts": list(STATUTS),
    }
    status = 422 if form.errors or line_errors else 200
    return render(request, "aidants/equipe/imports.html", context, status=status)
