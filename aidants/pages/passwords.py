"""A password forgotten: a link by e-mail, and the second factor all the same."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes import passwords
from aidants.comptes.address import client_network
from aidants.comptes.forms import EmailForm, ForgottenForm
from aidants.comptes.sign_in import is_slowed, refuse
from aidants.domain.decisions import Denied
from aidants.domain.errors import SIGN_IN_THROTTLED
from aidants.pages.posted import posted


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Take an address; the answer, and what it costs, are the same whether it has an account or not."""
    form, now = EmailForm(posted(request)), timezone.now()
    status, sent = 422 if form.errors else 200, False
    if form.is_valid():
        denied = passwords.ask_link(form.cleaned_data["email"], client_network(request), now)
        sent = denied is None
        if denied is not None:
            form.add_error(None, denied.reason.message)
            status = denied.reason.http
    return render(request, "aidants/comptes/forgotten.html", {"form": form, "sent": sent}, status=status)


@never_cache
@sensitive_post_parameters("code", "new_password", "factor_code")
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """Take the link's code, a new password and a code of the second factor, all three at once."""
    now = timezone.now()
    owner = passwords.owner_of(request.POST.get("code", ""), now)
    form = ForgottenForm(posted(request), compte=owner)
    status = 422 if form.errors else 200
    if form.is_valid():
        slowed = is_slowed(request, now)
        outcome = Denied(SIGN_IN_THROTTLED) if slowed else passwords.replace_forgotten(**form.cleaned_data, now=now)
        if not isinstance(outcome, Denied):
            messages.success(request, "Votre mot de passe est changé. Connectez-vous.")
            return redirect("aidants:sign_in")
        refuse(request, outcome.reason, now)
        form.add_error(None, outcome.reason.message)
        status = outcome.reason.http
    return render(request, "aidants/comptes/new_password.html", {"form": form}, status=status)
