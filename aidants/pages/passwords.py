"""A password forgotten: a link by e-mail, and the second factor all the same."""

import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aidants.comptes import passwords
from aidants.comptes.forms import EmailForm, ForgottenForm
from aidants.comptes.sign_in import is_slowed, refuse
from aidants.domain.decisions import Denied
from aidants.domain.errors import SIGN_IN_THROTTLED
from aidants.pages.posted import posted

_ALIKE_SECONDS = 0.3


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Take an address; the answer is the same whether it has an account or not."""
    began = time.monotonic()
    form = EmailForm(posted(request))
    sent = form.is_valid()
    if sent:
        passwords.send_link(form.cleaned_data["email"], timezone.now())
        # Writing a message takes some milliseconds that an unknown address does not cost: both answer together.
        time.sleep(max(0.0, _ALIKE_SECONDS - (time.monotonic() - began)))
    status = 422 if form.errors else 200
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
