"""The agent's page for an aidant who telephones: a SIRET, six digits, yes or no."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes.address import client_network
from aidants.domain.siret import is_siret
from aidants.journal.limits import Throttled
from mandats.domain.errors import TOO_MANY_LOOKUPS
from mandats.pages.verifier.forms import kept_of, typed_in
from mandats.verification.appels import is_aidant_calling
from mandats.verification.questions import Asker


class CallForm(forms.Form):
    """What the agent hears."""

    organisation = forms.CharField(
        label="Votre organisme",
        max_length=200,
        widget=forms.TextInput({"autocomplete": "organization"}),
        error_messages={"required": "Écrivez le nom de votre organisme."},
    )
    siret = forms.CharField(
        label="SIRET de la structure",
        help_text="14 chiffres. L’aidant vous le dicte.",
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": "Écrivez le SIRET de la structure."},
    )
    code = forms.CharField(
        label="Code d’appel",
        help_text="6 chiffres, valables 10 minutes.",
        max_length=20,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": "Écrivez le code d’appel."},
    )

    def clean_siret(self) -> str:
        """Return fourteen digits; spaces are understood."""
        siret = "".join(self.cleaned_data["siret"].split())
        if not is_siret(siret):
            raise forms.ValidationError("Ce n’est pas un SIRET : vérifiez les 14 chiffres.")
        return siret

    def clean_code(self) -> str:
        """Return six digits; spaces are understood."""
        code = "".join(self.cleaned_data["code"].split())
        if len(code) != 6 or not (code.isascii() and code.isdigit()):
            raise forms.ValidationError("Le code d’appel a 6 chiffres.")
        return code


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest) -> HttpResponse:
    """Ask for the two numbers; answer yes or no.  After a no, whoever misheard types the code alone again."""
    form = typed_in(CallForm, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    given = form.cleaned_data
    asker = Asker(given["organisation"], "page", client_network(request))
    answer = is_aidant_calling(given["siret"], given["code"], asker, timezone.now())
    if isinstance(answer, Throttled):
        form.add_error(None, TOO_MANY_LOOKUPS.message)
        response = _page(request, form, wait=answer, status=TOO_MANY_LOOKUPS.http)
        response["Retry-After"] = str(answer.seconds)
        return response
    kept = {} if answer else kept_of(form)
    context = {"is_aidant": answer, "siret": given["siret"], "asked_at": timezone.now(), "kept": kept.items()}
    return render(request, "verifier/call_answer.html", context)


def _page(request: HttpRequest, form: CallForm, *, wait: Throttled | None = None, status: int) -> HttpResponse:
    return render(request, "verifier/call.html", {"form": form, "wait": wait}, status=status)
