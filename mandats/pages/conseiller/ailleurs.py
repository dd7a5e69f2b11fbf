"""The usager's choices about other structures, made on the recap: keep or replace, take one mandat over.

The page is the same for everybody whom FranceConnect identified, whether or not they have a mandat elsewhere.
"""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Denied
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from mandats.domain.references import Mistake, parse
from mandats.pages.conseiller.access import with_brouillon
from mandats.registre.models import Brouillon
from mandats.registre.services.ailleurs import choose_elsewhere, cite, forget_citation

_OFF = {"autocomplete": "off", "spellcheck": "false"}


class CitationForm(forms.Form):
    """The reference of the mandat that is taken over; a code of its volet when FranceConnect did not identify."""

    reference = forms.CharField(
        label="Référence de l’ancien mandat",
        help_text="La personne la tape elle-même. Elle est sur son mandat, par exemple GAP7-K3XW-9B.",
        max_length=40,
        widget=forms.TextInput(_OFF),
        error_messages={"required": "Écrivez la référence de l’ancien mandat."},
    )
    code = forms.CharField(
        label="Un code de l’ancien mandat",
        help_text="Inutile si la personne s’est identifiée avec FranceConnect pour les deux mandats.",
        required=False,
        max_length=60,
        widget=forms.TextInput(_OFF | {"inputmode": "numeric"}),
    )

    def clean_reference(self) -> str:
        """Tell a mistyped reference before anything is looked up."""
        found = parse(self.cleaned_data["reference"])
        if isinstance(found, Mistake):
            raise forms.ValidationError("Cette référence comporte une erreur. Recopiez-la depuis l’ancien mandat.")
        return found


@require_POST
@with_brouillon
def elsewhere(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """« Garder aussi vos mandats confiés à d'autres structures, ou les remplacer ? »"""
    replace = request.POST.get("choix") == "remplacer"
    verdict = choose_elsewhere(brouillon.id, acteur, replace=replace, now=timezone.now())
    if isinstance(verdict, Denied):
        warn(request, verdict, level=messages.ERROR)
    else:
        messages.info(request, "Votre choix est dans le texte. Relisez-le avant de signer.")
    return redirect("mandats:brouillon_recap", brouillon.id)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def citation(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """The usager changes structure: they cite the mandat that this one takes over."""
    if brouillon.identified_at is None:
        return redirect("mandats:brouillon_identity", brouillon.id)
    form = CitationForm(posted(request))
    if form.is_valid():
        verdict = cite(brouillon.id, acteur, **form.cleaned_data, now=timezone.now())
        if not isinstance(verdict, Denied):
            messages.info(request, "L’ancien mandat est cité dans le texte. Relisez-le avant de signer.")
            return redirect("mandats:brouillon_recap", brouillon.id)
        form.add_error(None, verdict.reason.message)
    context = {"brouillon": brouillon, "form": form, "step": 3}
    return render(request, "mandats/conseiller/citation.html", context, status=422 if form.errors else 200)


@require_POST
@with_brouillon
def forget(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Cite nothing after all."""
    forget_citation(brouillon.id, acteur, timezone.now())
    return redirect("mandats:brouillon_recap", brouillon.id)
