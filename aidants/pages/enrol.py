"""The first visit in three steps, and the return after a loss: a code received, then one factor."""

import secrets
from functools import wraps
from typing import Any, Protocol, cast

import segno
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp.middleware import is_verified

from aidants.comptes import enrolment, passwords, recovery
from aidants.comptes.address import client_network
from aidants.comptes.enrolment import Enrolment, Why
from aidants.comptes.facteurs import changes, passkeys
from aidants.comptes.facteurs.codes import FactorGiven
from aidants.comptes.forms import AddressCodeForm, FirstApplicationForm, LinkCodeForm, PasskeyForm, RecoveryForm
from aidants.comptes.models import Compte
from aidants.comptes.sign_in import is_slowed, refuse
from aidants.domain.decisions import Decision, Denied
from aidants.domain.errors import INVITATION_GONE, SIGN_IN_THROTTLED, SIGN_IN_TO_ACCEPT
from aidants.domain.roles import LABELS
from aidants.pages.posted import posted
from aidants.structures import address_code, invitations
from aidants.structures.invitations import Accepted
from aidants.structures.models import Invitation

_INVITATION = "invitation"
# Drawn for the browser that asks for a code: the same code typed elsewhere is another.
_BROWSER = "invitation_browser"


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    """Take the invitation's code, which a script read in the link's fragment; spend nothing yet."""
    form, status, now = LinkCodeForm(posted(request)), 200, timezone.now()
    if form.is_valid():
        found = invitations.find_invitation(form.cleaned_data["code"], now)
        if found is not None:
            request.session[_INVITATION] = str(found.id)
            return redirect("aidants:invitation_identity")
        refuse(request, INVITATION_GONE, now)
        form.add_error(None, INVITATION_GONE.message)
        status = INVITATION_GONE.http
    return render(request, "aidants/comptes/invitation.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_identity(request: HttpRequest) -> HttpResponse:
    """Step 1: show who is invited, by whom, where; the person says that it is them, and a code leaves to them."""
    now = timezone.now()
    found = _standing(request)
    if found is None:
        return redirect("aidants:invitation")
    status, refusal = 200, None
    if request.method == "POST":
        mine = cast("Compte", request.user) if is_verified(request.user) else None
        outcome = invitations.accept(found, mine, now) if mine else _write_to_them(request, found)
        if not isinstance(outcome, Denied):
            return _go_on(request, outcome) if outcome else redirect("aidants:invitation_code")
        refusal, status = outcome.reason, outcome.reason.http
    context = {
        "invitation": found,
        "role": LABELS.get(found.role, ""),
        "refusal": refusal,
        "must_sign_in": refusal == SIGN_IN_TO_ACCEPT,
    }
    return render(request, "aidants/comptes/invitation_identity.html", context, status=status)


def _standing(request: HttpRequest) -> Invitation | None:
    """Return the invitation opened before in this browser."""
    return invitations.standing_invitation(request.session.get(_INVITATION) or _NONE, timezone.now())


def _write_to_them(request: HttpRequest, found: Invitation) -> Denied | None:
    """Send the code that proves the address, bound to this browser; who has an account signs in instead."""
    known = invitations.may_accept_as_stranger(found)
    if isinstance(known, Denied):
        return known
    browser = request.session.setdefault(_BROWSER, secrets.token_urlsafe(16))
    sent = address_code.send_code(found, browser, timezone.now())
    return sent if isinstance(sent, Denied) else None


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_code(request: HttpRequest) -> HttpResponse:
    """Step 1, its end: the code that came to the invited address, in the browser that asked for it."""
    found, browser = _standing(request), request.session.get(_BROWSER, "")
    if found is None or not browser:
        return redirect("aidants:invitation")
    form, status, now = AddressCodeForm(posted(request)), 200, timezone.now()
    if form.is_valid():
        outcome: Accepted | Decision = address_code.check_code(found, browser, form.cleaned_data["code"], now)
        if not isinstance(outcome, Denied):
            outcome = invitations.accept(found, None, now)
        if isinstance(outcome, Accepted):
            return _go_on(request, outcome)
        if isinstance(outcome, Denied):
            form.add_error("code", outcome.reason.message)
            status = outcome.reason.http
    context = {"form": form, "invitation": found}
    return render(request, "aidants/comptes/invitation_code.html", context, status=status)


_NONE = "00000000-0000-0000-0000-000000000000"


def _go_on(request: HttpRequest, accepted: Accepted) -> HttpResponse:
    if not accepted.must_enrol:
        request.session.pop(_INVITATION, None)
        return redirect("aidants:home")
    enrolment.begin(request, accepted.compte, Why.INVITATION, timezone.now())
    return redirect("aidants:enrol")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def lost_device(request: HttpRequest) -> HttpResponse:
    """Take the code of a recovery; what it opens is an enrolment and nothing more."""
    form, status, now = RecoveryForm(posted(request)), 200, timezone.now()
    if form.is_valid():
        slowed = is_slowed(request, now)
        outcome = Denied(SIGN_IN_THROTTLED) if slowed else _enter(request, form.cleaned_data)
        if isinstance(outcome, Compte):
            enrolment.begin(request, outcome, Why.RECUPERATION, now)
            return redirect("aidants:enrol")
        refuse(request, outcome.reason, now)
        form.add_error(None, outcome.reason.message)
        status = outcome.reason.http
    return render(request, "aidants/comptes/lost_device.html", {"form": form}, status=status)


def _enter(request: HttpRequest, given: dict[str, str]) -> Compte | Denied:
    return recovery.enter(**given, network=client_network(request), now=timezone.now())


class _View(Protocol):
    def __call__(self, request: HttpRequest, under_way: Enrolment) -> HttpResponse: ...


def _with_enrolment(view: _View) -> Any:
    """Hand the enrolment to the view; who has none under way starts again from the front door."""

    @wraps(cast("Any", view))
    def guarded(request: HttpRequest) -> HttpResponse:
        under_way = enrolment.current(request, timezone.now())
        return view(request, under_way) if under_way else redirect("aidants:sign_in")

    return guarded


@never_cache
@require_http_methods(["GET", "HEAD"])
@_with_enrolment
def enrol(request: HttpRequest, under_way: Enrolment) -> HttpResponse:
    """Step 2: a passkey, or a password and an application."""
    return _means(request, under_way)


def _means(
    request: HttpRequest,
    under_way: Enrolment,
    form: FirstApplicationForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form or FirstApplicationForm(compte=under_way.compte),
        "passkey_form": PasskeyForm(),
        "compte": under_way.compte,
        "after_loss": under_way.why is Why.RECUPERATION,
        "refusal": refusal,
        "open_application": form is not None,
        **seed_shown(under_way.compte, under_way.seed),
    }
    return render(request, "aidants/comptes/enrol.html", context, status=status)


def seed_shown(compte: Compte, seed: bytes) -> dict[str, str]:
    """Return a seed as a QR code and as text to type, in groups of four."""
    text = changes.seed_text(seed)
    groups = " ".join(text[at : at + 4] for at in range(0, len(text), 4))
    picture = segno.make(changes.key_uri(compte, seed), error="m").svg_data_uri(scale=5, border=3)
    return {"seed_text": groups, "qr": picture}


@never_cache
@require_POST
@_with_enrolment
def enrol_options(request: HttpRequest, under_way: Enrolment) -> HttpResponse:
    """What to ask of the browser that makes a passkey."""
    return JsonResponse(passkeys.ask_to_enrol(request, under_way.compte, timezone.now()))


@never_cache
@sensitive_post_parameters("passkey")
@require_POST
@_with_enrolment
def enrol_passkey(request: HttpRequest, under_way: Enrolment) -> HttpResponse:
    """Keep the first passkey."""
    form, now = PasskeyForm(request.POST), timezone.now()
    answer = form.cleaned_data["passkey"] if form.is_valid() else ""
    made = changes.add_passkey(request, under_way.compte, answer, "", under_way.acteur, now)
    if isinstance(made, Denied):
        return _means(request, under_way, refusal=made.reason.message, status=made.reason.http)
    return _enrolled(request, under_way, made)


@never_cache
@sensitive_post_parameters("new_password", "first_code")
@require_POST
@_with_enrolment
def enrol_application(request: HttpRequest, under_way: Enrolment) -> HttpResponse:
    """Keep the first application, and the password that goes with it."""
    form, now = FirstApplicationForm(request.POST, compte=under_way.compte), timezone.now()
    if not form.is_valid():
        return _means(request, under_way, form, status=422)
    given = form.cleaned_data
    made = changes.add_application(under_way.compte, under_way.seed, given["first_code"], "", under_way.acteur, now)
    if isinstance(made, Denied):
        form.add_error("first_code", made.reason.message)
        return _means(request, under_way, form, status=made.reason.http)
    passwords.change_password(under_way.compte, given["new_password"], under_way.acteur, now)
    return _enrolled(request, under_way, made)


def _enrolled(request: HttpRequest, under_way: Enrolment, given: FactorGiven) -> HttpResponse:
    enrolment.finish(request, under_way, given, timezone.now())
    return redirect("aidants:recovery_codes")
